import { AllowanceOrders } from '../../edge-hub/allowance/allowance-orders.ts';
import { AllowanceStore } from '../../edge-hub/allowance/allowance-store.ts';
import { AskLink } from '../../edge-hub/allowance/ask-link.ts';
import { CentralContact } from '../../edge-hub/allowance/central-contact.ts';
import { AllowanceSpending } from '../../edge-hub/allowance/spending.ts';
import { type AskCentral, TopUps } from '../../edge-hub/allowance/top-ups.ts';
import { CampaignOrders } from '../../edge-hub/campaign/campaign-orders.ts';
import { CampaignStore } from '../../edge-hub/campaign/campaign-store.ts';
import { Discounts } from '../../edge-hub/campaign/discounts.ts';
import type { OpenDatabase, Transact } from '../../edge-hub/db/database.ts';
import { Downlink } from '../../edge-hub/downlink/downlink.ts';
import { DownlinkApplier } from '../../edge-hub/downlink/downlink-applier.ts';
import { DownlinkStore } from '../../edge-hub/downlink/downlink-store.ts';
import { DirectoryStore } from '../../edge-hub/enrolment/directory-store.ts';
import { HubLife } from '../../edge-hub/epoch/life.ts';
import { HubEvents } from '../../edge-hub/events.ts';
import { ChainDesk } from '../../edge-hub/outbox/chain-desk.ts';
import type { EventStream } from '../../edge-hub/outbox/event-stream.ts';
import { OutboxStore } from '../../edge-hub/outbox/outbox-store.ts';
import { OutboxRelay } from '../../edge-hub/outbox/relay.ts';
import { TerminalStore } from '../../edge-hub/terminals/terminal-store.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import { pause } from '../../shared/kernel/timers.ts';
import { HubDesk, shopOf } from './hub-desk.ts';
import type { HubDisk } from './hub-disk.ts';
import type { Plant } from './plant.ts';
import type { SimStream } from './stream.ts';
import type { Line, Wan } from './wan.ts';
import { type Machine, SimProcess } from './world.ts';

/** Central is asked less often than in operation, and counts as fresh for as much longer. */
const POLL_MS = 1_800_000;
const FRESH_MS = 3_600_000;
const EXPIRY_CHECK_MS = 1_800_000;
const WITNESS_EVERY_MS = 1_800_000;
const TARGET_MINOR = 30_000n;
const HOUR_MS = 3_600_000;
const OFFLINE_POLICY = {
  freshMs: FRESH_MS,
  floorLimitMinor: 20_000n,
  staleFloorLimitMinor: 5_000n,
  maxListAgeMs: 24 * HOUR_MS,
  lowerConsecutive: 5,
  lowerCumulativeMinor: 50_000n,
  upperConsecutive: 10,
  upperCumulativeMinor: 100_000n,
  onlineShare: 0.02,
  maxOfflineMs: 72 * HOUR_MS,
};

interface Running {
  readonly process: SimProcess;
  readonly desk: HubDesk;
}

/** A hub: its machine, its disk, its stream, its line, and the process that runs on it or not. */
export class SimHub {
  readonly hubId: string;
  readonly machine: Machine;
  readonly disk: HubDisk;
  readonly stream: SimStream;
  readonly line: Line;
  private readonly wan: Wan;
  private readonly logger: Logger;
  private readonly plant: Plant | undefined;
  private readonly terminals: readonly string[];
  private running: Running | undefined;

  constructor(parts: {
    readonly machine: Machine;
    readonly disk: HubDisk;
    readonly stream: SimStream;
    readonly line: Line;
    readonly wan: Wan;
    readonly logger: Logger;
    readonly plant: Plant | undefined;
    readonly terminals: readonly string[];
  }) {
    this.hubId = parts.machine.name;
    this.machine = parts.machine;
    this.disk = parts.disk;
    this.stream = parts.stream;
    this.line = parts.line;
    this.wan = parts.wan;
    this.logger = parts.logger;
    this.plant = parts.plant;
    this.terminals = parts.terminals;
  }

  get process(): SimProcess | undefined {
    return this.running?.process;
  }

  get desk(): HubDesk | undefined {
    return this.running?.desk;
  }

  start(): void {
    this.stream.powerOn();
    if (this.running) return;
    const process = new SimProcess(this.machine);
    const desk = this.wire(process, this.disk.open(process));
    this.running = { process, desk };
    const expire = (): void => {
      try {
        desk.lifeCycle.expireDue();
      } catch {
        // a full disk: later
      }
    };
    expire();
    repeat(process, EXPIRY_CHECK_MS, expire);
  }

  /** Ends the process, as `kill -9` does. */
  kill(): void {
    this.running?.process.kill();
    this.running = undefined;
    this.disk.afterKill();
  }

  /** Takes what was not flushed, of the hub's database and of its stream. */
  cutPower(): void {
    this.kill();
    this.disk.afterPowerCut();
    const { world } = this.machine;
    if (this.stream.cutPower() > 0) world.fault('stream-truncated', this.hubId);
  }

