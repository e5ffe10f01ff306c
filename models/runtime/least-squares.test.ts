import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NormalSums } from './least-squares.ts';

/** Samples of z = 3 - 2x + 0.5y on a small grid, with a lift of some. */
function sumsOf(lift: (x: number, y: number) => number, from = -3, to = 3): NormalSums {
  const sums = new NormalSums(3);
  for (let x = from; x <= to; x += 1) {
    for (let y = -3; y <= 3; y += 1) {
      sums.row.set([1, x, y, 3 - 2 * x + 0.5 * y + lift(x, y)]);
      sums.add(1);
    }
  }
  return sums;
}

describe('NormalSums', () => {
  it('finds the plane that the samples lie on', () => {
    const sums = sumsOf(() => 0);
    expect(sums.fit(3)).toBeCloseTo(0, 10);
    for (const [term, value] of [3, -2, 0.5].entries()) {
      expect(sums.coefficient(term)).toBeCloseTo(value, 10);
    }
    sums.row.set([1, 10, 10]);
    expect(sums.valueAtRow(3)).toBeCloseTo(-12, 9);
  });

  it('leaves the mean square that no plane explains, and more with fewer terms', () => {
    const checkered = sumsOf((x, y) => ((x + y) % 2 === 0 ? 1 : -1));
    const plane = checkered.fit(3) ?? 0;
    expect(plane).toBeGreaterThan(0.98);
    expect(plane).toBeLessThan(1.001);
    // Without y, its 0.5 y stays: mean of y² over -3..3 is 4.
    expect(sumsOf(() => 0).fit(2)).toBeCloseTo(0.25 * 4, 9);
  });

  it('gives the same for joined parts as for the whole', () => {
    const whole = sumsOf((x, y) => x * y);
    const joined = new NormalSums(3);
    joined.join(sumsOf((x, y) => x * y, -3, 0));
    joined.join(sumsOf((x, y) => x * y, 1, 3));
    expect(joined.samples).toBe(whole.samples);
    expect(joined.fit(3)).toBeCloseTo(whole.fit(3) ?? -1, 9);
  });

  it('says so when the samples do not fix the terms', () => {
    const line = new NormalSums(3);
    expect(line.fit(3)).toBeUndefined();
    for (let x = 0; x < 10; x += 1) {
      line.row.set([1, x, 2 * x, x]);
      line.add(1);
    }
    expect(line.fit(3)).toBeUndefined();
    line.clear();
    expect(line.samples).toBe(0);
  });

  it('counts weights', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 100, noNaN: true }), (weight) => {
        const sums = new NormalSums(1);
        sums.row.set([1, 0]);
        sums.add(1);
        sums.row.set([1, 1]);
        sums.add(weight);
        sums.fit(1);
        expect(sums.coefficient(0)).toBeCloseTo(weight / (1 + weight), 9);
      }),
    );
  });
});
