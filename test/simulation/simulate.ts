import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { openDatabase } from '../../edge-hub/db/database.ts';
import { uuidV7 } from '../../shared/domain/ids.ts';
import { type Audited, audit } from './audit.ts';
import { CityDatabase } from './city-database.ts';
import { Counter } from './counter.ts';
import { Faults } from './faults.ts';
import { HubDisk } from './hub-disk.ts';
import { Journal } from './journal.ts';
import type { Plant } from './plant.ts';
import { SimCentral } from './sim-central.ts';
import { SimHub } from './sim-hub.ts';
import { SimStream } from './stream.ts';
import { Wan } from './wan.ts';
import { Machine, randomBytes, World } from './world.ts';

export interface Run {
  readonly seed: number;
  readonly hours: number;
  readonly hubs: number;
  readonly plant?: Plant | undefined;
  /** Given each line of the event log. */
  readonly tell?: ((line: string) => void) | undefined;
}

export interface RunResult extends Audited {
  readonly seed: number;
  /** Payments of which a terminal was told that they are taken. */
  readonly payments: number;
  /** Everything that terminals were told is done, these included. */
  readonly acknowledged: number;
  readonly refused: number;
  readonly faults: ReadonlyMap<string, number>;
  /** sha256 of the event log. */
  readonly digest: string;
}

const HOUR_MS = 3_600_000;
const COUNTERS_PER_HUB = 2;
/** Between two sales of a counter, on average. */
const SALE_EVERY_MS = HOUR_MS;
/** Hubs for each shopper, who is known at all of them. */
const HUBS_PER_SHOPPER = 4;
/** What is asked for at a hub in an hour, on average: shoppers have about as much. Minor units. */
const ASKED_PER_HOUR_MINOR = 5_000;
/** How long hubs and central have, once all is whole again: a clock that was 2 h ahead lets a payment expire so much later. */
const SETTLING_MS = 4 * HOUR_MS;

/** Runs one simulation after another; what is dear is made once. */
export class Simulator {
  private readonly city: CityDatabase;
  private readonly dir: string;
  /** A hub's database with nothing in it. */
  private readonly empty: string;

  private constructor(parts: { city: CityDatabase; dir: string; empty: string }) {
    this.city = parts.city;
    this.dir = parts.dir;
    this.empty = parts.empty;
  }

  /** @param parent folder in which it makes one of its own, for hubs' disks */
  static async create(parent: string): Promise<Simulator> {
    const dir = mkdtempSync(join(parent, 'disks-'));
    const empty = join(dir, 'empty.db');
    openDatabase(empty).close();
    return new Simulator({ city: await CityDatabase.create(), dir, empty });
  }

