/** One answer of a 1:N search. */
export interface Candidate {
  /** What was given at insert: the template's id. */
  readonly id: string;
  /** Cosine similarity in float32, -1 to 1. */
  readonly score: number;
}

export interface SearchResult {
  /** Best first, at most `top`. */
  readonly candidates: readonly Candidate[];
  /** Whether rank 1 is proven to be what a full float32 scan would find. */
  readonly certified: boolean;
  readonly elapsedMs: number;
}

/**
 * A resident gallery of L2-normalised embeddings. The database's rows are the truth; an index is
 * rebuilt from them. Insert replaces an id that is already there. Erase is real: the row's bytes
 * are gone from memory when the promise resolves.
 */
export interface GalleryIndex {
  readonly name: string;
  readonly dimension: number;
  readonly size: number;
  insert(id: string, embedding: Float32Array): Promise<void>;
  erase(id: string): Promise<boolean>;
  search(embedding: Float32Array, top: number): Promise<SearchResult>;
  close(): Promise<void>;
}
