import { openKernel } from '../index/kernel/open-kernel.ts';
import { LANES } from '../index/kernel/scan-kernel.ts';
import { createKernelMemory } from '../index/kernel/wasm-kernel.ts';
import { ScoreCounts } from './score-counts.ts';

const PAGE_BYTES = 65_536;
/** Rows whose scores are taken together: both blocks stay in the core's cache. */
const BLOCK_ROWS = 128;

/**
 * Compares every picture with every other once and counts the scores.
 *
 * @param embeddings unit vectors of one length
 * @param people whom each shows
 */
export function compareAllPairs(
  embeddings: readonly Float32Array[],
  people: readonly string[],
): { genuine: ScoreCounts; impostor: ScoreCounts } {
  const genuine = new ScoreCounts();
  const impostor = new ScoreCounts();
  const numbers = new Map([...new Set(people)].map((person, i) => [person, i]));
  const personOfRow = Int32Array.from(people, (person) => numbers.get(person) ?? -1);
  visitAllPairs(embeddings, (i, j, cosine) => {
    if (personOfRow[i] === personOfRow[j]) genuine.add(cosine);
    else impostor.add(cosine);
  });
  return { genuine, impostor };
}

/**
 * Compares every picture with every other once, in float32, with the index's kernel.
 *
 * @param embeddings unit vectors of one length
 * @param visit given the numbers of the two, i before j, and their cosine
 */
export function visitAllPairs(
  embeddings: readonly Float32Array[],
  visit: (i: number, j: number, cosine: number) => void,
): void {
  const dimension = embeddings[0]?.length ?? 0;
  const width = Math.ceil(dimension / LANES) * LANES;
  const count = embeddings.length;
  const memory = createKernelMemory();
  memory.grow(Math.ceil((count * (width * 4 + 4) + BLOCK_ROWS * 4) / PAGE_BYTES));
  const rows = new Float32Array(memory.buffer, 0, count * width);
  const placesAt = rows.byteLength;
  const places = new Uint32Array(memory.buffer, placesAt, count);
  const scoresAt = placesAt + places.byteLength;
  const scores = new Float32Array(memory.buffer, scoresAt, BLOCK_ROWS);
  for (let i = 0; i < count; i += 1) places[i] = i * width * 4;
  embeddings.forEach((embedding, i) => rows.set(embedding, i * width));
  const kernel = openKernel(memory);
  for (let top = 0; top < count; top += BLOCK_ROWS) {
    for (let left = top; left < count; left += BLOCK_ROWS) {
      for (let i = top; i < Math.min(top + BLOCK_ROWS, count); i += 1) {
        const first = Math.max(left, i + 1);
        const end = Math.min(left + BLOCK_ROWS, count);
        if (first >= end) continue;
        kernel.score(placesAt + first * 4, i * width * 4, scoresAt, end - first, width);
        for (let j = first; j < end; j += 1) visit(i, j, scores[j - first] as number);
      }
    }
  }
}
