import { expect, it } from 'vitest';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { compare } from './lift.ts';
import type { Arm } from './lift-store.ts';
import { studentDeviate, welchDifference } from './welch.ts';

it('Student’s deviates are those of the tables', () => {
  const table = [
    [9, 2.262157],
    [20, 2.085963],
    [60, 2.000298],
    [1_000, 1.962339],
  ] as const;
  for (const [freedom, t] of table) expect(studentDeviate(freedom)).toBeCloseTo(t, 3);
});

it('the interval of two unequal groups is the one of R’s t.test', () => {
  // means 20.82 and 23.72, variances 12.28 and 46.4, 10 people each: freedom 13.4, t.test says -8.09 to 2.29
  const one = { size: 10, mean: 20.82, variance: 12.28 };
  const other = { size: 10, mean: 23.72, variance: 46.4 };
  const { value, low, high } = welchDifference(one, other);
  expect(value).toBeCloseTo(-2.9, 6);
  expect([low, high].map((each) => Math.round(each * 100) / 100)).toEqual([-8.12, 2.32]);
});

/** Two groups whose means of before differ by chance, drawn with the same effect each time. */
function drawn(random: SeededRandom, effect: number): [Arm, Arm] {
  const arm = (people: number, lift: number): Arm => {
    const before = Array.from({ length: people }, () => 100 + 30 * random.normal());
    const during = before.map((x) => x + 5 * random.normal() + lift);
    const measure = measureOf(during, before);
    return { people, spend: measure, visits: measure };
  };
  return [arm(80, effect), arm(20, 0)];
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function covariance(a: readonly number[], b: readonly number[]): number {
  const [ma, mb] = [mean(a), mean(b)];
  return a.reduce((sum, value, i) => sum + (value - ma) * ((b[i] ?? 0) - mb), 0) / (a.length - 1);
}

function measureOf(y: readonly number[], x: readonly number[]) {
  return {
    mean: mean(y),
    variance: covariance(y, y),
    meanBefore: mean(x),
    varianceBefore: covariance(x, x),
    covariance: covariance(y, x),
  };
}

it('the interval holds the effect nineteen times of twenty, and is narrower for what is known of before', () => {
  const random = new SeededRandom(7, 'lift');
  const [tries, effect] = [2_000, 4];
  let held = 0;
  let narrower = 0;
  for (let i = 0; i < tries; i += 1) {
    const [treated, control] = drawn(random, effect);
    const { low, high } = compare(treated, control, ({ spend }) => spend).difference;
    if (low <= effect && effect <= high) held += 1;
    const plain = welchDifference(
      { size: treated.people, ...treated.spend },
      { size: control.people, ...control.spend },
    );
    if (high - low < plain.high - plain.low) narrower += 1;
  }
  expect(held / tries).toBeGreaterThan(0.93);
  expect(held / tries).toBeLessThan(0.97);
  expect(narrower).toBe(tries);
});
