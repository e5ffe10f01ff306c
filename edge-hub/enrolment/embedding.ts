import { present } from '../../shared/kernel/assert.ts';

/** Cosine of two L2-normalised embeddings. */
export function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

/** The normalised mean of normalised embeddings: what several photos of one person say together. */
export function fuseEmbeddings(embeddings: readonly Float32Array[]): Float32Array {
  const first = present(embeddings[0], 'there is something to fuse');
  const sum = Float32Array.from(first, (_, index) =>
    embeddings.reduce((total, embedding) => total + (embedding[index] ?? 0), 0),
  );
  const norm = Math.hypot(...sum);
  return sum.map((value) => value / norm);
}

/** The lowest cosine of any two; 1 for a single one. */
export function leastLikeness(embeddings: readonly Float32Array[]): number {
  const pairs = embeddings.flatMap((a, index) =>
    embeddings.slice(index + 1).map((b) => cosine(a, b)),
  );
  return Math.min(1, ...pairs);
}
