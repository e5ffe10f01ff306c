import { describe, expect, it } from 'vitest';
import { expectedSpend, fitGammaGamma } from './gamma-gamma.ts';

/** As published for CDNOW (Fader and Hardie 2013). */
const PUBLISHED = { p: 6.25, q: 3.74, gamma: 15.44 };

describe('Gamma-Gamma', () => {
  it('expects a mean of the customer’s own and everybody’s', () => {
    expect(expectedSpend({ purchases: 2, meanSpend: 22.35 }, PUBLISHED)).toBeCloseTo(24.66, 2);
    expect(expectedSpend({ purchases: 1_000, meanSpend: 50 }, PUBLISHED)).toBeCloseTo(50, 1);
    expect(
      expectedSpend({ purchases: 1, meanSpend: 9 }, { p: 6, q: 0.9, gamma: 9 }),
    ).toBeUndefined();
  });

  it('needs some customers', () => {
    const few = [{ purchases: 2, meanSpend: 9 }];
    expect(fitGammaGamma(few)).toEqual({ ok: false, error: 'too-few-customers' });
  });
});
