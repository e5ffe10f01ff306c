import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GalleryIndex } from '../models/index/gallery-index.ts';
import { openGalleryIndex } from '../models/index/threaded-index.ts';
import { loadInstalledPack } from '../models/packs/installed-pack.ts';
import type { PackThresholds } from '../models/packs/pack-manifest.ts';
import type { FaceEngine } from '../models/runtime/analysis.ts';
import { createFaceEngine } from '../models/runtime/face-engine.ts';
import {
  keyRingFile,
  readKeyRing,
  type TemplateKeyRing,
} from '../models/template-protection/key-ring.ts';
import { type IdMaker, uuidV7 } from '../shared/domain/ids.ts';
import { type Clock, systemClock } from '../shared/kernel/clock.ts';
import { garbageCollector } from '../shared/kernel/garbage.ts';
import { createLogger, type Logger } from '../shared/kernel/logger.ts';
import { RateLimiter } from '../shared/kernel/rate-limiter.ts';
import { pause, systemTimers } from '../shared/kernel/timers.ts';
import { AllowanceOrders } from './allowance/allowance-orders.ts';
import { AllowanceStore } from './allowance/allowance-store.ts';
import { AskLink } from './allowance/ask-link.ts';
import { CentralContact } from './allowance/central-contact.ts';
import { AllowanceSpending, BILLED, type Spending } from './allowance/spending.ts';
import { TopUps } from './allowance/top-ups.ts';
import { AuditStore } from './audit/audit-store.ts';
import { CampaignOrders } from './campaign/campaign-orders.ts';
import { CampaignStore } from './campaign/campaign-store.ts';
import { Discounts } from './campaign/discounts.ts';
import { type OpenDatabase, openDatabase, type Transact } from './db/database.ts';
import { DecisionFeed } from './decision-feed.ts';
import { Downlink } from './downlink/downlink.ts';
import { DownlinkApplier } from './downlink/downlink-applier.ts';
import { DownlinkStore } from './downlink/downlink-store.ts';
import { PeopleOrders } from './downlink/people-orders.ts';
import { CodeKeyStore } from './enrolment/code-key-store.ts';
import { DirectoryStore } from './enrolment/directory-store.ts';
import { EnrolmentService } from './enrolment/enrolment-service.ts';
import { Forgetting } from './enrolment/forgetting.ts';
import type { ComparableFaces } from './enrolment/look-alikes.ts';
import { ShopperStore } from './enrolment/shopper-store.ts';
import { TemplateProtection } from './enrolment/template-protection.ts';
import { TemplateRenewal } from './enrolment/template-renewal.ts';
import { TemplateVault } from './enrolment/vault.ts';
import type { HubSettings } from './env.ts';
import { ChainWitness } from './epoch/chain-witness.ts';
import { HubLife } from './epoch/life.ts';
import { HubEvents } from './events.ts';
import { adminToken, HubIdentity, secretFile } from './identity.ts';
import { ChallengeBook } from './ingress/challenge-book.ts';
import { RequestHandler } from './ingress/request-handler.ts';
import { LedgerStore } from './ledger/ledger-store.ts';
import { HubMetrics } from './metrics.ts';
import { ChainDesk } from './outbox/chain-desk.ts';
import { OutboxStore } from './outbox/outbox-store.ts';
import { OutboxRelay } from './outbox/relay.ts';
import { CodeDesk } from './payment/code-desk.ts';
import { PaymentLifeCycle } from './payment/life-cycle.ts';
import { PaymentBooking } from './payment/payment-booking.ts';
import { Conclusion } from './payment/payment-conclusion.ts';
import { PaymentService } from './payment/payment-service.ts';
import { PhoneDesk } from './payment/phone-desk.ts';
import { QuestionBook } from './payment/question-book.ts';
import { ReceiptDesk } from './payment/receipt-desk.ts';
import { WrongAnswerStore } from './payment/wrong-answer-store.ts';
import { Calibration } from './recognition/calibration.ts';
import { Gallery } from './recognition/gallery.ts';
import { protectedEngine } from './recognition/protected-engine.ts';
import { Recogniser } from './recognition/recogniser.ts';
import { ChunkStore } from './snapshot/chunk-store.ts';
import { GallerySnapshot } from './snapshot/gallery-snapshot.ts';
import { PackSuccession } from './succession/pack-succession.ts';
import { SucceedingRecogniser } from './succession/succeeding-recogniser.ts';
import { ReplyWriter } from './terminal-reply.ts';
import { TerminalRegistry } from './terminals/terminal-registry.ts';
import { TerminalStore } from './terminals/terminal-store.ts';

