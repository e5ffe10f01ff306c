import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readAhead } from './read-ahead.ts';

describe('reading ahead', () => {
  it('is at work on the next piece while the last one is used, and on no more', async () => {
    const log: string[] = [];
    async function* source(): AsyncGenerator<number, void> {
      for (let i = 1; i <= 3; i += 1) {
        log.push(`made ${i}`);
        yield i;
      }
    }
    for await (const piece of readAhead(source())) {
      await turn();
      log.push(`used ${piece}`);
    }
    expect(log).toEqual(['made 1', 'made 2', 'used 1', 'made 3', 'used 2', 'used 3']);
  });

  it('tells an error where its piece would have come, and closes a source that is left', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<number, void> {
      try {
        yield 1;
        throw new Error('no second one');
      } finally {
        closed = true;
      }
    }
    const seen: number[] = [];
    const all = async (): Promise<void> => {
      for await (const piece of readAhead(source())) seen.push(piece);
    };
    await expect(all()).rejects.toThrow('no second one');
    expect(seen).toEqual([1]);
    closed = false;
    for await (const _ of readAhead(source())) break;
    expect(closed).toBe(true);
  });
});
