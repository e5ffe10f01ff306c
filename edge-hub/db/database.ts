import { readdirSync, readFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';

export type HubDatabase = BetterSQLite3Database;

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
  /** Copies the write-ahead log into the database and truncates it, so that deleted bytes are on no page of either. */
  truncateLog(): void;
  close(): void;
}

/** The database was written by a newer hub than this one. */
export class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError';
}

const MIGRATIONS = new URL('./migrations/', import.meta.url);
const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens (or makes) the hub's database and brings it to today's schema.
 *
 * `synchronous=FULL` in WAL mode: a commit returns after fsync, which is what lets a terminal hear "paid".
 *
 * @param path file, or `:memory:` in tests
 * @throws NewerDatabaseError when the file's schema is newer than this program
 */
export function openDatabase(path: string): OpenDatabase {
  const client = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  client.pragma('journal_mode = WAL');
  client.pragma('synchronous = FULL');
  client.pragma('secure_delete = ON');
  client.pragma('foreign_keys = ON');
  migrate(client);
  return {
    db: drizzle(client),
    transact: (work) => client.transaction(work).immediate(),
    lazily: (work) => {
      client.pragma('synchronous = NORMAL');
      try {
        work();
      } finally {
        client.pragma('synchronous = FULL');
      }
    },
    truncateLog: () => {
      client.pragma('wal_checkpoint(TRUNCATE)');
    },
    close: () => {
      client.close();
    },
  };
}

/** Applies the numbered SQL files that the database has not seen, all in one transaction. */
function migrate(client: Database.Database): void {
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
    })
    .immediate();
}
