import { and, asc, count, eq, gt, lt, max, min, ne, or } from 'drizzle-orm';
import type { HubDatabase, Lazily, OpenDatabase } from '../db/database.ts';
import { galleryChunks, templates } from '../db/schema.ts';
import type { IdRange } from '../enrolment/template-reader-store.ts';

/** One file of the snapshot: all templates of its space between two ids. */
export interface Chunk extends IdRange {
  readonly chunkId: string;
  readonly space: string;
  readonly rowCount: number;
  readonly wrappedKey: Buffer;
}

/** So many templates, one after the other. */
export interface Stretch extends IdRange {
  readonly rowCount: number;
}

/**
 * Which files of the snapshot are valid. What makes them invalid is not here but in the database's triggers, so that no
 * way of changing a template passes by it. No write here waits for the disk: what a power cut takes back is found out and
 * done again at the next start.
 */
export class ChunkStore {
  private readonly db: HubDatabase;
  private readonly lazily: Lazily;

  constructor({ db, lazily }: Pick<OpenDatabase, 'db' | 'lazily'>) {
    this.db = db;
    this.lazily = lazily;
  }

  /** Files of a space that are written, in the order of what they hold; their ranges do not overlap. */
  written(space: string): Chunk[] {
    return this.db
      .select()
      .from(galleryChunks)
      .where(and(eq(galleryChunks.space, space), eq(galleryChunks.written, true)))
      .orderBy(asc(galleryChunks.firstId))
      .all();
  }

  /** The first templates, `most` of any pack, whose ids lie between these two; undefined where there are none. */
  stretchBetween(after: string, before: string, most: number): Stretch | undefined {
    const ids = this.db
      .select({ id: templates.templateId })
      .from(templates)
      .where(and(gt(templates.templateId, after), lt(templates.templateId, before)))
      .orderBy(asc(templates.templateId))
      .limit(most)
      .as('ids');
    const row = this.db
      .select({ firstId: min(ids.id), lastId: max(ids.id), rowCount: count() })
      .from(ids)
      .get();
    if (!row || row.firstId === null || row.lastId === null) return undefined;
    return { firstId: row.firstId, lastId: row.lastId, rowCount: row.rowCount };
  }

  /** Stores a key before anything is sealed by it: from now on a change among its templates takes it away. */
  begin(chunk: Chunk): void {
    const row = { ...chunk, written: false };
    this.lazily(() => this.db.insert(galleryChunks).values(row).run());
  }

  /** The file is complete. Does nothing where its templates have changed since `begin`: the key is gone then. */
  finish(chunkId: string): void {
    const isIt = eq(galleryChunks.chunkId, chunkId);
    this.lazily(() => this.db.update(galleryChunks).set({ written: true }).where(isIt).run());
  }

  drop(chunkId: string): void {
    const isIt = eq(galleryChunks.chunkId, chunkId);
    this.lazily(() => this.db.delete(galleryChunks).where(isIt).run());
  }

  /** Takes away the keys of files that were never finished, and of other spaces. */
  dropUnfinished(space: string): void {
    const isOfNoUse = or(eq(galleryChunks.written, false), ne(galleryChunks.space, space));
    this.lazily(() => this.db.delete(galleryChunks).where(isOfNoUse).run());
  }

  /** Of all files that have a key, finished or not. */
  chunkIds(): Set<string> {
    const rows = this.db.select({ chunkId: galleryChunks.chunkId }).from(galleryChunks).all();
    return new Set(rows.map(({ chunkId }) => chunkId));
  }
}
