import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { connect, type NatsConnection, type Status } from '@nats-io/transport-node';
import { subjects } from '../shared/contracts/subjects.ts';
import { type IdMaker, uuidV7 } from '../shared/domain/ids.ts';
import { type Clock, systemClock } from '../shared/kernel/clock.ts';
import type { Lifecycle } from '../shared/kernel/lifecycle.ts';
import type { Logger } from '../shared/kernel/logger.ts';
import { systemTimers } from '../shared/kernel/timers.ts';
import type { Authenticate } from './access/access-control.ts';
import {
  type IsOperatorToken,
  operatorToken,
  operatorTokenCheck,
} from './access/operator-token.ts';
import { CampaignDesk } from './campaigns/campaign-desk.ts';
import { type OpenDatabase, openDatabase } from './db/database.ts';
import { PostgresCluster } from './db/postgres-cluster.ts';
import { DisputeDesk } from './disputes/dispute-desk.ts';
import { DownlinkService } from './downlink/downlink-service.ts';
import { Enrolment } from './enrolment/enrolment.ts';
import { readAuthorities } from './enrolment/vouching.ts';
import type { CentralSettings } from './env.ts';
import { CentralEvents } from './events.ts';
import { createFunding, type Funding } from './funding/create-funding.ts';
import { PaymentFeed } from './http/payment-feed.ts';
import { ReportSchedule } from './insight/report/report-schedule.ts';
import { InsightService } from './insight/service/insight-service.ts';
import { JetStreamHubStream } from './intake/hub-stream.ts';
import { type BookedBatch, IntakeBooking } from './intake/intake-booking.ts';
import { Resync, type ResyncParts } from './intake/resync.ts';
import { POLL_MESSAGES, type ReaderParts, StreamReader } from './intake/stream-reader.ts';
import { Phones } from './phones/phones.ts';
import { ProgrammeDesk } from './programmes/programme-desk.ts';
import { Reconciler } from './reconciliation/reconciler.ts';
import { BankDesk, type BankDeskParts } from './settlement/bank-desk.ts';
import { BusinessDays } from './settlement/business-days.ts';
import { DailySettlement } from './settlement/daily-settlement.ts';
import { FolderBank } from './settlement/folder-bank.ts';
import { Settlement } from './settlement/settlement.ts';
import type { Settling } from './settlement/settling.ts';
import { sessionPrincipal } from './sign-in/session-principal.ts';
import { SignIn } from './sign-in/sign-in.ts';
import { ChallengerDesk } from './standing/challenger-desk.ts';
import { Challengers } from './standing/challengers.ts';
import { StandingDesk, type StandingParts } from './standing/standing-desk.ts';
import { AllowanceService } from './wallet/allowance-service.ts';
import { Wallets } from './wallet/wallets.ts';

/** Everything central is made of, built once. */
export interface CentralContext {
  readonly settings: CentralSettings;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly database: OpenDatabase;
  readonly nats: NatsConnection;
  readonly isNatsUp: () => boolean;
  readonly events: CentralEvents;
  readonly downlink: DownlinkService;
  readonly wallets: Wallets;
  readonly phones: Phones;
  readonly allowances: AllowanceService;
  readonly feed: PaymentFeed;
  readonly readers: readonly StreamReader[];
  readonly reconciler: Reconciler;
  readonly reports: ReportSchedule;
  /** Undefined where it is switched off. */
  readonly insight: InsightService | undefined;
  readonly authenticate: Authenticate;
  readonly isOperatorToken: IsOperatorToken;
  /** Undefined: no provider is set. */
  readonly signIn: SignIn | undefined;
  readonly disputes: DisputeDesk;
  readonly standing: StandingDesk;
  readonly challengers: ChallengerDesk;
  readonly programmes: ProgrammeDesk;
  readonly campaigns: CampaignDesk;
  readonly funding: Funding;
  /** Undefined: no bank is set. */
  readonly settling: Settling | undefined;
}

/** What the HTTP API uses of it. */
export type HttpContext = Omit<CentralContext, 'nats' | 'downlink' | 'allowances' | 'reports'> & {
  readonly downlink: Pick<DownlinkService, 'nudge'>;
};

