import { setTimeout as sleep } from 'node:timers/promises';

/** Asks until there is an answer: for what another process does in its own time. */
export async function eventually<T>(
  probe: () => Promise<T | undefined> | T | undefined,
  limitMs = 15_000,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await probe();
    if (value !== undefined) return value;
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms`);
    await sleep(20);
  }
}
