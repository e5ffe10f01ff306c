import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;

/** What was waited for did not come about in time. */
export class WaitedTooLong extends Error {
  override readonly name = 'WaitedTooLong';
}

/**
 * Asks until the answer is yes.
 *
 * @returns how long it took, ms
 * @throws WaitedTooLong naming what was waited for
 */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  limitMs = 30_000,
): Promise<number> {
  const startedAt = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startedAt > limitMs) {
      throw new WaitedTooLong(`not within ${limitMs / 1_000} s: ${what}`);
    }
    await sleep(POLL_MS);
  }
  return performance.now() - startedAt;
}
