import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/kernel/seeded-random.ts';
import {
  cheapestLimit,
  errorVersusDiscard,
  type JudgedComparison,
  savedBy,
} from './error-discard.ts';

const COSTS = { again: 2, failure: 10 };

/** Comparisons of goodness 0, 0.01, ... 9.99, failing as often as told. */
function comparisons(failing: (goodness: number) => number, seed = 1): JudgedComparison[] {
  const random = seededRandom(seed);
  return Array.from({ length: 1_000 }, (_, i) => ({
    goodness: i / 100,
    failed: random() < failing(i / 100),
    person: `p${i}`,
  }));
}

const poorFail = comparisons((good) => (good < 2 ? 0.8 : 0.01));

describe('error versus discard', () => {
  it('falls when the poorest fail', () => {
    const [all, tenth, fifth] = errorVersusDiscard(poorFail, [0, 0.1, 0.2]);
    expect(all?.fnmr).toBeGreaterThan(0.15);
    expect(tenth?.fnmr).toBeLessThan(all?.fnmr ?? 0);
    expect(fifth?.fnmr).toBeLessThan(0.02);
  });

  it('stays when failure has nothing to do with it', () => {
    const even = comparisons(() => 0.2);
    const points = errorVersusDiscard(even, [0, 0.2]);
    expect(points[1]?.fnmr).toBeCloseTo(points[0]?.fnmr ?? 0, 1);
  });
});

describe('the cheapest limit', () => {
  it('refuses those who would mostly fail, and saves on others too', () => {
    const limit = cheapestLimit(poorFail, COSTS);
    expect(limit.goodness).toBeGreaterThan(1.8);
    expect(limit.goodness).toBeLessThan(2.2);
    expect(limit.refused).toBeCloseTo(0.2, 1);
    const others = comparisons((good) => (good < 2 ? 0.8 : 0.01), 2);
    expect(savedBy(limit.goodness, others, COSTS)).toBeGreaterThan(0.5);
  });

  it('refuses nobody where failing costs less than looking again', () => {
    expect(cheapestLimit(poorFail, { again: 10, failure: 2 })).toMatchObject({
      refused: 0,
      saved: 0,
    });
  });

  it('does not part equals', () => {
    const equal = comparisons((good) => (good < 2 ? 0.8 : 0.01)).map((one) => ({
      ...one,
      goodness: 0,
    }));
    expect(cheapestLimit(equal, COSTS)).toEqual({ goodness: 0, refused: 0, saved: 0 });
  });
});
