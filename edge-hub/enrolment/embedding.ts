import { present } from '../../shared/kernel/assert.ts';

/** Cosine of two L2-normalised embeddings. */
export function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
}

/** The normalised mean of normalised embeddings: what several photos of one person say together. */
export function fuseEmbeddings(embeddings: readonly Float32Array[]): Float32Array {
  const fused = new Float32Array(present(embeddings[0], 'there is something to fuse').length);
  // plain loops on one array: lists of numbers would leave the face behind in many places of the heap
  let squares = 0;
  for (let i = 0; i < fused.length; i += 1) {
    let sum = 0;
    for (const embedding of embeddings) sum += embedding[i] ?? 0;
    fused[i] = sum;
    squares += sum * sum;
  }
  const norm = Math.sqrt(squares);
  for (let i = 0; i < fused.length; i += 1) fused[i] = (fused[i] ?? 0) / norm;
  return fused;
}

/** The lowest cosine of any two; 1 for a single one. */
export function leastLikeness(embeddings: readonly Float32Array[]): number {
  const pairs = embeddings.flatMap((a, index) =>
    embeddings.slice(index + 1).map((b) => cosine(a, b)),
  );
  return Math.min(1, ...pairs);
}