const DATABASE_FILE = 'hub.db';

/** Recognition as the hub needs it; tests of everything else bring a simpler one. */
export interface Vision {
  readonly engine: FaceEngine;
  readonly index: GalleryIndex;
  readonly thresholds: PackThresholds['identify'];
  /** Colour score from which colour alone proves life. */
  readonly minLive: number;
}

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
  const newId: IdMaker = () => uuidV7(clock.now(), random(10));
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

interface Base {
  readonly settings: HubSettings;
  readonly clock: Clock;
  readonly random: (bytes: number) => Buffer;
  readonly logger: Logger;
  readonly newId: IdMaker;
  readonly database: OpenDatabase;
  readonly vision: Vision;
  readonly formerVision: Vision | undefined;
  readonly protection: TemplateProtection;
  readonly identity: HubIdentity;
  readonly files: ReturnType<typeof readFiles>;
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

/** The gallery of the present pack, and of the one before where there is one. */
function wireFaces(base: Base, vault: TemplateVault, noise: () => number) {
  const { settings, vision } = base;
  const calibrationOf = (seen: Vision, people: Gallery): Calibration =>
    new Calibration({
      ...base,
      gallery: people,
      templateOf: (shopperId) => vault.embeddingOf(shopperId, seen.engine),
      bounds: seen.thresholds,
      promisedFpir: settings.promisedFpir,
      random: noise,
    });
  const gallery: Gallery = new Gallery(vision.index, () => {
    calibration.galleryChanged();
    snapshot.galleryChanged();
  });
  const calibration = calibrationOf(vision, gallery);
  const snapshot = wireSnapshot(base, gallery);
  return { gallery, calibration, snapshot, former: wireFormer(base, calibrationOf) };
}

function wireSuccession(
  shared: Shared & { readonly forgetting: Forgetting },
): PackSuccession | undefined {
  const { vision, gallery, calibration, former, settings } = shared;
  if (!former) return undefined;
  const { promisedFpir } = settings;
  const present = { engine: vision.engine, gallery, calibration };
  return new PackSuccession({ ...shared, former, present, promisedFpir });
}

/** The pack before, with a gallery and thresholds of its own. */
function wireFormer(
  { formerVision }: Base,
  calibrationOf: (vision: Vision, gallery: Gallery) => Calibration,
) {
  if (!formerVision) return undefined;
  const gallery: Gallery = new Gallery(formerVision.index, () => calibration.galleryChanged());
  const calibration = calibrationOf(formerVision, gallery);
  return { ...facesOf(formerVision, gallery), ...formerVision, calibration };
}

function facesOf({ engine, thresholds }: Vision, gallery: Gallery): ComparableFaces {
  return { packId: engine.packId, dimension: engine.dimension, gallery, thresholds };
}

/** What is committed may be an event to publish. */
function waking(relay: OutboxRelay, transact: Transact): Transact {
  return (work) => {
    const done = transact(work);
    relay.wake();
    return done;
  };
}

function wireSnapshot(base: Base, gallery: Gallery): GallerySnapshot {
  const { settings, database, files, vision } = base;
  const { packId, dimension } = vision.engine;
  return new GallerySnapshot({
    ...base,
    gallery,
    store: new ChunkStore(database.db),
    lazily: database.lazily,
    databasePath: join(settings.dataDir, DATABASE_FILE),
    dir: join(settings.dataDir, 'gallery'),
    hubKey: files.hubKey,
    pack: { packId, dimension },
    templateKeys: files.templateKeys,
    space: `${packId} ${dimension} ${base.protection.keyId}`,
  });
}

type Shared = Base & {
  readonly relay: OutboxRelay;
  readonly ledger: LedgerStore;
  readonly shoppers: ShopperStore;
  readonly directory: DirectoryStore;
  readonly audit: AuditStore;
  readonly codeKeys: CodeKeyStore;
  readonly metrics: HubMetrics;
  readonly outbox: OutboxStore;
  readonly events: HubEvents;
  readonly transact: Transact;
  readonly gallery: Gallery;
  readonly calibration: Calibration;
  readonly former: ReturnType<typeof wireFormer>;
  readonly vault: TemplateVault;
};

function wireAllowances(shared: Shared, random: () => number) {
  const { settings, database, clock, logger, events, transact } = shared;
  const store = new AllowanceStore(database.db);
  const contact = new CentralContact({ store, clock, lazily: database.lazily });
  const askLink = new AskLink(settings.street.hubId, logger);
  const topUps = new TopUps({
    store,
    contact,
    transact,
    askCentral: askLink.ask,
    targetMinor: settings.spending.targetMinor,
    clock,
    pause: (ms) => pause(systemTimers, ms),
  });
  const { mode, offline: policy } = settings.spending;
  const spending: Spending =
    mode === 'billed' ? BILLED : new AllowanceSpending({ store, contact, topUps, policy, random });
  const { currency } = settings.payment;
  return {
    askLink,
    topUps,
    spending,
    contact,
    allowanceStore: store,
    allowances: new AllowanceOrders({ store, events }),
    // money is there before they pay
    onKnown: (shopperId: string): void => spending.refill({ shopperId, currency }),
  };
}

function wireCampaigns({ database, outbox, events }: Shared) {
  const store = new CampaignStore(database.db);
  return {
    campaigns: new CampaignOrders(store),
    discounts: new Discounts({ store, outbox, events }),
  };
}

function wirePayments(
  shared: Shared & {
    readonly succession: PackSuccession | undefined;
    readonly spending: Spending;
    readonly discounts: Discounts;
  },
) {
  const { settings, clock, newId, files } = shared;
  const questions = new QuestionBook(clock, newId);
  const { hubId, streetId } = settings.street;
  const { settled, transactInGroup } = shared.database;
  const replies = new ReplyWriter({ hubId, clock, newId });
  const feed = new DecisionFeed();
  const revocations = { onRevoked: (_terminalId: string): void => undefined };
  const challenges = new ChallengeBook(clock, shared.random);
  const registry = new TerminalRegistry({
    ...shared,
    store: new TerminalStore(shared.database.db),
    authority: files.authority,
    onRevoked: (terminalId) => {
      challenges.forget(terminalId);
      questions.close(terminalId);
      revocations.onRevoked(terminalId);
    },
  });
  const transact = waking(shared.relay, transactInGroup);
  const { payments, phones, codes } = wireWays(shared, { replies, questions, transact });
  const lifeCycle = new PaymentLifeCycle({
    ...shared,
    transact,
    hubId,
    replies,
    policy: settings.payment.moves,
  });
  const receipts = new ReceiptDesk({ ...shared, hubId });
  const handler = new RequestHandler({
    ...shared,
    settled,
    hub: { hubId, streetId, currency: settings.payment.currency },
    registry,
    payments,
    phones,
    codes,
    lifeCycle,
    challenges,
    rates: new RateLimiter(settings.rate, clock),
    replies,
    feed,
    queue: { concurrency: concurrencyOf(settings), capacity: settings.queueCapacity },
    lightChallenge: settings.lightChallenge,
  });
  return { feed, registry, payments, lifeCycle, receipts, challenges, handler, revocations };
}

/** The ways to pay, and where they meet. */
function wireWays(
  shared: Shared & {
    readonly succession: PackSuccession | undefined;
    readonly spending: Spending;
    readonly discounts: Discounts;
  },
  own: {
    readonly replies: ReplyWriter;
    readonly questions: QuestionBook;
    readonly transact: Transact;
  },
) {
  const { settings, vision, former, shoppers, vault, succession } = shared;
  const packIds = [vision.engine.packId, ...(former ? [former.packId] : [])];
  const booking = new PaymentBooking({
    ...shared,
    ...own,
    hubId: settings.street.hubId,
    isEnrolled: (shopperId) => shoppers.isEnrolled(shopperId),
    authorisationMs: settings.payment.moves.authorisationMs,
  });
  const concluding = {
    ...shared,
    ...own,
    booking,
    settled: shared.database.settled,
    amounts: settings.payment.amounts,
    wrongAnswers: new WrongAnswerStore(shared.database.db),
    secretsOf: (shopperId: string) => vault.secretsOf(shopperId, packIds),
  };
  const conclusion = new Conclusion(concluding);
  const payments = new PaymentService({
    ...concluding,
    conclusion,
    recogniser: wireRecogniser(shared),
    visits: succession ?? { paid: () => undefined },
  });
  const phones = new PhoneDesk({
    ...concluding,
    conclusion,
    ownerOfPhone: (phone) => shoppers.ownerOfPhone(vault.phoneFingerprint(phone)),
  });
  const codes = new CodeDesk({ ...concluding, conclusion });
  return { payments, phones, codes };
}

function wireRecogniser(shared: Shared): Pick<Recogniser, 'recognise'> {
  const { vision, gallery, calibration, former, clock } = shared;
  const recogniserOf = (seen: Vision, faces: { gallery: Gallery; calibration: Calibration }) => {
    const thresholds = () => faces.calibration.state.thresholds;
    return new Recogniser({ ...seen, gallery: faces.gallery, clock, thresholds });
  };
  const present = recogniserOf(vision, { gallery, calibration });
  if (!former) return present;
  return new SucceedingRecogniser({
    present,
    former: recogniserOf(former, former),
    formerGallery: former.gallery,
  });
}

function wireDownlink(
  shared: Shared & {
    readonly enrolment: EnrolmentService;
    readonly onKnown: (shopperId: string) => void;
    readonly contact: CentralContact;
    readonly allowances: AllowanceOrders;
    readonly campaigns: CampaignOrders;
  },
  random: () => number,
) {
  const { settings, database, clock, logger, vision, files } = shared;
  const store = new DownlinkStore(database.db);
  const people = new PeopleOrders({
    ...shared,
    authority: files.authority,
    faces: [facesOf(vision, shared.gallery), ...(shared.former ? [shared.former] : [])],
  });
  const applier = new DownlinkApplier({ ...shared, store, people });
  const downlink = new Downlink({
    hubId: settings.street.hubId,
    store,
    applier,
    contact: shared.contact,
    clock,
    timers: systemTimers,
    random,
    logger,
  });
  return { downlink, applier, downlinkStore: store };
}

/** Twice the workers: a worker that waits for another burst's first frame finds a first frame of its own. */
function concurrencyOf(settings: HubSettings): number {
  return settings.inferenceWorkers * 2;
}

async function openVision(settings: HubSettings, name: string): Promise<Vision> {
  const pack = await loadInstalledPack(settings.models.dir, name);
  const engine = await createFaceEngine({
    pack,
    workers: settings.inferenceWorkers,
    // the hub's own queue is the bound; this one must never be the first to be full
    queueCapacity: concurrencyOf(settings) + settings.queueCapacity,
  });
  const index = await openGalleryIndex({ engine: settings.index, dimension: engine.dimension });
  const { identify, pad } = pack.manifest.thresholds;
  return { engine, index, thresholds: identify, minLive: pad.minLive };
}

function protectedVision(vision: Vision, protection: TemplateProtection): Vision {
  const { engine } = vision;
  return { ...vision, engine: protectedEngine(engine, protection.inForce(engine)) };
}

/** @throws KeyRingError where the keys that were handed out are not there */
function templateKeys(settings: HubSettings, random: (bytes: number) => Buffer): TemplateKeyRing {
  const { templateKeyFile, dataDir } = settings;
  if (templateKeyFile !== undefined) return readKeyRing(templateKeyFile);
  return keyRingFile(join(dataDir, 'template.keys'), random);
}

function readFiles(settings: HubSettings, random: (bytes: number) => Buffer) {
  const { tls, dataDir } = settings;
  const ca = readFileSync(tls.caPath, 'utf8');
  return {
    tls: {
      cert: readFileSync(tls.certPath, 'utf8'),
      key: readFileSync(tls.keyPath, 'utf8'),
      ca,
    },
    authority: new X509Certificate(ca),
    hubKey: secretFile(join(dataDir, 'hub.key'), random),
    sealingSeed: secretFile(join(dataDir, 'sealing.key'), random),
    templateKeys: templateKeys(settings, random),
    adminToken: adminToken(settings.adminTokenFile, random),
  };
}
