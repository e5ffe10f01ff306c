import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import postgres from 'postgres';
import { z } from 'zod';
import { operatorTokenCheck } from '../../central/access/operator-token.ts';
import type { Principal } from '../../central/access/principal.ts';
import { CampaignDesk } from '../../central/campaigns/campaign-desk.ts';
import { createSettling, type HttpContext } from '../../central/context.ts';
import { type OpenDatabase, openDatabase } from '../../central/db/database.ts';
import { DisputeDesk } from '../../central/disputes/dispute-desk.ts';
import { Enrolment } from '../../central/enrolment/enrolment.ts';
import { readAuthorities } from '../../central/enrolment/vouching.ts';
import type { SettlementSettings, SignInSettings } from '../../central/env.ts';
import { CentralEvents } from '../../central/events.ts';
import type { AlipaySettings } from '../../central/funding/alipay-funding.ts';
import { createFunding } from '../../central/funding/create-funding.ts';
import { createHttpApi } from '../../central/http/http-api.ts';
import { PaymentFeed } from '../../central/http/payment-feed.ts';
import { readDelivery } from '../../central/intake/hub-chain.ts';
import { IntakeBooking } from '../../central/intake/intake-booking.ts';
import { addHubs } from '../../central/intake/intake-store.ts';
import { Phones } from '../../central/phones/phones.ts';
import { ProgrammeDesk } from '../../central/programmes/programme-desk.ts';
import { Reconciler } from '../../central/reconciliation/reconciler.ts';
import { sessionPrincipal } from '../../central/sign-in/session-principal.ts';
import { SignIn } from '../../central/sign-in/sign-in.ts';
import { ChallengerDesk } from '../../central/standing/challenger-desk.ts';
import { Challengers } from '../../central/standing/challengers.ts';
import { StandingDesk } from '../../central/standing/standing-desk.ts';
import { Wallets } from '../../central/wallet/wallets.ts';
import { trialBalanceSchema } from '../../shared/contracts/http-central.ts';
import { assert, present } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { WrittenEvent } from './chain-writer.ts';
import { newId } from './chain-writer.ts';
import { withoutLoneWrites } from './lone-writes.ts';

/** Says who asks, instead of a session. */
export const PRINCIPAL_HEADER = 'x-test-principal';
/** The pages as they were built. */
const WEB_DIR = join(import.meta.dirname, '..', '..', '.wuma', 'web');
/** The operator’s. */
export const OPERATOR_TOKEN = 'the-operator-of-this-test';

/** A clock that a test sets. */
export class SetClock implements Clock {
  private ms: number;

  constructor(at: string) {
    this.ms = Date.parse(at);
  }

  set(at: string): void {
    this.ms = Date.parse(at);
  }

  now(): number {
    return this.ms;
  }

  monotonic(): number {
    return this.ms;
  }
}

/**
 * Central's books and HTTP API on a real PostgreSQL, without the networks around them: events are booked as the intake
 * books them, requests are answered in this process, and each says who asks.
 */
export class TestBooks {
  readonly database: OpenDatabase;
  readonly clock: SetClock;
  readonly context: HttpContext;
  readonly events: CentralEvents;
  /** Straight to the database, for looking. */
  readonly sql: postgres.Sql;
  private readonly app: ReturnType<typeof createHttpApi>;
  /** The folders of the bank. */
  readonly bankDir: string;
  private readonly dir: string;
  private readonly booking: IntakeBooking;

