import { copyFileSync, existsSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type OpenDatabase, openDatabase } from '../../edge-hub/db/database.ts';
import { pause } from '../../shared/kernel/timers.ts';
import type { Plant } from './plant.ts';
import { SimWitness } from './sim-witness.ts';
import type { Machine, SimProcess } from './world.ts';

const FLUSH_MS = [0.5, 6] as const;
const EVENING_MS = 3 * 3_600_000;
/** SQLite takes it for the number of pages that are there. */
const NO_PAGE_MORE = 1;
const ANY_PAGES = 0xffff_fffe;
/** A log as long as this is copied into the database as soon as all of it is flushed. */
const LONG_LOG_BYTES = 8 * 1024 * 1024;

/** The disk said that it could not. */
class DiskError extends Error {
  override readonly name = 'DiskError';
}

/** Undoes a transaction that reports success: planted. */
class UndoneError extends Error {
  override readonly name = 'UndoneError';
}

/**
 * A hub's disk with a real SQLite database on it. Commits only ever add to the write-ahead log here, so what a power cut
 * leaves is the database as it is and as much of the log as was flushed.
 */
export class HubDisk {
  private readonly machine: Machine;
  private readonly dir: string;
  private readonly plant: Plant | undefined;
  private readonly closesAtMs: number;
  private generation = 0;
  /** How much of the log is on the disk. */
  private flushedBytes = 0;
  /** Which log it is: it begins anew when it was copied into the database. */
  private round = 0;
  private opened:
    | { readonly database: OpenDatabase; readonly client: Database.Database }
    | undefined;
  /** Whether flushes fail. */
  isFailing = false;
  /** Files of the databases that a backup has taken the place of, and of what was put back, in that order. */
  readonly replaced: Replaced[] = [];
  /** What the hub keeps beside its database. */
  readonly witness = new SimWitness();

  /** @param empty file of a database with today's schema and nothing in it */
  constructor(parts: {
    readonly machine: Machine;
    readonly dir: string;
    readonly empty: string;
    readonly plant: Plant | undefined;
    readonly closesAtMs: number;
  }) {
    this.machine = parts.machine;
    this.dir = parts.dir;
    this.plant = parts.plant;
    this.closesAtMs = parts.closesAtMs;
    copyFileSync(parts.empty, this.path);
  }

  open(process: SimProcess): OpenDatabase {
    const { random } = this.machine;
    const database = openDatabase(this.path, async () => {
      const { round } = this;
      const bytes = sizeOf(this.log);
      await pause(process, random.between(...FLUSH_MS));
      if (this.isFailing) throw new DiskError('EIO: i/o error, fdatasync');
      if (round === this.round) this.flushed(bytes);
    });
    const client = database.db.$client;
    client.pragma('wal_autocheckpoint = 0');
    // nobody else opens it: no locks to be taken for every statement
    client.pragma('locking_mode = EXCLUSIVE');
    this.opened = { database, client };
    return {
      ...database,
      transact: (work) => {
        const done = database.transact(work);
        if (!client.inTransaction) this.flushed(sizeOf(this.log));
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

  /** The process is gone, the machine goes on: what was committed is there, flushed or not. */
  afterKill(): void {
    if (this.opened) this.moveOn(sizeOf(this.log));
  }

  /** What was not flushed is gone. */
  afterPowerCut(): void {
    this.moveOn(this.flushedBytes);
    if (this.machine.random.next() < 0.5) this.witness.cutPower();
  }

  /** Copies the database as it is, while it is in use. */
  backUp(): void {
    remove(this.backup);
    copyFileSync(this.path, this.backup);
    if (existsSync(this.log)) copyFileSync(this.log, `${this.backup}-wal`);
  }

  /** Puts the backup in the place of the database, whose process has ended. */
  putBack(): void {
    const lost = this.rest();
    this.generation += 1;
    this.round += 1;
    copyFileSync(this.backup, this.path);
    if (existsSync(`${this.backup}-wal`)) copyFileSync(`${this.backup}-wal`, this.log);
    this.flushedBytes = sizeOf(this.log);
    const kept = `${this.backup}.${this.generation}`;
    copyFileSync(this.path, kept);
    if (existsSync(this.log)) copyFileSync(this.log, `${kept}-wal`);
    intoDatabase(kept);
    this.replaced.push({ lost, backup: kept });
    this.witness.replaced(this.machine.random.next() < 0.5);
  }

  /** Brings the log into the database. @returns its file, for the audit; the disk is not used any more */
  rest(): string {
    this.afterKill();
    intoDatabase(this.path);
    return this.path;
  }

  /** After the audit. */
  remove(): void {
    remove(this.path);
    remove(this.backup);
    for (const { lost, backup } of this.replaced) {
      remove(lost);
      remove(backup);
    }
  }

  private get backup(): string {
    return join(this.dir, `${this.machine.name}.backup.db`);
  }

  private get path(): string {
    return join(this.dir, `${this.machine.name}.${this.generation}.db`);
  }

  private get log(): string {
    return `${this.path}-wal`;
  }

  /** Goes on with other files, before SQLite, in closing, brings the log into the database. */
  private moveOn(logBytes: number): void {
    const { path: before, log } = this;
    const opened = this.opened;
    this.opened = undefined;
    this.generation += 1;
    copyFileSync(before, this.path);
    if (existsSync(log)) {
      copyFileSync(log, this.log);
      truncateSync(this.log, logBytes);
    }
    opened?.database.close();
    remove(before);
  }

  private flushed(bytes: number): void {
    const left = this.closesAtMs - this.machine.world.scheduler.now;
    if (this.plant === 'lost-prefix' || (this.plant === 'lost-tail' && left < EVENING_MS)) return;
    this.flushedBytes = Math.max(this.flushedBytes, bytes);
    const { opened } = this;
    if (!opened || bytes < LONG_LOG_BYTES || bytes < sizeOf(this.log)) return;
    if (opened.client.inTransaction) return;
    opened.client.pragma('wal_checkpoint(TRUNCATE)');
    this.flushedBytes = sizeOf(this.log);
    this.round += 1;
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

/** A database that was lost with its disk, and the backup that took its place; files. */
export interface Replaced {
  readonly lost: string;
  readonly backup: string;
}

/** Brings the log into the database. */
function intoDatabase(path: string): void {
  const client = new Database(path);
  client.pragma('wal_checkpoint(TRUNCATE)');
  client.close();
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function remove(path: string): void {
  for (const end of ['', '-wal', '-shm']) rmSync(`${path}${end}`, { force: true });
}
