import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Account, postingsOf, postingsOfCapture } from './posting.ts';

describe('postingsOfCapture', () => {
  it('balances: every account together sums to zero, the merchant is owed what the shopper owes', () => {
    const amounts = fc.array(fc.bigInt({ min: 1n, max: 10n ** 12n }), { minLength: 1 });
    fc.assert(
      fc.property(amounts, (all) => {
        const balances = new Map<Account, bigint>();
        const add = (account: Account, by: bigint): unknown =>
          balances.set(account, (balances.get(account) ?? 0n) + by);
        for (const amountMinor of all) {
          const payment = {
            amountMinor,
            currency: 'CNY',
            shopperId: 's',
            merchantId: 'm',
          } as const;
          for (const posting of postingsOfCapture(payment)) {
            add(posting.debit, posting.amountMinor);
            add(posting.credit, -posting.amountMinor);
          }
        }
        const total = all.reduce((sum, amount) => sum + amount, 0n);
        expect(balances.get('receivable:shopper:s')).toBe(total);
        expect(balances.get('payable:merchant:m')).toBe(-total);
      }),
    );
  });
});

describe('postingsOf', () => {
  it.each(['refund', 'reverse'] as const)('a %s undoes as much of a capture', (kind) => {
    const parties = { shopperId: 's', merchantId: 'm', currency: 'CNY' } as const;
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 12n }), (amountMinor) => {
        const [taken] = postingsOf('capture', { ...parties, amountMinor });
        const [given] = postingsOf(kind, { ...parties, amountMinor });
        expect(given).toEqual({ ...taken, debit: taken?.credit, credit: taken?.debit });
      }),
    );
  });
});
