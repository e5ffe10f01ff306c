import { describe, expect, it } from 'vitest';
import { hypergeometric } from './hypergeometric.ts';
import { logBeta, logGamma } from './log-gamma.ts';

describe('log gamma', () => {
  it('is the logarithm of the factorials', () => {
    let logFactorial = 0;
    for (let n = 1; n <= 170; n += 1) {
      expect(logGamma(n)).toBeCloseTo(logFactorial, 11);
      logFactorial += Math.log(n);
    }
  });

  it('holds between them and near 0', () => {
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 13);
    expect(logGamma(1.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI) / 2), 13);
    expect(logGamma(1e-8)).toBeCloseTo(-Math.log(1e-8), 7);
    for (const x of [0.1, 0.24, 3.7, 41.3]) {
      expect(logGamma(x + 1) - logGamma(x)).toBeCloseTo(Math.log(x), 11);
    }
  });

  it('makes the beta function', () => {
    expect(logBeta(2, 3)).toBeCloseTo(Math.log(1 / 12), 13);
  });
});

describe('2F1', () => {
  it.each([0, 0.1, 0.5, 0.9, 0.99])('has its closed forms at z = %f', (z) => {
    const logarithm = z === 0 ? 1 : -Math.log(1 - z) / z;
    expect(hypergeometric({ a: 1, b: 1, c: 2, z })).toBeCloseTo(logarithm, 11);
    expect(hypergeometric({ a: 2.5, b: 3, c: 3, z }) * (1 - z) ** 2.5).toBeCloseTo(1, 11);
    const arcsine = z === 0 ? 1 : Math.asin(Math.sqrt(z)) / Math.sqrt(z);
    expect(hypergeometric({ a: 0.5, b: 0.5, c: 1.5, z })).toBeCloseTo(arcsine, 11);
  });

  it('refuses what it does not work out', () => {
    expect(() => hypergeometric({ a: 1, b: 1, c: 2, z: 1 })).toThrow(RangeError);
  });
});