  private constructor(parts: {
    database: OpenDatabase;
    clock: SetClock;
    url: string;
    hubs: readonly string[];
    signIn?: SignInSettings;
    authorities?: string;
    alipay?: AlipaySettings;
  }) {
    const { database, clock, hubs } = parts;
    this.database = database;
    this.clock = clock;
    this.sql = postgres(parts.url, { max: 2, onnotice: () => {} });
    this.dir = mkdtempSync(join(tmpdir(), 'wuma-test-books-'));
    this.bankDir = join(this.dir, 'bank');
    const logger = pino({ level: 'silent' });
    const events = new CentralEvents(logger);
    this.events = events;
    const authorities = readAuthorities(parts.authorities ?? '');
    const enrolment = new Enrolment({ authorities, clock, newId });
    const bySession = sessionPrincipal({ database, clock });
    const limits = { currency: 'CNY', limitMinor: 0n } as const;
    const wallets = new Wallets({ settings: limits, clock, newId });
    const phones = new Phones({ clock, newId });
    const challengers = new Challengers();
    this.booking = new IntakeBooking({ database, clock, enrolment, wallets, phones });
    this.context = {
      settings: {
        database: { url: parts.url, port: 0 },
        dataDir: this.dir,
        http: { host: '127.0.0.1', port: 0, webDir: WEB_DIR },
        nats: { url: '', user: undefined, passwordFile: undefined },
        streams: { at: 'hub' },
        hubs,
        intakeLeaseMs: 10_000,
        caFile: '',
        adminTokenFile: '',
        reconcileAt: { hour: 3, minute: 0 },
        insight: undefined,
        signIn: parts.signIn,
        settlement: settlementSettings(this.bankDir),
        alipay: parts.alipay,
        wallets: limits,
        logLevel: 'silent',
      },
      wallets,
      phones,
      // nobody is told
      downlink: { nudge: () => undefined },
      logger,
      clock,
      database,
      isNatsUp: () => true,
      events,
      feed: new PaymentFeed({ database, logger }),
      readers: [],
      insight: undefined,
      reconciler: new Reconciler({
        database,
        hubs,
        clock,
        events,
        at: { hour: 3, minute: 0 },
        haltedAt: () => undefined,
      }),
      signIn: parts.signIn && new SignIn({ database, clock, settings: parts.signIn }),
      disputes: new DisputeDesk({ database, clock, newId }),
      standing: new StandingDesk({ database, clock, challengers }),
      challengers: new ChallengerDesk({ database, clock, challengers }),
      programmes: new ProgrammeDesk({ database, clock, newId }),
      campaigns: new CampaignDesk({ database, clock, newId }),
      funding: createFunding({ database, clock, newId, events }, parts.alipay),
      settling: createSettling(
        { database, clock, newId, events },
        settlementSettings(this.bankDir),
      ),
      isOperatorToken: operatorTokenCheck(OPERATOR_TOKEN),
      authenticate: async (request) => {
        const header = request.headers.get(PRINCIPAL_HEADER);
        return header === null ? bySession(request) : principalSchema.parse(JSON.parse(header));
      },
    };
    this.app = createHttpApi(this.context);
  }

  /** @param options.at what the clock says at first */
  static async start(options: {
    readonly url: string;
    readonly hubs: readonly string[];
    readonly at: string;
    /** Where staff sign in; nowhere by default. */
    readonly signIn?: SignInSettings;
    /** PEM of whoever vouches for hubs; nobody does by default. */
    readonly authorities?: string;
    /** Where shoppers may pay in from; not set up by default. */
    readonly alipay?: AlipaySettings;
  }): Promise<TestBooks> {
    const database = await openDatabase(withoutLoneWrites(options.url));
    await database.transact((tx) => addHubs(tx, options.hubs));
    return new TestBooks({ ...options, database, clock: new SetClock(options.at) });
  }

  /** Books a hub's next events, as its intake does. */
  async book(hubId: string, ...events: readonly WrittenEvent[]): Promise<void> {
    const from = present(await this.booking.position(hubId), hubId);
    const booked = await this.booking.book({
      hubId,
      fence: 0,
      from,
      streamCreated: 'test',
      deliveries: events.map(({ text }, index) =>
        readDelivery({ streamSeq: from.streamSeq + index + 1, text }),
      ),
    });
    assert(booked.quarantined.length === 0 && !booked.break, 'a test books what may be booked');
  }

  /** A request as it comes over the network. */
  async fetch(request: Request): Promise<Response> {
    return this.app.fetch(request);
  }

  /** Asks as somebody; as nobody with undefined. A body makes it a POST. */
  async ask(as: Principal | undefined, path: string, body?: object): Promise<Response> {
    const headers: Record<string, string> = {};
    if (as) headers[PRINCIPAL_HEADER] = JSON.stringify(as);
    if (body) headers['content-type'] = 'application/json';
    return this.app.request(path, {
      method: body ? 'POST' : 'GET',
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  }

  /** A good answer, parsed. */
  async answer<T>(
    as: Principal,
    path: string,
    expected: { readonly schema: z.ZodType<T>; readonly body?: object },
  ): Promise<T> {
    const response = await this.ask(as, path, expected.body);
    const text = await response.text();
    assert(response.status === 200, `${path}: ${response.status} ${text}`);
    return expected.schema.parse(JSON.parse(text));
  }

  /** Each account's balance, credit side positive, in fen; the books must be in balance. */
  async balances(as: Principal): Promise<Record<string, number>> {
    const schema = trialBalanceSchema;
    const books = await this.answer(as, '/api/ledger/trial-balance', { schema });
    assert(books.balanced, 'the books are in balance');
    return Object.fromEntries(
      books.accounts.map(({ account, debitMinor, creditMinor }) => [
        account,
        Number(BigInt(creditMinor) - BigInt(debitMinor)),
      ]),
    );
  }

  async stop(): Promise<void> {
    await this.sql.end();
    await this.database.close();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function settlementSettings(bankDir: string): SettlementSettings {
  return {
    bankDir,
    debtor: { holder: '温州五马街结算', number: '1000000000000001', bankCode: '104333000016' },
    bankEveryMs: 3_600_000,
    at: { hour: 3, minute: 30 },
    reversalMinutes: 120,
    holidays: [],
  };
}

const principalSchema = z.object({
  subject: z.string(),
  role: z.enum(['operator', 'administrator', 'analyst', 'owner', 'cashier']),
  merchants: z.array(z.string()),
});
