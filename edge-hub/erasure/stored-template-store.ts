import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';

/** A person's template as it lies in a hub's database: sealed, and its key wrapped. */
export interface StoredTemplate {
  readonly packId: string;
  readonly wrappedKey: Buffer;
  readonly sealed: Buffer;
}

/** There is no hub's database. */
export class NotAHubError extends Error {
  override readonly name = 'NotAHubError';
}

/**
 * A person's templates, of each pack that has one, read from a hub's database also while the hub runs.
 *
 * @throws NotAHubError
 */
export function storedTemplatesOf(path: string, shopperId: string): StoredTemplate[] {
  if (!existsSync(path)) throw new NotAHubError(`no hub's database at ${path}`);
  const db = new Database(path, { readonly: true });
  try {
    return db
      .prepare<[string], StoredTemplate>(
        `select pack_id as packId, wrapped_key as wrappedKey, sealed
           from shopper join template using (shopper_id) where shopper_id = ?`,
      )
      .all(shopperId);
  } finally {
    db.close();
  }
}
