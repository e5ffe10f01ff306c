/** One answer of a 1:N search. */
export interface Candidate {
  /** What was given at insert: the template's id. */
  readonly id: string;
  /** Cosine similarity of the two float32 vectors, -1 to 1. */
  readonly score: number;
}

export interface SearchOptions {
  /** How many candidates are wanted, 1 to 1,000. */
  readonly top: number;
  /**
   * From which best score on the answer must be certified; below, an index may answer with what its prefilter
   * found. Left out: always.
   */
  readonly certifyFrom?: number;
}

export interface SearchResult {
  /** Best first, at most `top`; equal scores in the order of their ids. */
  readonly candidates: readonly Candidate[];
  /** Whether the candidates are proven to be what a scan of all float32 vectors would find. */
  readonly certified: boolean;
  /** In the index itself, without the way there and back. */
  readonly elapsedMs: number;
}

/** Many templates at once: row i of `embeddings` belongs to `ids[i]`. */
export interface TemplateBatch {
  readonly ids: readonly string[];
  /** f32[ids.length][dimension], each row L2-normalised */
  readonly embeddings: Float32Array;
}

/** Templates that go, and templates that come. */
export interface TemplateUpdate {
  readonly erase: readonly string[];
  readonly insert?: TemplateBatch;
}

/**
 * A resident gallery of L2-normalised embeddings. The database's rows are the truth; an index is
 * rebuilt from them. Insert replaces an id that is already there. A search sees every insert and erasure
 * that was asked for before it and none that was asked for after.
 */
export interface GalleryIndex {
  /** The engine, and what of it runs here. */
  readonly name: string;
  readonly dimension: number;
  readonly size: number;
  /** @throws RangeError for another dimension or length than 1; GalleryFullError */
  insert(id: string, embedding: Float32Array): Promise<void>;
  /** All of them, or none when one is refused. Values in shared memory are not copied: they must stay until this resolves. @throws as `insert` */
  insertMany(batch: TemplateBatch): Promise<void>;
  /**
   * Inserts, then erases, in one step: a search sees all of it or nothing. Ids that are not there are no error; one that
   * is both inserted and erased is gone. @throws as `insert`; nothing is changed then
   */
  update(update: TemplateUpdate): Promise<void>;
  /** Whether it was there. Its bytes are gone when this resolves, as far as the engine's own memory is ours. */
  erase(id: string): Promise<boolean>;
  /** @throws RangeError as `insert` */
  search(embedding: Float32Array, options: SearchOptions): Promise<SearchResult>;
  close(): Promise<void>;
}

/** The engine can hold no more templates. Nothing was changed. */
export class GalleryFullError extends Error {
  override readonly name = 'GalleryFullError';
}

/** This engine cannot run here; the message says what is missing. */
export class IndexUnavailableError extends Error {
  override readonly name = 'IndexUnavailableError';
}

/** The index's thread is gone or broken; the gallery has to be rebuilt from the database. */
export class IndexFault extends Error {
  override readonly name = 'IndexFault';
}
