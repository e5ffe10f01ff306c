import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { preparing, READ_WRITE } from './prepared-queries.ts';

type CentralDatabase = PostgresJsDatabase;

/** What a store writes with: the database itself, or a transaction that the caller opened. */
export type Executor = Pick<
  CentralDatabase,
  'select' | 'insert' | 'update' | 'delete' | 'execute' | 'selectDistinct'
>;

export interface OpenDatabase {
  /** Its address, with the password: for processes of ours that connect by themselves. */
  readonly url: string;
  /** Who this process is to PostgreSQL, for as long as it runs: its connections carry it (`applicationName`). */
  readonly processId: string;
  readonly db: CentralDatabase;
  /** Runs work in one transaction: all of it is on disk when this resolves, or none of it. */
  transact<T>(work: (tx: Executor) => Promise<T>): Promise<T>;
  /** Runs reads that must all see the same moment. */
  snapshot<T>(work: (tx: Executor) => Promise<T>): Promise<T>;
  /** The rows of a query as PostgreSQL's binary COPY sends them, in pieces that end anywhere. Values are part of its text. */
  copyOut(query: string): Promise<AsyncIterable<Buffer>>;
  /** Whether PostgreSQL answers now. */
  isUp(): Promise<boolean>;
  close(): Promise<void>;
}

/** The database was written by a newer central than this one. */
class NewerDatabaseError extends Error {
  override readonly name = 'NewerDatabaseError';
}

const MIGRATIONS = new URL('./migrations/', import.meta.url);
/** Any number of ours, the same for every central: one migrates at a time. */
const MIGRATION_LOCK = 7_401_946_211;
const CONNECTIONS = 12;
/**
 * No limit to the queries under way on one connection. The BEGIN that reaches the client's (100) is sent without its connection
 * being kept for the transaction (github.com/porsager/postgres/issues/1189). Its types do not know of the option.
 */
const NO_PIPELINE_LIMIT = { max_pipeline: Number.MAX_SAFE_INTEGER };
const CLOSE_LIMIT_S = 3;
/** A process that was stopped in the middle of a transaction gives its locks up after this. */
const IDLE_IN_TRANSACTION_MS = 10_000;

/** What a central process's connections are called in `pg_stat_activity`. */
export function applicationName(processId: string): string {
  return `wuma-central ${processId}`;
}

/**
 * Connects to PostgreSQL and brings the database to today's schema.
 *
 * @param options of the client, where others than usual are wanted
 * @throws NewerDatabaseError when its schema is newer than this program
 */
export async function openDatabase(
  url: string,
  options: postgres.Options<Record<string, never>> = {},
): Promise<OpenDatabase> {
  const processId = randomUUID();
  const client = postgres(url, {
    max: CONNECTIONS,
    connect_timeout: 10,
    idle_timeout: 60,
    ...NO_PIPELINE_LIMIT,
    onnotice: () => {},
    connection: {
      application_name: applicationName(processId),
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    },
    ...options,
  });
  try {
    await migrate(client);
  } catch (error) {
    await client.end({ timeout: CLOSE_LIMIT_S });
    throw error;
  }
  const db = drizzle(preparing(client));
  return {
    url,
    processId,
    db,
    transact: (work) => db.transaction((tx) => work(tx)),
    snapshot: (work) =>
      db.transaction((tx) => work(tx), {
        isolationLevel: 'repeatable read',
        accessMode: 'read only',
      }),
    copyOut: (query) => client.unsafe(`copy (${query}) to stdout (format binary)`).readable(),
    isUp: async () => {
      try {
        await client`select 1`;
        return true;
      } catch {
        return false;
      }
    },
    close: () => client.end({ timeout: CLOSE_LIMIT_S }),
  };
}

/** Applies the numbered SQL files that the database has not seen, in one transaction, one central at a time. */
async function migrate(client: postgres.Sql): Promise<void> {
  const migrations = readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()
    .map((name) => ({ name, version: Number.parseInt(name, 10) }));
  await client.begin(READ_WRITE, async (tx) => {
    await tx`select pg_advisory_xact_lock(${MIGRATION_LOCK})`;
    await tx`create table if not exists schema_versions (
      version integer primary key, name text not null, applied_at timestamptz not null default now())`;
    const [done] = await tx<
      { version: number }[]
    >`select coalesce(max(version), 0) as version from schema_versions`;
    const current = done?.version ?? 0;
    const newest = migrations.at(-1)?.version ?? 0;
    if (current > newest) {
      throw new NewerDatabaseError(
        `the database has schema ${current}, this central knows ${newest}`,
      );
    }
    for (const { name, version } of migrations.filter((entry) => entry.version > current)) {
      await tx.unsafe(readFileSync(new URL(name, MIGRATIONS), 'utf8'));
      await tx`insert into schema_versions (version, name) values (${version}, ${name})`;
    }
  });
}
