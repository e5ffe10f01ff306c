import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { compareGrowth } from './effect.ts';
import type { Takings } from './effect-store.ts';

/** Companies of very different sizes, whose takings change by this and by chance. */
function companies(random: SeededRandom, count: number, growth: number): Takings[] {
  return Array.from({ length: count }, (_, at) => {
    const before = 10_000 * Math.exp(2 * random.normal());
    // by how much it changed against the mean of both
    const change = growth + 0.2 * random.normal();
    return { merchantId: `m-${at}`, before, after: (before * (2 + change)) / (2 - change) };
  });
}

describe('compareGrowth', () => {
  it('holds what was planted nineteen times of twenty', () => {
    const random = new SeededRandom(1, 'effect');
    let held = 0;
    const runs = 1_000;
    for (let run = 0; run < runs; run += 1) {
      const told = compareGrowth(companies(random, 15, 0.12), companies(random, 40, 0.04));
      if (told && told.difference.low <= 0.08 && 0.08 <= told.difference.high) held += 1;
    }
    expect(held / runs).toBeGreaterThan(0.93);
    expect(held / runs).toBeLessThan(0.97);
  });

  it('counts a company that has closed as -2, one that is new as 2, one without takings as unchanged', () => {
    const of = (before: number, after: number): Takings[] =>
      Array.from({ length: 10 }, (_, at) => ({ merchantId: `m-${at}`, before, after }));
    const told = compareGrowth(of(5_000, 0), of(0, 5_000));
    expect([told?.awarded.growth, told?.others.growth]).toEqual([-2, 2]);
    expect(compareGrowth(of(0, 0), of(0, 0))?.difference).toEqual({ value: 0, low: 0, high: 0 });
  });

  it('says nothing of fewer than ten', () => {
    const random = new SeededRandom(2, 'effect');
    expect(compareGrowth(companies(random, 9, 0), companies(random, 50, 0))).toBeUndefined();
    expect(compareGrowth(companies(random, 50, 0), companies(random, 9, 0))).toBeUndefined();
  });
});
