import Database from 'better-sqlite3';
import type { SealedEntry } from './shopper-store.ts';

/** Template ids from the first to the last, both included. */
export interface IdRange {
  readonly firstId: string;
  readonly lastId: string;
}

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Sealed templates for a thread that only reads: a connection of its own, and plain SQL, because loading the query builder
 * would take such a thread longer than its work on a small gallery.
 */
export class TemplateReaderStore {
  private readonly between: Database.Statement<[string, string, string], SealedEntry>;

  /** @param path the hub's database, with today's schema */
  constructor(path: string) {
    const client = new Database(path, { readonly: true, timeout: BUSY_TIMEOUT_MS });
    // pages are looked at where the system has them: copies would stay in memory that nobody wipes
    client.pragma(`mmap_size = ${2 ** 40}`);
    this.between = client.prepare(
      `SELECT template.template_id AS templateId, template.shopper_id AS shopperId,
         template.pack_id AS packId, template.sealed AS sealed, shopper.wrapped_key AS wrappedKey
       FROM template JOIN shopper ON shopper.shopper_id = template.shopper_id
       WHERE template.pack_id = ? AND template.template_id BETWEEN ? AND ?
       ORDER BY template.template_id`,
    );
  }

  /** Templates of a pack with the keys they open by. All at once: the range is the caller's bound. */
  sealedBetween(packId: string, { firstId, lastId }: IdRange): SealedEntry[] {
    return this.between.all(packId, firstId, lastId);
  }
}
