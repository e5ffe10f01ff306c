import { constants } from 'node:os';
import type * as Vss from 'sqlite-vss';
import { loadOptional } from '../load-optional.ts';
import { bytesOf, SqliteEngine } from './sqlite-engine.ts';

/**
 * A vector's bytes are taken for a header when they begin with these two, about one in 65,536, and the rest of
 * the transaction is corrupted without a word. With the header in front of every vector none is.
 */
const VECTOR_HEADER = Buffer.from([0x76, 0x01]);
/** The whole index is one blob that each commit rewrites; beyond this it fails. */
const MOST_BYTES = 500_000_000;
/**
 * Until a commit, vectors gather in one array that every insert allocates anew; from some megabytes on the system
 * maps and unmaps it each time, and 3,000 inserts of 512 values take a minute instead of half a second.
 */
const TRANSACTION_BYTES = 3_000_000;
/** RTLD_NODELETE of glibc and musl, and of macOS; Node does not name it. */
const NEVER_UNLOAD = process.platform === 'darwin' ? 0x80 : 0x1000;
/** A row in that blob: its values, and its number. */
const ID_BYTES = 8;

/** The package's own types leave this out. */
type SqliteVss = typeof Vss & { readonly getVssLoadablePath: () => string };

const loadPackage = (): Promise<SqliteVss> =>
  import('sqlite-vss') as Promise<unknown> as Promise<SqliteVss>;

/**
 * sqlite-vss 0.1.2: Faiss' flat index, one scan of all float32 rows. Every commit writes the whole index anew,
 * so single inserts into a large gallery take seconds.
 *
 * @throws IndexUnavailableError
 */
export async function openSqliteVss(dimension: number): Promise<SqliteEngine> {
  const vss = await loadOptional('sqlite-vss', loadPackage);
  return new SqliteEngine(
    {
      name: 'sqlite-vss',
      load: (db) => {
        keepLoaded(vss.getVssLoadablePath());
        vss.load(db);
      },
      createTable: (values) =>
        `CREATE VIRTUAL TABLE gallery USING vss0(
           embedding(${values}) factory="Flat,IDMap2" metric_type=INNER_PRODUCT)`,
      nearest: `SELECT rowid, embedding FROM gallery
                WHERE vss_search(embedding, vss_search_params(?, ?))`,
      encode: (embedding) => Buffer.concat([VECTOR_HEADER, bytesOf(embedding)]),
      limit: (values) => ({
        rows: Math.floor(MOST_BYTES / (values * 4 + ID_BYTES)),
        because: `its index is one blob of at most ${MOST_BYTES / 1e6} MB`,
        rowsATransaction: Math.ceil(TRANSACTION_BYTES / (values * 4)),
      }),
    },
    dimension,
  );
}

/**
 * Faiss leaves threads waiting in OpenMP's library. SQLite unloads the extension with the last connection that
 * uses it, and those threads would go on in memory that is no longer there: the process would end.
 */
function keepLoaded(library: string): void {
  try {
    process.dlopen({ exports: {} }, library, constants.dlopen.RTLD_NOW | NEVER_UNLOAD);
  } catch {
    // it is no addon, but now it is loaded; whether it can be, SQLite tells better
  }
}
