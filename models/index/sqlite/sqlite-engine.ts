import Database from 'better-sqlite3';
import { present } from '../../../shared/kernel/assert.ts';
import {
  GalleryFullError,
  IndexUnavailableError,
  type SearchOptions,
  type TemplateBatch,
} from '../gallery-index.ts';
import type { Found, IndexEngine } from '../index-engine.ts';
import { rankNearest, SPARE_ROWS } from '../nearest.ts';

/** What differs between SQLite's vector extensions. */
export interface VectorExtension {
  readonly name: string;
  /** Loads the extension into a database. */
  load(db: Database.Database): void;
  /** Makes the table `gallery(rowid, embedding)`. */
  readonly createTable: (dimension: number) => string;
  /** Takes a vector and how many rows are wanted, answers with `rowid` and `embedding`. */
  readonly nearest: string;
  /** A vector as the extension wants it. */
  encode(embedding: Float32Array): Buffer;
  /** How many rows it can hold, and why; and how many a transaction should. */
  limit(dimension: number): {
    readonly rows: number;
    readonly because: string;
    readonly rowsATransaction: number;
  };
}

interface Row {
  readonly rowid: number;
  readonly embedding: Buffer;
}

/**
 * A gallery in one of SQLite's vector extensions. The database is in memory: at rest there are only the hub's
 * sealed rows.
 */
export class SqliteEngine implements IndexEngine {
  readonly name: string;
  private readonly extension: VectorExtension;
  private readonly db: Database.Database;
  private readonly limit: ReturnType<VectorExtension['limit']>;
  private readonly rowidOf = new Map<string, number>();
  private readonly idOf = new Map<number, string>();
  private readonly statements: Record<'insert' | 'erase' | 'nearest', Database.Statement>;
  private lastRowid = 0;

  /** @throws IndexUnavailableError */
  constructor(extension: VectorExtension, dimension: number) {
    this.extension = extension;
    this.name = extension.name;
    this.limit = extension.limit(dimension);
    this.db = new Database(':memory:');
    this.db.pragma('secure_delete = ON');
    try {
      extension.load(this.db);
    } catch (cause) {
      this.db.close();
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new IndexUnavailableError(`${extension.name} does not load here: ${why}`, { cause });
    }
    this.db.exec(extension.createTable(dimension));
    this.statements = {
      insert: this.db.prepare('INSERT INTO gallery (rowid, embedding) VALUES (?, ?)'),
      erase: this.db.prepare('DELETE FROM gallery WHERE rowid = ?'),
      nearest: this.db.prepare(extension.nearest),
    };
  }

  get size(): number {
    return this.rowidOf.size;
  }

  insertMany({ ids, embeddings }: TemplateBatch): void {
    const { rows, because } = this.limit;
    const added = new Set(ids.filter((id) => !this.rowidOf.has(id))).size;
    if (this.size + added > rows) {
      throw new GalleryFullError(`${this.name} holds at most ${rows} such templates: ${because}`);
    }
    const dimension = embeddings.length / ids.length;
    const { rowsATransaction } = this.limit;
    for (let from = 0; from < ids.length; from += rowsATransaction) {
      this.db.transaction(() => {
        for (const [i, id] of ids.slice(from, from + rowsATransaction).entries()) {
          const at = (from + i) * dimension;
          this.put(id, embeddings.subarray(at, at + dimension));
        }
      })();
    }
  }

  erase(id: string): boolean {
    const rowid = this.rowidOf.get(id);
    if (rowid === undefined) return false;
    this.statements.erase.run(BigInt(rowid));
    this.rowidOf.delete(id);
    this.idOf.delete(rowid);
    return true;
  }

  search(probe: Float32Array, { top }: SearchOptions): Found {
    const { size } = this;
    if (size === 0) return { candidates: [], certified: true };
    const wanted = Math.min(size, top + SPARE_ROWS);
    const rows = this.statements.nearest.all(this.extension.encode(probe), wanted) as Row[];
    const near = rows.map(({ rowid, embedding }) => ({
      id: present(this.idOf.get(rowid), 'id of a row'),
      embedding: floatsOf(embedding),
    }));
    return rankNearest(probe, near, { top, size });
  }

  async close(): Promise<void> {
    this.db.close();
  }

  private put(id: string, embedding: Float32Array): void {
    this.erase(id);
    this.lastRowid += 1;
    this.statements.insert.run(BigInt(this.lastRowid), this.extension.encode(embedding));
    this.rowidOf.set(id, this.lastRowid);
    this.idOf.set(this.lastRowid, id);
  }
}

/** The bytes of a vector, without copying. */
export function bytesOf(embedding: Float32Array): Buffer {
  return Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength);
}

/** SQLite's buffers may begin anywhere; a float32 array may not. */
function floatsOf(bytes: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
