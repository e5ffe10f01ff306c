import { describe, expect, it } from 'vitest';
import { LogSync, LogSyncError } from './log-sync.ts';

/** A disk whose flushes end when they are told to. */
function slowDisk() {
  const flushes: { readonly end: () => void; readonly fail: (error: Error) => void }[] = [];
  const flush = () =>
    new Promise<void>((resolve, reject) => {
      flushes.push({ end: resolve, fail: reject });
    });
  return { flush, flushes };
}

async function isSettled(promise: Promise<void>): Promise<boolean> {
  const soon = new Promise<false>((resolve) => {
    setImmediate(() => resolve(false));
  });
  return Promise.race([soon, promise.then(() => true)]);
}

describe('LogSync', () => {
  it('waits for nothing where nothing was committed', async () => {
    const { flush, flushes } = slowDisk();
    await new LogSync(flush).settled();
    expect(flushes).toHaveLength(0);
  });

  it('begins at once, and gives all that commit meanwhile one flush together', async () => {
    const { flush, flushes } = slowDisk();
    const sync = new LogSync(flush);
    sync.committed();
    const first = sync.settled();
    expect(flushes).toHaveLength(1);
    // These may be in the file after the running flush has read it.
    const later = [1, 2, 3].map(() => {
      sync.committed();
      return sync.settled();
    });
    flushes[0]?.end();
    expect(await isSettled(first)).toBe(true);
    expect(await Promise.all(later.map(isSettled))).toEqual([false, false, false]);
    expect(flushes).toHaveLength(2);
    flushes[1]?.end();
    await Promise.all(later);
    await sync.settled();
    expect(flushes).toHaveLength(2);
  });

  it('keeps who asks without having committed waiting for the flush under way', async () => {
    const { flush, flushes } = slowDisk();
    const sync = new LogSync(flush);
    sync.committed();
    const asked = sync.settled();
    expect(await isSettled(asked)).toBe(false);
    flushes[0]?.end();
    expect(await isSettled(asked)).toBe(true);
  });

  it('promises nothing any more once the disk has failed', async () => {
    const { flush, flushes } = slowDisk();
    const sync = new LogSync(flush);
    sync.committed();
    const first = sync.settled();
    sync.committed();
    const second = sync.settled();
    flushes[0]?.fail(new Error('EIO'));
    await expect(first).rejects.toThrow(LogSyncError);
    await expect(second).rejects.toThrow(LogSyncError);
    sync.committed();
    await expect(sync.settled()).rejects.toThrow(LogSyncError);
    expect(flushes).toHaveLength(1);
  });
});
