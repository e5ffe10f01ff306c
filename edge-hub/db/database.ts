import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import { assert } from '../../shared/kernel/assert.ts';
import { flushFolder } from '../../shared/kernel/durable-file.ts';
import { LogSync, openForFlushing } from './log-sync.ts';
import { unflushed, WriteGroup } from './write-group.ts';

export type HubDatabase = BetterSQLite3Database & { readonly $client: Database.Database };

/** Runs work in one transaction: all of it is on disk when this returns, or none of it. Nests. */
export type Transact = <T>(work: () => T) => T;

/** Runs a statement without waiting for the disk. */
export type Lazily = (work: () => void) => void;

export interface OpenDatabase {
  readonly db: HubDatabase;
  readonly transact: Transact;
  /**
   * One statement whose commit is not waited for: a power cut may take it back, never a crash of the process
   * alone. Only for what does no harm when it is done again. Not inside a transaction.
   */
  readonly lazily: Lazily;
  /**
   * As `transact`, but neither committed nor on disk when it returns: all of a turn of the event loop commit together
   * (`write-group.ts`), and many turns share a flush. Whoever tells anybody of it waits for `settled()` first.
   */
  readonly transactInGroup: Transact;
  /**
   * Resolves when everything written so far is on disk.
   *
   * @throws GroupCommitError when the group could not be committed: nothing of it was done
   * @throws LogSyncError for good, once the disk has failed
   */
  readonly settled: () => Promise<void>;
  /** Copies the write-ahead log into the database and truncates it, so that deleted bytes are on no page of either. */
  truncateLog(): void;
  /**
   * Overwrites the buffers in which SQLite put rows and pages together: deleting zeroes pages, not those. Not inside a
   * transaction.
   */
  overwriteBuffers(): void;
  close(): void;
}

/** The database was written by a newer hub than this one. */
export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError';
}

const MIGRATIONS = new URL('./migrations/', import.meta.url);
const BUSY_TIMEOUT_MS = 5_000;
/** A checkpoint flushes twice, on the main thread: with 16 MiB of log it comes once in a thousand payments or so. */
const CHECKPOINT_PAGES = 4_000;
/** Of every size that a person's rows have, several at once, so that pages fill up, are divided and put in order. */
const OVERWRITING_BYTES = [
  100, 200, 400, 700, 1_000, 1_400, 2_000, 2_300, 3_000, 4_000, 5_000,
].flatMap((bytes) => [bytes, bytes, bytes]);

/**
 * Opens (or makes) the hub's database and brings it to today's schema.
 *
 * `synchronous=FULL` in WAL mode: a commit returns after fsync, which is what lets a terminal hear "paid".
 *
 * @param path file, or `:memory:` in tests
 * @param flushing lets a test stand between a commit in a group and the disk
 * @throws NewerDatabaseError when the file's schema is newer than this program
 */
export function openDatabase(
  path: string,
  flushing: (flush: () => Promise<void>) => Promise<void> = (flush) => flush(),
): OpenDatabase {
  const client = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  client.pragma('journal_mode = WAL');
  client.pragma('synchronous = FULL');
  client.pragma('secure_delete = ON');
  client.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  migrate(client);
  client.pragma('foreign_keys = ON');
  // what pages were before a savepoint would go into a temporary file from 64 KiB on: made, written and removed for each
  // payment, and not overwritten. Migrations may sort more than fits into memory.
  client.pragma('temp_store = MEMORY');
  const atOnce: Transact = (work) => client.transaction(work).immediate();
  const log = client.memory ? undefined : openForFlushing(`${path}-wal`);
  // a group's flush brings the log's bytes onto the disk, not that there is a log
  if (log) flushFolder(dirname(path));
  const sync = log && new LogSync(() => flushing(log.flush));
  const group = new WriteGroup(client, () => sync?.committed());
  const transact: Transact = (work) => {
    group.commit();
    return atOnce(work);
  };
  return {
    db: drizzle(client),
    transact,
    transactInGroup: (work) => (sync ? group.write(work) : transact(work)),
    settled: async () => {
      await group.committed();
      await sync?.settled();
    },
    lazily: (work) => {
      group.commit();
      unflushed(client, work);
    },
    truncateLog: () => {
      group.commit();
      client.pragma('wal_checkpoint(TRUNCATE)');
    },
    overwriteBuffers: () => {
      group.commit();
      const fill = client.prepare('INSERT INTO overwriting (bytes) VALUES (zeroblob(?))');
      client.transaction(() => {
        for (const bytes of OVERWRITING_BYTES) fill.run(bytes);
        // in a savepoint, which keeps its pages as they were in memory of its own: that is overwritten too
        client.transaction(() => client.exec('DELETE FROM overwriting'))();
      })();
      client.pragma('shrink_memory');
    },
    close: () => {
      group.commit();
      log?.close();
      client.close();
    },
  };
}

/**
 * Applies the numbered SQL files that the database has not seen, all in one transaction. Foreign keys are off meanwhile, as
 * making a table anew wants it (sqlite.org/lang_altertable.html), and checked before the commit.
 */
function migrate(client: Database.Database): void {
  client.pragma('foreign_keys = OFF');
  client.exec(
    'CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT',
  );
  const migrations = readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => ({ name, version: Number.parseInt(name, 10) }));
  client
    .transaction(() => {
      const done = client
        .prepare<[], { version: number }>(
          'SELECT coalesce(max(version), 0) AS version FROM schema_version',
        )
        .get();
      const current = done?.version ?? 0;
      const newest = migrations.at(-1)?.version ?? 0;
      if (current > newest) {
        throw new NewerDatabaseError(
          `the database has schema ${current}, this hub knows ${newest}`,
        );
      }
      for (const { name, version } of migrations.filter((entry) => entry.version > current)) {
        client.exec(readFileSync(new URL(name, MIGRATIONS), 'utf8'));
        client
          .prepare('INSERT INTO schema_version (version, name) VALUES (?, ?)')
          .run(version, name);
      }
      const dangling: unknown = client.pragma('foreign_key_check');
      assert(Array.isArray(dangling) && dangling.length === 0, 'a migration keeps what refers');
    })
    .immediate();
}
