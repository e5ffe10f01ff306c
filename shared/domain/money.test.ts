import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAmount, parseAmount } from './money.ts';

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

describe('parseAmount', () => {
  it.each([
    ['12.50', 'CNY', 1250n],
    ['12.5', 'CNY', 1250n],
    ['0012.50000', 'CNY', 1250n],
    ['12', 'CNY', 1200n],
    ['1250', 'JPY', 1250n],
  ] as const)('reads %s %s', (text, currency, amountMinor) => {
    expect(parseAmount(text, currency)).toEqual({ amountMinor, currency });
  });

  it.each(['12.505', '-1.00', '1e3', '1,000.00', '', ' 1', '1.', '.5'])('refuses %j', (text) => {
    expect(parseAmount(text, 'CNY')).toBeUndefined();
  });

  it('reads what formatAmount writes', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n }), (amountMinor) => {
        const money = { amountMinor, currency: 'CNY' as const };
        expect(parseAmount(formatAmount(money), 'CNY')).toEqual(money);
      }),
    );
  });
});
