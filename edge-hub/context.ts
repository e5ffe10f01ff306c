import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type IdMaker, uuidV7 } from '../shared/domain/ids.ts';
import { type Clock, systemClock } from '../shared/kernel/clock.ts';
import { garbageCollector } from '../shared/kernel/garbage.ts';
import { createLogger, type Logger } from '../shared/kernel/logger.ts';
import { randomReserve } from '../shared/kernel/random-reserve.ts';
import { systemTimers } from '../shared/kernel/timers.ts';
import type { AllowanceStore } from './allowance/allowance-store.ts';
import type { AskLink } from './allowance/ask-link.ts';
import type { CentralContact } from './allowance/central-contact.ts';
import type { Spending } from './allowance/spending.ts';
import type { TopUps } from './allowance/top-ups.ts';
import { AuditStore } from './audit/audit-store.ts';
import { type OpenDatabase, openDatabase, type Transact } from './db/database.ts';
import type { DecisionFeed } from './decision-feed.ts';
import type { Downlink } from './downlink/downlink.ts';
import type { DownlinkApplier } from './downlink/downlink-applier.ts';
import type { DownlinkStore } from './downlink/downlink-store.ts';
import { CodeKeyStore } from './enrolment/code-key-store.ts';
import { DirectoryStore } from './enrolment/directory-store.ts';
import { EnrolmentService } from './enrolment/enrolment-service.ts';
import { Forgetting } from './enrolment/forgetting.ts';
import { ShopperStore } from './enrolment/shopper-store.ts';
import { TemplateProtection } from './enrolment/template-protection.ts';
import { TemplateRenewal } from './enrolment/template-renewal.ts';
import { TemplateVault } from './enrolment/vault.ts';
import type { HubSettings } from './env.ts';
import { ChainWitness } from './epoch/chain-witness.ts';
import { HubLife } from './epoch/life.ts';
import { HubEvents } from './events.ts';
import { HubIdentity } from './identity.ts';
import type { ChallengeBook } from './ingress/challenge-book.ts';
import type { RequestHandler } from './ingress/request-handler.ts';
import { LedgerStore } from './ledger/ledger-store.ts';
import { HubMetrics } from './metrics.ts';
import { ChainDesk } from './outbox/chain-desk.ts';
import { OutboxStore } from './outbox/outbox-store.ts';
import { OutboxRelay } from './outbox/relay.ts';
import type { PaymentLifeCycle } from './payment/life-cycle.ts';
import type { PaymentService } from './payment/payment-service.ts';
import type { ReceiptDesk } from './payment/receipt-desk.ts';
import type { Calibration } from './recognition/calibration.ts';
import type { Gallery } from './recognition/gallery.ts';
import type { GallerySnapshot } from './snapshot/gallery-snapshot.ts';
import type { PackSuccession } from './succession/pack-succession.ts';
import type { TerminalRegistry } from './terminals/terminal-registry.ts';
import { type Base, DATABASE_FILE } from './wiring/base.ts';
import { wireDownlink } from './wiring/downlink.ts';
import { wireFaces } from './wiring/faces.ts';
import { readFiles } from './wiring/files.ts';
import { wireAllowances, wireCampaigns } from './wiring/funds.ts';
import { wirePayments } from './wiring/payments.ts';
import { wireSuccession } from './wiring/recognition.ts';
import { type Shared, waking } from './wiring/shared.ts';
import { openVision, protectedVision, type Vision } from './wiring/vision.ts';

export interface Overrides {
  readonly clock?: Clock;
  readonly random?: (bytes: number) => Buffer;
  readonly logger?: Logger;
  readonly vision?: (settings: HubSettings, pack: string) => Promise<Vision>;
  /** Stands between a commit and the disk. */
  readonly flushing?: (flush: () => Promise<void>) => Promise<void>;
}

/** Everything a hub is made of, built once. */
export interface HubContext {
  readonly settings: HubSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly database: OpenDatabase;
  readonly transact: Transact;
  readonly vision: Vision;
  /** Brings people from the pack before to the present one; undefined where none is set. */
  readonly succession: PackSuccession | undefined;
  readonly identity: HubIdentity;
  readonly metrics: HubMetrics;
  readonly feed: DecisionFeed;
  readonly gallery: Gallery;
  readonly calibration: Calibration;
  readonly snapshot: GallerySnapshot;
  readonly vault: TemplateVault;
  readonly protection: TemplateProtection;
  readonly renewal: TemplateRenewal;
  readonly forgetting: Forgetting;
  readonly ledger: LedgerStore;
  readonly outbox: OutboxStore;
  readonly events: HubEvents;
  readonly audit: AuditStore;
  readonly shoppers: ShopperStore;
  readonly directory: DirectoryStore;
  readonly registry: TerminalRegistry;
  readonly payments: PaymentService;
  readonly lifeCycle: PaymentLifeCycle;
  readonly receipts: ReceiptDesk;
  readonly challenges: ChallengeBook;
  readonly handler: RequestHandler;
  readonly enrolment: EnrolmentService;
  readonly relay: OutboxRelay;
  readonly chainDesk: ChainDesk;
  readonly askLink: AskLink;
  readonly topUps: TopUps;
  readonly spending: Spending;
  readonly contact: CentralContact;
  readonly allowanceStore: AllowanceStore;
  readonly life: HubLife;
  readonly downlink: Downlink;
  readonly applier: DownlinkApplier;
  readonly downlinkStore: DownlinkStore;
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string };
  readonly adminToken: string;
  readonly random: (bytes: number) => Buffer;
  /** Called when a terminal may no longer be connected; set by whoever runs the broker. */
  readonly revocations: { onRevoked: (terminalId: string) => void };
}

