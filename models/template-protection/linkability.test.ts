import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { systemLinkability } from './linkability.ts';

function normalScores(mean: number, seed: string, count = 20_000): Float64Array {
  const random = new SeededRandom(seed);
  return Float64Array.from({ length: count }, () => mean + 0.05 * random.normal());
}

describe('the linkability of a system', () => {
  it('is near 0 where mated scores are as non-mated ones are', () => {
    const linked = systemLinkability(normalScores(0, 'a'), normalScores(0, 'b'));
    expect(linked).toBeGreaterThanOrEqual(0);
    expect(linked).toBeLessThan(0.03);
  });

  it('is 1 where they never meet, whichever is higher', () => {
    expect(systemLinkability(normalScores(0.9, 'a'), normalScores(0, 'b'))).toBeCloseTo(1, 9);
    expect(systemLinkability(normalScores(-0.9, 'a'), normalScores(0, 'b'))).toBeCloseTo(1, 9);
  });

  it('grows with the distance of the two', () => {
    const at = (mean: number): number =>
      systemLinkability(normalScores(mean, 'a'), normalScores(0, 'b'));
    expect(at(0.02)).toBeGreaterThan(at(0.005));
    expect(at(0.1)).toBeGreaterThan(at(0.02));
    // two normals one standard deviation apart: integral of the formula, by numerical quadrature
    expect(at(0.05)).toBeCloseTo(0.29, 1);
  });

  it('stands a single score', () => {
    expect(systemLinkability(Float64Array.of(0.5), Float64Array.of(0.5))).toBe(0);
  });
});
