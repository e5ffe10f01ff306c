import { openKernel } from '../kernel/open-kernel.ts';
import { createKernelMemory } from '../kernel/wasm-kernel.ts';
import { GalleryThreads } from './gallery-threads.ts';

const PAGE_BYTES = 65_536;
const REPEATS = 15;
/** Far beyond any cache; no more, to leave memory for engines. */
const MOST_BYTES = 512_000_000;
/** A pass reads a small stretch again and again, so that telling the threads takes no part of it. */
const PASS_BYTES = 250_000_000;
const STEP = 4_096;

/**
 * How fast this machine reads memory with so many threads, bytes a second: the median of some passes over a
 * stretch as large as the gallery's int8 rows. The loop is the kernel's own, with nothing to calculate.
 *
 * @param bytes how much is read in a pass
 */
export async function measureReadBandwidth(bytes: number, threads: number): Promise<number> {
  const total = Math.max(STEP, Math.floor(Math.min(bytes, MOST_BYTES) / STEP) * STEP);
  const memory = createKernelMemory();
  memory.grow(Math.ceil(total / PAGE_BYTES));
  openKernel(memory).adviseLargePages?.(0, total);
  // memory that was never written is one page of zeros again and again
  new Uint32Array(memory.buffer, 0, total / 4).fill(0x01020304);
  const times = Math.ceil(PASS_BYTES / total);
  const readers = await GalleryThreads.start({ kind: 'read', memory, times }, threads);
  const seconds: number[] = [];
  for (let i = 0; i < REPEATS; i += 1) {
    const startedAt = performance.now();
    await readers.run(total, STEP);
    seconds.push((performance.now() - startedAt) / 1_000);
  }
  await readers.close();
  seconds.sort((p, q) => p - q);
  return (total * times) / (seconds[REPEATS >> 1] as number);
}
