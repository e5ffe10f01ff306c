import { createKernelMemory, instantiateKernel } from '../index/kernel/scan-kernel.ts';
import { ScoreCounts } from './score-counts.ts';

const PAGE_BYTES = 65_536;
/** Rows whose scores are taken together: both blocks stay in the core's cache. */
const BLOCK_ROWS = 128;

/**
 * Compares every picture with every other once, in float32, with the index's kernel.
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
  const dimension = embeddings[0]?.length ?? 0;
  const width = Math.ceil(dimension / 16) * 16;
  const memory = createKernelMemory();
  memory.grow(Math.ceil((embeddings.length * width * 4) / PAGE_BYTES));
  const rows = new Float32Array(memory.buffer, 0, embeddings.length * width);
  embeddings.forEach((embedding, i) => rows.set(embedding, i * width));
  const numbers = new Map([...new Set(people)].map((person, i) => [person, i]));
  const personOfRow = Int32Array.from(people, (person) => numbers.get(person) ?? -1);
  const { score } = instantiateKernel(memory);
  const count = embeddings.length;
  for (let top = 0; top < count; top += BLOCK_ROWS) {
    for (let left = top; left < count; left += BLOCK_ROWS) {
      for (let i = top; i < Math.min(top + BLOCK_ROWS, count); i += 1) {
        const person = personOfRow[i];
        for (let j = Math.max(left, i + 1); j < Math.min(left + BLOCK_ROWS, count); j += 1) {
          const cosine = score(i * width * 4, j * width * 4, width);
          if (personOfRow[j] === person) genuine.add(cosine);
          else impostor.add(cosine);
        }
      }
    }
  }
  return { genuine, impostor };
}
