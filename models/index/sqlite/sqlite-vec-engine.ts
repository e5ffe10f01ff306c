import { loadOptional } from '../load-optional.ts';
import { bytesOf, SqliteEngine } from './sqlite-engine.ts';

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
        rows: Number.POSITIVE_INFINITY,
        because: 'memory alone',
        rowsATransaction: Number.POSITIVE_INFINITY,
      }),
    },
    dimension,
  );
}
