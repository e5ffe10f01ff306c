import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/kernel/seeded-random.ts';
import { betaDistribution, betaQuantile } from './beta-distribution.ts';
import { exactInterval } from './binomial-interval.ts';
import { normalDeviate } from './normal-deviate.ts';
import { drawPeople, personInterval } from './person-bootstrap.ts';
import { quantileOf } from './quantiles.ts';

describe('the beta distribution', () => {
  it('is x for a = b = 1, and 3x^2 - 2x^3 for a = b = 2', () => {
    for (const x of [0, 0.03, 0.5, 0.9, 1]) {
      expect(betaDistribution(x, 1, 1)).toBeCloseTo(x, 13);
      expect(betaDistribution(x, 2, 2)).toBeCloseTo(3 * x ** 2 - 2 * x ** 3, 13);
    }
  });

  it('has the quantiles that have a closed form, far out too', () => {
    // Beta(1, n): 1 - (1 - p)^(1/n)
    for (const [p, n] of [
      [0.975, 100],
      [0.025, 29_633_049],
    ] as const) {
      const expected = -Math.expm1(Math.log1p(-p) / n);
      expect(betaQuantile(p, 1, n) / expected).toBeCloseTo(1, 6);
    }
  });
});

describe('the exact interval', () => {
  // Values of R's binom.test.
  it.each([
    [0, 100, [0, 0.036_216_69]],
    [10, 100, [0.049_004_69, 0.176_222_6]],
    [5, 10, [0.187_086, 0.812_914]],
    [1, 1_000, [2.531_765e-5, 0.005_558_924]],
    [20, 20, [0.831_566_5, 1]],
  ] as const)('of %i of %i is %j', (events, trials, [low, high]) => {
    const interval = exactInterval(events, trials);
    expect(interval.low).toBeCloseTo(low, 6);
    expect(interval.high).toBeCloseTo(high, 6);
  });

  it('covers at least as often as it promises', () => {
    const random = seededRandom(7);
    const share = 0.05;
    let covered = 0;
    for (let i = 0; i < 500; i += 1) {
      let events = 0;
      for (let k = 0; k < 80; k += 1) if (random() < share) events += 1;
      const { low, high } = exactInterval(events, 80);
      if (low <= share && share <= high) covered += 1;
    }
    expect(covered / 500).toBeGreaterThan(0.94);
  });
});

describe('the normal deviate', () => {
  it.each([
    [0.5, 0],
    [0.975, 1.959_963_984_5],
    [0.001, -3.090_232_306_2],
    [1e-6, -4.753_424_308_8],
    [0.02, -2.053_748_910_6],
  ])('of %f is %f', (p, z) => {
    expect(normalDeviate(p)).toBeCloseTo(z, 7);
  });
});

describe('quantiles', () => {
  it('lie between neighbours by proportion', () => {
    expect(quantileOf([1, 2, 3, 4], 0.5)).toBe(2.5);
    expect(quantileOf([1, 2, 3, 4], 1)).toBe(4);
    expect(quantileOf([7], 0.3)).toBe(7);
  });
});

describe('the bootstrap over people', () => {
  const draw = (replicates: number) => ({ replicates, random: seededRandom(3) });

  it('draws as many people as there are', () => {
    const times = drawPeople(500, seededRandom(1));
    expect(times.reduce((sum, n) => sum + n, 0)).toBe(500);
    // a share of 1/e is not drawn
    expect(times.filter((n) => n === 0).length / 500).toBeCloseTo(Math.exp(-1), 1);
  });

  it('agrees with the exact interval where every trial is another person', () => {
    const people = Array.from({ length: 1_000 }, (_, i) => ({
      trials: 1,
      events: i < 100 ? 1 : 0,
    }));
    const drawn = personInterval(people, draw(2_000));
    const exact = exactInterval(100, 1_000);
    expect(drawn?.low).toBeCloseTo(exact.low, 2);
    expect(drawn?.high).toBeCloseTo(exact.high, 2);
  });

  it('is far wider where one person makes all the errors', () => {
    const people = Array.from({ length: 50 }, (_, i) => ({ trials: 20, events: i < 5 ? 20 : 0 }));
    const drawn = personInterval(people, draw(2_000));
    const exact = exactInterval(100, 1_000);
    const width = (drawn?.high ?? 0) - (drawn?.low ?? 0);
    expect(width).toBeGreaterThan(3 * (exact.high - exact.low));
  });

  it('says nothing where nothing happened', () => {
    const people = Array.from({ length: 50 }, () => ({ trials: 3, events: 0 }));
    expect(personInterval(people, draw(10))).toBeNull();
    expect(personInterval([{ trials: 4, events: 1 }], draw(10))).toBeNull();
  });
});
