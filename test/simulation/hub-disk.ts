import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type HubDatabase, type OpenDatabase, openDatabase } from '../../edge-hub/db/database.ts';
import { pause } from '../../shared/kernel/timers.ts';
import type { Plant } from './plant.ts';
import type { Machine, SimProcess } from './world.ts';

const FLUSH_MS = [0.5, 6] as const;
const EVENING_MS = 3 * 3_600_000;
/** SQLite takes it for the number of pages that are there. */
const NO_PAGE_MORE = 1;
const ANY_PAGES = 0xffff_fffe;

/** The disk said that it could not. */
class DiskError extends Error {
  override readonly name = 'DiskError';
}

/** Undoes a transaction that reports success: planted. */
class UndoneError extends Error {
  override readonly name = 'UndoneError';
}

/**
 * A hub's disk with a real SQLite database on it. Besides the file it knows what a power cut would leave: the database as it
 * was at the last flush, or at the last commit that waited for one.
 */
export class HubDisk {
  private readonly machine: Machine;
  private readonly dir: string;
  private readonly plant: Plant | undefined;
  private readonly closesAtMs: number;
  private generation = 0;
  private durable: Buffer;
  private opened:
    | { readonly database: OpenDatabase; readonly client: Database.Database }
    | undefined;
  /** Whether flushes fail. */
  isFailing = false;

  /** @param empty a database with today's schema and nothing in it */
  constructor(parts: {
    readonly machine: Machine;
    readonly dir: string;
    readonly empty: Buffer;
    readonly plant: Plant | undefined;
    readonly closesAtMs: number;
  }) {
    this.machine = parts.machine;
    this.dir = parts.dir;
    this.plant = parts.plant;
    this.closesAtMs = parts.closesAtMs;
    this.durable = parts.empty;
    writeFileSync(this.path, parts.empty);
  }

  get path(): string {
    return join(this.dir, `${this.machine.name}.${this.generation}.db`);
  }

  open(process: SimProcess): OpenDatabase {
    const { random } = this.machine;
    const database = openDatabase(this.path, async () => {
      const image = this.image();
      await pause(process, random.between(...FLUSH_MS));
      if (this.isFailing) throw new DiskError('EIO: i/o error, fdatasync');
      this.keep(image);
    });
    const client = clientOf(database.db);
    this.opened = { database, client };
    return {
      ...database,
      transact: (work) => {
        const done = database.transact(work);
        if (!client.inTransaction) this.keep(this.image());
        return done;
      },
      transactInGroup:
        this.plant === 'lost-middle'
          ? (work) => this.undone(database, work)
          : database.transactInGroup,
    };
  }

  /** No page more can be written, until it is cleared. */
  fill(): void {
    this.opened?.client.pragma(`max_page_count = ${NO_PAGE_MORE}`);
  }

  clear(): void {
    this.opened?.client.pragma(`max_page_count = ${ANY_PAGES}`);
  }

  /** The process is gone, the machine goes on: what was committed is there. */
  afterKill(): void {
    this.opened?.database.close();
    this.opened = undefined;
  }

  /** What was not flushed is gone. */
  afterPowerCut(): void {
    const before = this.path;
    this.afterKill();
    this.generation += 1;
    writeFileSync(this.path, this.durable);
    rmSync(before);
  }

  /** A copy of the file, for the audit. */
  copyTo(path: string): void {
    this.afterKill();
    copyFileSync(this.path, path);
  }

  /** After the audit. */
  remove(): void {
    rmSync(this.path, { force: true });
  }

  private image(): Buffer | undefined {
    return this.opened?.client.serialize();
  }

  private keep(image: Buffer | undefined): void {
    const left = this.closesAtMs - this.machine.world.scheduler.now;
    if (this.plant === 'lost-prefix' || (this.plant === 'lost-tail' && left < EVENING_MS)) return;
    if (image) this.durable = image;
  }

  private undone<T>(database: OpenDatabase, work: () => T): T {
    if (this.machine.random.next() >= 0.01) return database.transactInGroup(work);
    const results: T[] = [];
    try {
      database.transactInGroup(() => {
        results.push(work());
        throw new UndoneError();
      });
    } catch (error) {
      if (!(error instanceof UndoneError)) throw error;
    }
    for (const result of results) return result;
    throw new DiskError('nothing was done');
  }
}

/** The connection itself: its pages are what a disk holds. */
function clientOf(db: HubDatabase): Database.Database {
  if ('$client' in db && db.$client instanceof Database) return db.$client;
  throw new TypeError('not a database of better-sqlite3');
}
