import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import {
  bgNbdLogLikelihood,
  expectedPurchases,
  expectedPurchasesOfNew,
  fitBgNbd,
  probabilityAlive,
} from './bg-nbd.ts';

/** As published for CDNOW (Fader, Hardie and Lee 2005, table 2). */
const PUBLISHED = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
const WEEKS = 39;

/** Gamma with rate 1 (Marsaglia and Tsang 2000). */
function gamma(shape: number, random: SeededRandom): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.next()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const x = random.normal();
    const v = (1 + x / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(1 - random.next()) < x ** 2 / 2 + d - d * v + d * Math.log(v))
      return d * v;
  }
}

/** Customers who do as the model says, watched for some weeks, then for as many more. */
function simulated(customers: number, p: typeof PUBLISHED, seed: string) {
  const random = new SeededRandom(seed);
  return Array.from({ length: customers }, () => {
    const rate = gamma(p.r, random) / p.alpha;
    const [left, right] = [gamma(p.a, random), gamma(p.b, random)];
    const leaves = left / (left + right);
    let [time, repeats, lastAt, later, alive] = [0, 0, 0, 0, true];
    while (alive) {
      time -= Math.log(1 - random.next()) / rate;
      if (time > 2 * WEEKS) break;
      if (time <= WEEKS) [repeats, lastAt] = [repeats + 1, time];
      else later += 1;
      alive = random.next() >= leaves;
      if (!alive && time > WEEKS)
        return { repeats, lastAt, observedFor: WEEKS, later, aliveThen: true };
    }
    return { repeats, lastAt, observedFor: WEEKS, later, aliveThen: alive };
  });
}

describe('BG/NBD', () => {
  it('finds the parameters that customers were made with', () => {
    const truth = { r: 0.8, alpha: 6, a: 1.2, b: 4 };
    const customers = simulated(12_000, truth, 'fit');
    const fit = fitBgNbd(customers);
    if (!fit.ok) throw new Error(fit.error);
    expect(Math.abs(fit.value.r / truth.r - 1)).toBeLessThan(0.1);
    expect(Math.abs(fit.value.alpha / truth.alpha - 1)).toBeLessThan(0.1);
    expect(fit.value.a / (fit.value.a + fit.value.b)).toBeCloseTo(1.2 / 5.2, 1);
    expect(fit.value.logLikelihood).toBeGreaterThan(bgNbdLogLikelihood(customers, truth));
    expect(fit.value.logLikelihood).toBeCloseTo(bgNbdLogLikelihood(customers, fit.value), 6);
  });

  it('expects what the paper does', () => {
    const customer = { repeats: 2, lastAt: 30.43, observedFor: 38.86 };
    expect(expectedPurchases(WEEKS, customer, PUBLISHED)).toBeCloseTo(1.226, 3);
  });

  it('expects of new customers what simulated ones do', () => {
    const customers = simulated(40_000, PUBLISHED, 'new');
    const mean = customers.reduce((sum, { repeats }) => sum + repeats, 0) / customers.length;
    expect(expectedPurchasesOfNew(WEEKS, PUBLISHED)).toBeCloseTo(mean, 1);
  });

  it('tells who is still there, and what they will buy', () => {
    const customers = simulated(40_000, PUBLISHED, 'alive').filter(({ repeats }) => repeats > 0);
    let [told, came, expected, bought] = [0, 0, 0, 0];
    for (const customer of customers) {
      told += probabilityAlive(customer, PUBLISHED);
      came += customer.aliveThen ? 1 : 0;
      expected += expectedPurchases(WEEKS, customer, PUBLISHED);
      bought += customer.later;
    }
    expect(Math.abs(told - came) / customers.length).toBeLessThan(0.01);
    expect(Math.abs(expected / bought - 1)).toBeLessThan(0.03);
    expect(probabilityAlive({ repeats: 0, lastAt: 0, observedFor: 5 }, PUBLISHED)).toBe(1);
  });

  it('says why it cannot be fitted', () => {
    const once = { repeats: 0, lastAt: 0, observedFor: 9 };
    expect(fitBgNbd([once])).toEqual({ ok: false, error: 'too-few-customers' });
    expect(fitBgNbd(Array.from({ length: 50 }, () => once))).toEqual({
      ok: false,
      error: 'no-repeats',
    });
  });
});