  /** Its disk is lost, and with it its stream or not; a backup takes its place. The hub is not started. */
  putBackUp(): void {
    this.kill();
    this.disk.putBack();
    if (this.machine.random.next() < 0.5) this.stream.lose();
  }

  private wire(process: SimProcess, database: OpenDatabase): HubDesk {
    const { hubId, logger } = this;
    const { db, settled, lazily } = database;
    const clock = process;
    const random = (): number => this.machine.random.next();
    const shared = { clock, random, logger, lazily, settled, timers: process };
    const outbox = new OutboxStore(db, { hubId, newId: process.newId, clock });
    const relay = new OutboxRelay({
      ...shared,
      store: outbox,
      metrics: { eventsPublished: () => undefined, eventsRefused: () => undefined },
      idleMs: POLL_MS,
    });
    const waking =
      (transact: Transact): Transact =>
      (work) => {
        const done = transact(work);
        relay.wake();
        return done;
      };
    const transact = waking(database.transact);
    const store = new AllowanceStore(db);
    const life = new HubLife({
      ...shared,
      outbox,
      transact,
      allowances: store,
      directory: new DirectoryStore(db),
      witness: this.disk.witness,
      repeat: (work) => repeat(process, WITNESS_EVERY_MS, work),
    });
    if (this.plant !== 'restored-unseen') life.begin();
    const events = new HubEvents({ outbox, clock, newId: process.newId });
    const contact = new CentralContact({ ...shared, store });
    const askLink = new AskLink(hubId, logger);
    const topUps = new TopUps({
      ...shared,
      store,
      contact,
      transact,
      askCentral: this.asking(askLink.ask),
      targetMinor: TARGET_MINOR,
      pause: (ms) => pause(process, ms),
    });
    const spending = new AllowanceSpending({
      ...shared,
      store,
      contact,
      topUps,
      policy: OFFLINE_POLICY,
    });
    const campaigns = new CampaignStore(db);
    const discounts = new Discounts({ store: campaigns, outbox, events });
    const downlinkStore = new DownlinkStore(db);
    const downlink = new Downlink({
      ...shared,
      hubId,
      store: downlinkStore,
      applier: new DownlinkApplier({
        ...shared,
        store: downlinkStore,
        people: NOBODY,
        allowances: new AllowanceOrders({ store, events }),
        campaigns: new CampaignOrders(campaigns),
        transact,
        metrics: { downlinkHandled: () => undefined },
      }),
      contact,
      pollMs: POLL_MS,
    });
    transact(() => {
      this.register(new TerminalStore(db), events);
    });
    const link = this.wan.linkOf(process, 'hub');
    relay.start(this.writing(process));
    new ChainDesk({ ...shared, hubId, store: outbox }).start(link);
    askLink.start(link);
    downlink.start(link);
    const grouped = waking(database.transactInGroup);
    const booking = { transact: grouped, outbox, events, spending, discounts };
    return new HubDesk({ hubId, process, database, ...booking });
  }

  /** Terminals that are not known yet. */
  private register(store: TerminalStore, events: HubEvents): void {
    for (const terminalId of this.terminals) {
      if (store.find(terminalId)) continue;
      const shop = shopOf(terminalId);
      store.insert({
        ...shop,
        publicKeySpki: Buffer.from('none'),
        access: 'certificate',
        depth: false,
        infrared: false,
        registeredAt: '2026-03-02T06:00:00.000Z',
        revokedAt: null,
      });
      events.terminalRegistered(shop);
    }
  }

  private writing(process: SimProcess): EventStream {
    const writer = this.stream.writerOf(process);
    if (this.plant !== 'chain-broken') return writer;
    return {
      ...writer,
      publish: (event) => {
        const isChanged = this.machine.random.next() < 0.01;
        const text = isChanged ? event.text.replace('"data":{', '"data":{ ') : event.text;
        return writer.publish({ ...event, text });
      },
    };
  }

  private asking(ask: AskCentral): AskCentral {
    if (this.plant !== 'overdrawn') return ask;
    return async (question, timeoutMs) => {
      const grants = await ask(question, timeoutMs);
      return grants?.map((grant) => {
        const before = BigInt(
          question.asks.find((each) => each.shopperId === grant.shopperId)?.grantedMinor ?? 0,
        );
        return { ...grant, grantedMinor: before + grant.grantedMinor };
      });
    };
  }
}

/** As an interval does it. @returns ends it */
function repeat(process: SimProcess, everyMs: number, work: () => void): () => void {
  let cancel: () => void;
  const next = (): void => {
    cancel = process.after(everyMs, () => {
      work();
      next();
    });
  };
  next();
  return () => {
    cancel();
  };
}

/** Nobody is enrolled, erased or told of in a simulation: it has no faces. */
const NOBODY = {
  replica: () => Promise.reject(new Error('no replicas here')),
  phone: () => Promise.reject(new Error('no phones here')),
  erase: () => Promise.reject(new Error('no erasures here')),
  directory: () => undefined,
};
