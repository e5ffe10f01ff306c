import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

describe('Backoff', () => {
  it('doubles its ceiling up to the limit and starts again after a success', () => {
    const backoff = new Backoff({ firstMs: 100, maxMs: 500, random: () => 0.999_999 });
    const waits = [1, 2, 3, 4, 5].map(() => backoff.nextMs());
    expect(waits).toEqual([100, 200, 400, 500, 500]);
    backoff.reset();
    expect(backoff.nextMs()).toBe(100);
  });

  it('spreads waits evenly below the ceiling', () => {
    const values = [0, 0.5, 0.25];
    const backoff = new Backoff({ firstMs: 100, maxMs: 500, random: () => values.shift() ?? 0 });
    expect([backoff.nextMs(), backoff.nextMs(), backoff.nextMs()]).toEqual([0, 100, 100]);
  });
});