export interface ContextOptions {
  readonly settings: CentralSettings;
  readonly logger: Logger;
  /** Tests and simulations own these. */
  readonly overrides?: {
    readonly clock?: Clock;
    readonly newId?: IdMaker;
    readonly random?: () => number;
  };
}

/**
 * Starts what central stands on and wires its parts. Whatever has to be stopped is handed to `lifecycle`
 * as soon as it runs, so that a start which fails half-way leaves nothing behind.
 */
export async function createContext(
  options: ContextOptions,
  lifecycle: Lifecycle,
): Promise<CentralContext> {
  const { settings, logger } = options;
  const clock = options.overrides?.clock ?? systemClock;
  const newId = options.overrides?.newId ?? (() => uuidV7(clock.now(), randomBytes(10)));
  const random = options.overrides?.random ?? Math.random;
  const authorities = readAuthorities(readFileSync(settings.caFile, 'utf8'));
  const events = new CentralEvents(logger);
  const database = await startDatabase(settings, { logger, lifecycle });
  const { nats, isUp: isNatsUp } = await connectNats(settings, { logger, lifecycle });
  const downlink = new DownlinkService({ nats, database, clock, events });
  const feed = new PaymentFeed({ database, logger });
  const wallets = new Wallets({ settings: settings.wallets, clock, newId });
  const phones = new Phones({ clock, newId });
  const allowances = new AllowanceService({ nats, database, wallets, downlink, clock, events });
  const booking = new IntakeBooking({
    database,
    clock,
    wallets,
    phones,
    enrolment: new Enrolment({ authorities, clock, newId }),
  });
  const onBooked = (batch: BookedBatch): void => {
    events.batchBooked(batch);
    downlink.nudge(batch.nudges);
    feed.booked(batch);
  };
  const reading = { nats, database, booking, clock, random, events, onBooked };
  const readers = createReaders(settings, reading);
  const reconciler = new Reconciler({
    database,
    hubs: settings.hubs,
    clock,
    events,
    at: settings.reconcileAt,
    haltedAt: (hubId) => readers[settings.hubs.indexOf(hubId)]?.status.halted,
  });
  const challengers = new Challengers();
  const insight =
    settings.insight &&
    new InsightService({ settings: settings.insight, databaseUrl: database.url, events, random });
  events.watchHubs(() => settings.hubs.map((hubId, index) => gaugesOf(hubId, readers[index])));
  return {
    settings,
    logger,
    clock,
    database,
    nats,
    isNatsUp,
    events,
    downlink,
    wallets,
    phones,
    allowances,
    feed,
    readers,
    reconciler,
    insight,
    reports: new ReportSchedule({ database, clock, events }),
    ...createSignIn({ database, clock }, settings),
    challengers: new ChallengerDesk({ database, clock, challengers }),
    ...createDesks({ database, clock, newId, events, challengers }, settings),
  };
}

function createReaders(
  { hubs, streams, intakeLeaseMs: leaseMs }: CentralSettings,
  parts: Omit<ReaderParts, 'hubId' | 'stream' | 'timers'> &
    Omit<ResyncParts, 'hubId' | 'nats'> & { readonly nats: NatsConnection },
): StreamReader[] {
  const { nats } = parts;
  return hubs.map((hubId) => {
    const stream = new JetStreamHubStream({
      hubId,
      nats,
      settings: streams,
      batch: POLL_MESSAGES,
    });
    const resync = new Resync({ ...parts, hubId });
    return new StreamReader({ ...parts, hubId, stream, resync, leaseMs, timers: systemTimers });
  });
}

/** How staff sign in, and how a request is known: by the operator's token or a session. */
export function createSignIn(
  parts: Pick<BankDeskParts, 'database' | 'clock'>,
  settings: Pick<CentralSettings, 'signIn' | 'adminTokenFile'>,
): Pick<CentralContext, 'signIn' | 'authenticate' | 'isOperatorToken'> {
  const isOperatorToken = operatorTokenCheck(tokenIn(settings.adminTokenFile));
  const asOperator = operatorToken(isOperatorToken);
  const bySession = sessionPrincipal(parts);
  return {
    signIn: settings.signIn && new SignIn({ ...parts, settings: settings.signIn }),
    isOperatorToken,
    authenticate: async (request) => (await asOperator(request)) ?? bySession(request),
  };
}

