import { loadOptional } from '../load-optional.ts';
import { bytesOf, SqliteEngine } from './sqlite-engine.ts';

/** Rows whose numbers and positions the extension's chunks can hold; memory ends long before. */
const MOST_ROWS = 2 ** 31 - 1;

/**
 * sqlite-vec 0.1.9: one scan of all float32 rows, on one thread.
 *
 * @throws IndexUnavailableError
 */
export async function openSqliteVec(dimension: number): Promise<SqliteEngine> {
  const vec = await loadOptional('sqlite-vec', () => import('sqlite-vec'));
  return new SqliteEngine(
    {
      name: 'sqlite-vec',
      load: (db) => vec.load(db),
      createTable: (values) =>
        `CREATE VIRTUAL TABLE gallery USING vec0(embedding float[${values}] distance_metric=cosine)`,
      nearest: 'SELECT rowid, embedding FROM gallery WHERE embedding MATCH ? AND k = ?',
      encode: bytesOf,
      limit: () => ({
        rows: MOST_ROWS,
        because: 'row numbers of its chunks',
        rowsATransaction: MOST_ROWS,
      }),
    },
    dimension,
  );
}