/** Opens database and keys, loads the model pack, and wires the parts. Nothing listens yet. */
export async function createContext(
  settings: HubSettings,
  overrides: Overrides = {},
): Promise<HubContext> {
  const clock = overrides.clock ?? systemClock;
  const random = overrides.random ?? ((bytes: number) => randomBytes(bytes));
  const logger =
    overrides.logger ?? createLogger({ service: settings.street.hubId, level: settings.logLevel });
  const idBytes = randomReserve(random);
  const newId: IdMaker = () => uuidV7(clock.now(), idBytes(10));
  mkdirSync(settings.dataDir, { recursive: true, mode: 0o700 });
  const files = readFiles(settings, random);
  const protection = new TemplateProtection(files.templateKeys);
  const { pack, formerPack } = settings.models;
  const open = async (name: string): Promise<Vision> =>
    protectedVision(await (overrides.vision ?? openVision)(settings, name), protection);
  const vision = await open(pack);
  const formerVision = formerPack === undefined ? undefined : await open(formerPack);
  const database = openDatabase(join(settings.dataDir, DATABASE_FILE), overrides.flushing);
  const identity = await HubIdentity.load(settings.street, {
    certificatePem: files.tls.cert,
    keyPem: files.tls.key,
    sealingSeed: files.sealingSeed,
  });
  const base = {
    settings,
    clock,
    random,
    logger,
    newId,
    database,
    vision,
    formerVision,
    protection,
    identity,
    files,
  };
  return { ...wire(base), ...base, tls: files.tls, adminToken: files.adminToken };
}

function wire(base: Base) {
  const { settings, clock, logger, newId, database, vision } = base;
  const { hubId } = settings.street;
  const { db } = database;
  const metrics = new HubMetrics();
  const outbox = new OutboxStore(db, { hubId, newId, clock });
  const noise = Math.random;
  const relay = new OutboxRelay({
    store: outbox,
    lazily: database.lazily,
    settled: database.settled,
    metrics,
    clock,
    timers: systemTimers,
    random: noise,
    logger,
  });
  const transact = waking(relay, database.transact);
  const stores = {
    ledger: new LedgerStore(db),
    shoppers: new ShopperStore(db),
    directory: new DirectoryStore(db),
    audit: new AuditStore(db, clock),
    codeKeys: new CodeKeyStore(db),
  };
  const events = new HubEvents({ outbox, clock, newId });
  const { protection, random } = base;
  const { hubKey } = base.files;
  const vault = new TemplateVault({ store: stores.shoppers, hubKey, protection, random });
  const faces = wireFaces(base, vault, noise);
  const shared = { ...base, ...stores, ...faces, vault, metrics, outbox, events, relay, transact };
  const truncateLog = (): void => database.truncateLog();
  const forgetting = new Forgetting({
    overwriteBuffers: () => database.overwriteBuffers(),
    truncateLog,
    collectGarbage: garbageCollector(),
    overwriteNetworks: async () => {
      await vision.engine.forget();
      await base.formerVision?.engine.forget();
    },
    logger,
  });
  const funds = wireAllowances(shared, noise);
  const campaigns = wireCampaigns(shared);
  const enrolment = new EnrolmentService({
    ...shared,
    engine: vision.engine,
    thresholds: vision.thresholds,
    forgetting,
    phonePage: settings.phonePage,
    onKnown: funds.onKnown,
  });
  const succession = wireSuccession({ ...shared, forgetting });
  const { settled } = database;
  return {
    ...shared,
    chainDesk: new ChainDesk({ hubId, store: outbox, settled, logger }),
    life: wireLife(shared, funds.allowanceStore),
    forgetting,
    enrolment,
    succession,
    renewal: new TemplateRenewal({ ...shared, truncateLog }),
    ...funds,
    ...wirePayments({ ...shared, ...campaigns, succession, spending: funds.spending }),
    ...wireDownlink({ ...shared, ...funds, ...campaigns, enrolment }, noise),
  };
}

function wireLife(shared: Shared, allowances: AllowanceStore): HubLife {
  const { dataDir } = shared.settings;
  const paths = {
    path: join(dataDir, 'chain.witness'),
    databasePath: join(dataDir, DATABASE_FILE),
  };
  const { settled } = shared.database;
  return new HubLife({ ...shared, allowances, settled, witness: new ChainWitness(paths) });
}