/** Where merchants' money and standing are worked on. */
function createDesks(
  parts: Pick<BankDeskParts, 'database' | 'clock' | 'newId' | 'events'> & StandingParts,
  settings: CentralSettings,
): Pick<
  CentralContext,
  'disputes' | 'standing' | 'programmes' | 'campaigns' | 'funding' | 'settling'
> {
  return {
    disputes: new DisputeDesk(parts),
    standing: new StandingDesk(parts),
    programmes: new ProgrammeDesk(parts),
    campaigns: new CampaignDesk(parts),
    funding: createFunding(parts, settings.alipay),
    settling: createSettling(parts, settings.settlement),
  };
}

/** Settlement and the exchange with the bank; undefined where no bank is set. */
export function createSettling(
  parts: Pick<BankDeskParts, 'database' | 'clock' | 'newId' | 'events'>,
  settings: CentralSettings['settlement'],
): Settling | undefined {
  if (!settings) return undefined;
  const { bankDir, debtor, reversalMinutes, holidays, bankEveryMs, at } = settings;
  const businessDays = new BusinessDays(holidays);
  const settlement = new Settlement({ ...parts, businessDays, debtor, reversalMinutes });
  const bank = new FolderBank(bankDir);
  const desk = new BankDesk({ ...parts, bank, everyMs: bankEveryMs });
  const daily = new DailySettlement({ ...parts, settlement, businessDays, at });
  return { settlement, desk, daily };
}

interface Running {
  readonly logger: Logger;
  readonly lifecycle: Lifecycle;
}

async function startDatabase(
  settings: CentralSettings,
  { logger, lifecycle }: Running,
): Promise<OpenDatabase> {
  let { url } = settings.database;
  if (url === undefined) {
    const { port } = settings.database;
    const cluster = await PostgresCluster.start({ dataDir: settings.dataDir, port, logger });
    lifecycle.add(cluster);
    url = cluster.url;
  }
  const database = await openDatabase(url);
  lifecycle.add({ name: 'database', stop: () => database.close() });
  return database;
}

async function connectNats(
  settings: CentralSettings,
  { logger, lifecycle }: Running,
): Promise<{ nats: NatsConnection; isUp: () => boolean }> {
  const { url, user, passwordFile, tls } = settings.nats;
  const nats = await connect({
    name: 'wuma-central',
    servers: url.split(','),
    ...(tls && { tls }),
    ...(user === undefined ? {} : { user }),
    ...(passwordFile === undefined ? {} : { pass: readFileSync(passwordFile, 'utf8').trim() }),
    inboxPrefix: subjects.inbox('central'),
    maxReconnectAttempts: -1,
    reconnectTimeWait: 200,
    waitOnFirstConnect: true,
    pingInterval: 5_000,
    maxPingOut: 2,
  });
  lifecycle.add({ name: 'nats', stop: () => nats.close() });
  let up = true;
  void watchConnection(nats, (status) => {
    if (status.type === 'disconnect' || status.type === 'reconnect') {
      up = status.type === 'reconnect';
      logger.warn({ up }, 'the connection to nats-server has changed');
    }
    if (status.type === 'error') logger.error({ err: status.error }, 'nats-server refused');
  });
  return { nats, isUp: () => up };
}

async function watchConnection(
  nats: NatsConnection,
  onStatus: (status: Status) => void,
): Promise<void> {
  for await (const status of nats.status()) onStatus(status);
}

function gaugesOf(hubId: string, reader: StreamReader | undefined) {
  const status = reader?.status;
  return {
    hubId,
    up: status?.state === 'up',
    lag: status?.lag,
    halted: status?.halted !== undefined,
  };
}

/** The operator's token: the file's, made at random (mode 0600) when there is none. */
function tokenIn(path: string): string {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o711 });
    writeFileSync(path, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  }
  return readFileSync(path, 'utf8').trim();
}