  async close(): Promise<void> {
    await this.city.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** A day of a city: the same run for the same arguments, to the byte of its log. */
  async run(run: Run): Promise<RunResult> {
    const world = new World(run.seed, run.tell);
    const { random } = Math;
    // libraries draw from it: the client of PostgreSQL names its statements so
    Math.random = world.random('libraries').next;
    try {
      await this.city.reset();
      return await this.play(world, run);
    } finally {
      Math.random = random;
    }
  }

  private async play(world: World, run: Run): Promise<RunResult> {
    const closesAtMs = run.hours * HOUR_MS;
    const { hubs, central } = this.build(world, run);
    const shoppers = shopperIds(world, shoppersOf(run));
    await this.makeKnown(hubs, shoppers);
    for (const hub of hubs) hub.start();
    central.start();
    const faults = new Faults({ world, hubs, central, shoppers });
    faults.schedule(closesAtMs);
    const journal = openCounters(world, { hubs, shoppers, run, closesAtMs });
    if (run.plant === 'unbalanced') this.strayWrite(world, closesAtMs / 2);
    await world.scheduler.runUntil(closesAtMs);
    faults.heal();
    await world.scheduler.runUntil(closesAtMs + SETTLING_MS);
    return this.concluded(world, { hubs, central, journal, walletMinor: walletOf(run) });
  }

  private build(world: World, run: Run): { hubs: SimHub[]; central: SimCentral } {
    const logger = pino({ level: 'silent' });
    const wan = new Wan();
    const { plant } = run;
    const hubs = Array.from({ length: run.hubs }, (_, at) => {
      const machine = new Machine(world, `hub-${at + 1}`);
      const closesAtMs = run.hours * HOUR_MS;
      const disk = new HubDisk({ machine, plant, closesAtMs, dir: this.dir, empty: this.empty });
      const stream = new SimStream(machine);
      const line = wan.addLine(machine);
      const terminals = terminalsOf(machine.name);
      return new SimHub({ machine, disk, stream, line, wan, logger, plant, terminals });
    });
    const machine = new Machine(world, 'central');
    return {
      hubs,
      central: new SimCentral({
        machine,
        city: this.city,
        hubs,
        wan,
        logger,
        plant,
        walletMinor: walletOf(run),
      }),
    };
  }

  /** Enrolled at every hub, as central knows it. */
  private async makeKnown(hubs: readonly SimHub[], shoppers: readonly string[]): Promise<void> {
    const rows = hubs.flatMap(({ hubId }) =>
      shoppers.map((id) => `('${hubId}', '${id}', '2026-03-01')`),
    );
    await this.city.query(`
      insert into hubs (hub_id) values ${hubs.map(({ hubId }) => `('${hubId}')`).join(', ')};
      insert into shoppers (hub_id, shopper_id, enrolled_at) values ${rows.join(', ')};
      select 1`);
  }

  /** Planted. */
  private strayWrite(world: World, everyMs: number): void {
    world.scheduler.after(everyMs, () => {
      void this.city.query(`
        set session_replication_role = replica;
        update postings set amount_minor = amount_minor + 1
          where entry_id = (select min(entry_id::text)::uuid from postings);
        set session_replication_role = origin;
        select 1`);
    });
  }

  private async concluded(
    world: World,
    parts: {
      readonly hubs: readonly SimHub[];
      readonly central: SimCentral;
      readonly journal: Journal;
      readonly walletMinor: bigint;
    },
  ): Promise<RunResult> {
    const { journal, walletMinor } = parts;
    const { halted } = parts.central;
    parts.central.kill();
    const hubs = parts.hubs.map((hub) => {
      hub.kill();
      return { hubId: hub.hubId, path: hub.disk.rest(), replaced: hub.disk.replaced };
    });
    const audited = await audit({ hubs, city: this.city, journal, halted, walletMinor });
    for (const hub of parts.hubs) hub.disk.remove();
    world.note('audited', JSON.stringify(audited));
    const taken = journal.acknowledged.filter(({ kind }) => kind === 'capture');
    return {
      ...audited,
      seed: world.seed,
      payments: taken.length,
      acknowledged: journal.acknowledged.length,
      refused: journal.refused,
      faults: world.faults,
      digest: world.digest(),
    };
  }
}

function terminalsOf(hubId: string): string[] {
  return Array.from({ length: COUNTERS_PER_HUB }, (_, at) => `${hubId}-t${at + 1}`);
}

function shoppersOf({ hubs }: Run): number {
  return Math.ceil(hubs / HUBS_PER_SHOPPER);
}

function walletOf(run: Run): bigint {
  return BigInt(Math.ceil((ASKED_PER_HOUR_MINOR * run.hours * run.hubs) / shoppersOf(run)));
}

function shopperIds(world: World, count: number): string[] {
  const random = world.random('shoppers');
  return Array.from({ length: count }, (_, at) => uuidV7(at, randomBytes(random, 10)));
}

function openCounters(
  world: World,
  parts: {
    readonly hubs: readonly SimHub[];
    readonly shoppers: readonly string[];
    readonly run: Run;
    readonly closesAtMs: number;
  },
): Journal {
  const journal = new Journal();
  for (const hub of parts.hubs) {
    for (const terminalId of terminalsOf(hub.hubId)) {
      const machine = new Machine(world, terminalId);
      const retriesAnew = parts.run.plant === 'duplicated';
      const counter = new Counter({ machine, hub, shoppers: parts.shoppers, journal, retriesAnew });
      void counter.open(parts.closesAtMs, SALE_EVERY_MS);
    }
  }
  return journal;
}
