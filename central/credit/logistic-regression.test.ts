import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { fitLogistic } from './logistic-regression.ts';

const random = new SeededRandom('logistic');
const x = Float64Array.from({ length: 20_000 }, () => random.normal());
const z = Float64Array.from({ length: 20_000 }, () => random.normal());
const bad = Uint8Array.from(x, (value, i) =>
  random.next() < 1 / (1 + Math.exp(-(-1 + 1.5 * value - 0.7 * (z[i] ?? 0)))) ? 1 : 0,
);

describe('logistic regression', () => {
  it('finds the coefficients that companies were drawn with', () => {
    const { intercept, coefficients } = fitLogistic([x, z], bad, { ridge: 0, nonNegative: false });
    expect(Math.abs(intercept + 1)).toBeLessThan(0.06);
    expect(Math.abs((coefficients[0] ?? 0) - 1.5)).toBeLessThan(0.06);
    expect(Math.abs((coefficients[1] ?? 0) + 0.7)).toBeLessThan(0.06);
  });

  it('shrinks with the ridge, and keeps coefficients from falling below 0 where asked', () => {
    const shrunk = fitLogistic([x, z], bad, { ridge: 5_000, nonNegative: false }).coefficients;
    expect(shrunk[0]).toBeGreaterThan(0.1);
    expect(shrunk[0]).toBeLessThan(1);
    const bounded = fitLogistic([x, z], bad, { ridge: 1, nonNegative: true }).coefficients;
    expect(bounded[1]).toBe(0);
    expect(bounded[0]).toBeGreaterThan(1);
  });

  it('stays finite where a variable tells everything', () => {
    const perfect = Float64Array.from(bad, (label) => label * 2 - 1);
    const { coefficients } = fitLogistic([perfect], bad, { ridge: 1, nonNegative: true });
    expect(coefficients[0]).toBeGreaterThan(3);
    expect(coefficients[0]).toBeLessThan(50);
  });
});
