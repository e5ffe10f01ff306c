import type { IdRange } from '../enrolment/template-reader-store.ts';

/** What an opener thread is made with. */
export interface OpenerSettings {
  readonly databasePath: string;
  readonly hubKey: Uint8Array;
  /** Secrets of the template keys, the one in force first. */
  readonly templateKeys: readonly Uint8Array[];
  readonly pack: { readonly packId: string; readonly dimension: number };
  readonly space: string;
  /** Most templates of one piece. */
  readonly chunkRows: number;
}

/** Where a file of the snapshot is, and the key of that file alone. */
export interface ChunkFile {
  readonly path: string;
  readonly key: Uint8Array;
}

/** Opens a file of the snapshot. */
export interface FileTask extends IdRange {
  readonly kind: 'file';
  readonly file: ChunkFile;
}

/** Opens rows of the database one by one, and seals them together into a file. */
export interface RowsTask extends IdRange {
  readonly kind: 'rows';
  readonly file: ChunkFile;
}

export interface FileReply {
  /** Undefined where the file is not there, or not what it should be. */
  readonly opened: OpenedPiece | undefined;
  readonly problem?: string;
}

export interface RowsReply {
  readonly opened: OpenedPiece;
  /** Whether the file is complete. */
  readonly written: boolean;
  /** Why not, in words that name nobody. */
  readonly problem?: string;
}

export interface OpenedPiece {
  readonly templateIds: readonly string[];
  readonly shopperIds: readonly string[];
  /** f32[templateIds.length][dimension] in the opener's own shared memory: valid until its next task. */
  readonly embeddings: Float32Array;
  /** Rows that do not open; they are left out. */
  readonly broken: number;
}
