import type { Candidate, SearchOptions, TemplateBatch } from './gallery-index.ts';

export const MAX_TOP = 1_000;
/** A vector whose length differs from 1 by more was not normalised. */
export const NORM_TOLERANCE = 1e-3;

/** What an engine found. */
export interface Found {
  readonly candidates: readonly Candidate[];
  readonly certified: boolean;
}

/**
 * A gallery index as its thread sees it: one call after the other, each vector already checked. See
 * `GalleryIndex` for what each call means.
 */
export interface IndexEngine {
  readonly name: string;
  readonly size: number;
  /** @throws GalleryFullError before anything is changed */
  insertMany(batch: TemplateBatch): void;
  erase(id: string): boolean;
  search(embedding: Float32Array, options: SearchOptions): Found;
  /**
   * Does a little, in a millisecond or two, of what a later insert would have to wait for.
   *
   * @returns whether there is more of it
   */
  prepare?(): boolean;
  close(): Promise<void>;
}

/** Refuses what is no embedding of this dimension and of unit length. @throws RangeError */
export function checkEmbedding(embedding: Float32Array, dimension: number): void {
  if (embedding.length !== dimension) {
    throw new RangeError(`embedding has ${embedding.length} values, not ${dimension}`);
  }
  let squares = 0;
  for (let i = 0; i < dimension; i += 1) squares += (embedding[i] as number) ** 2;
  // written so that NaN fails
  if (!(Math.abs(Math.sqrt(squares) - 1) <= NORM_TOLERANCE)) {
    throw new RangeError('embedding is not of unit length');
  }
}

/** @throws RangeError as `checkEmbedding`, for the first row that is refused */
export function checkBatch({ ids, embeddings }: TemplateBatch, dimension: number): void {
  if (embeddings.length !== ids.length * dimension) {
    throw new RangeError(`${embeddings.length} values are not ${ids.length} x ${dimension}`);
  }
  for (let row = 0; row < ids.length; row += 1) {
    checkEmbedding(embeddings.subarray(row * dimension, (row + 1) * dimension), dimension);
  }
}

/** Best first, equal scores in the order of their ids. */
export function byScore(p: Candidate, q: Candidate): number {
  return q.score - p.score || (p.id < q.id ? -1 : 1);
}

/**
 * The cosine of two vectors of unit length, summed in float64: the same on every machine and from every
 * engine, so that ties are ties everywhere.
 */
export function scoreOf(embedding: Float32Array, row: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < embedding.length; i += 1) {
    sum += (embedding[i] as number) * (row[i] as number);
  }
  return sum;
}
