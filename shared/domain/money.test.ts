import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAmount } from './money.ts';

describe('formatAmount', () => {
  it.each([
    [1250n, 'CNY', '12.50'],
    [5n, 'CNY', '0.05'],
    [0n, 'EUR', '0.00'],
    [-5n, 'USD', '-0.05'],
    [-1250n, 'HKD', '-12.50'],
    [1250n, 'JPY', '1250'],
    [9_007_199_254_740_993n, 'CNY', '90071992547409.93'],
  ] as const)('writes %s %s as %s', (amountMinor, currency, text) => {
    expect(formatAmount({ amountMinor, currency })).toBe(text);
  });

  it('loses no digit of any amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (amountMinor) => {
        const digits = formatAmount({ amountMinor, currency: 'CNY' }).replace('.', '');
        expect(BigInt(digits)).toBe(amountMinor);
      }),
    );
  });
});
