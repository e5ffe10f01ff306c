import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../shared/kernel/seeded-random.ts';
import { falseMatchRate, fitImpostorTail, scoreAtFalseMatchRate } from './impostor-tail.ts';

const COMPARISONS = 100_000;
const EXCEEDANCES = 100;

/**
 * The highest scores of a sample, by the quantile function of their distribution's upper tail: the smallest of n
 * uniform variates are a Poisson process of rate n, all but exactly.
 */
function highest(quantile: (survival: number) => number, random: () => number): number[] {
  let survival = 0;
  return Array.from({ length: EXCEEDANCES + 1 }, () => {
    survival -= Math.log(1 - random()) / COMPARISONS;
    return quantile(survival);
  });
}

/** Mean true rate, over many samples, behind the score that was given for a rate. */
function meanTrueRate(
  quantile: (survival: number) => number,
  survival: (score: number) => number,
  rate: number,
): number {
  const random = seededRandom(7);
  const samples = 60;
  let sum = 0;
  for (let i = 0; i < samples; i += 1) {
    const tail = fitImpostorTail(highest(quantile, random), COMPARISONS);
    sum += survival(scoreAtFalseMatchRate(tail, rate));
  }
  return sum / samples;
}

describe('the score for a false match rate keeps it, in the mean over samples,', () => {
  // Distributions whose tails are known: an end at 0.6, exponential, and heavier than any unrelated people's.
  it.each([
    [
      'of a tail that ends',
      (p: number) => 0.6 - 0.5 * p ** 0.2,
      (s: number) => Math.max(0, (0.6 - s) / 0.5) ** 5,
    ],
    [
      'of an exponential tail',
      (p: number) => 0.1 - 0.03 * Math.log(p),
      (s: number) => Math.exp((0.1 - s) / 0.03),
    ],
    ['of a heavy tail', (p: number) => 0.05 * p ** -0.15, (s: number) => (s / 0.05) ** (-1 / 0.15)],
  ])('%s', (_, quantile, survival) => {
    const inSample = meanTrueRate(quantile, survival, 1e-4);
    expect(inSample).toBeGreaterThan(0.6e-4);
    expect(inSample).toBeLessThan(1.25e-4);
    // a hundredth of a match is expected in the whole sample: extrapolated, with the doubt on the safe side
    const beyond = meanTrueRate(quantile, survival, 1e-7);
    expect(beyond).toBeLessThan(2e-7);
  });
});

describe('a tail', () => {
  const scores = fc
    .array(fc.double({ min: 0.2, max: 0.6, noNaN: true }), { minLength: 2, maxLength: 60 })
    .map((all) => all.toSorted((p, q) => q - p));

  it('falls from the rate of its beginning, and the score for a rate has it', () => {
    fc.assert(
      fc.property(scores, fc.double({ min: 1e-7, max: 0.9e-5, noNaN: true }), (given, rate) => {
        const tail = fitImpostorTail(given, 1e5);
        expect(falseMatchRate(tail, tail.from)).toBeCloseTo((given.length - 1) / 1e5, 12);
        const score = scoreAtFalseMatchRate(tail, rate);
        expect(score).toBeLessThanOrEqual(1);
        if (score < 1) expect(falseMatchRate(tail, score) / rate).toBeCloseTo(1, 3);
        expect(scoreAtFalseMatchRate(tail, rate / 2)).toBeGreaterThanOrEqual(score);
      }),
      { numRuns: 60 },
    );
  });

  it('moves with its scores', () => {
    const given = [0.5, 0.45, 0.44, 0.42, 0.41, 0.405, 0.4];
    const moved = given.map((score) => score + 0.1);
    const by =
      scoreAtFalseMatchRate(fitImpostorTail(moved, 1e4), 1e-4) -
      scoreAtFalseMatchRate(fitImpostorTail(given, 1e4), 1e-4);
    expect(by).toBeCloseTo(0.1, 6);
  });

  it('of equal scores ends where they are', () => {
    const tail = fitImpostorTail(
      Array.from({ length: 51 }, () => 0.3),
      5_000,
    );
    expect(scoreAtFalseMatchRate(tail, 1e-5)).toBeCloseTo(0.3, 3);
  });
});
