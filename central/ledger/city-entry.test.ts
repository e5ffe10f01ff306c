import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CityPosting,
  postingsOfBooked,
  postingsOfPayout,
  postingsOfReturned,
} from './city-entry.ts';

const payout = { merchantId: 'm-tea', currency: 'CNY' as const };
const amounts = fc.bigInt({ min: 1n, max: 10n ** 12n });
const fees = fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n });

/** Credit less debit of an account. */
function balance(postings: readonly CityPosting[], account: string): bigint {
  return postings.reduce((sum, { debit, credit, amountMinor }) => {
    const credited = credit === account ? amountMinor : 0n;
    return sum + credited - (debit === account ? amountMinor : 0n);
  }, 0n);
}

describe('entries of the city', () => {
  it('take from the merchant exactly what is paid and kept', () => {
    fc.assert(
      fc.property(amounts, fees, (amountMinor, feeMinor) => {
        const postings = postingsOfPayout({ ...payout, amountMinor, feeMinor });
        expect(postings.every((posting) => posting.amountMinor > 0n)).toBe(true);
        expect(balance(postings, 'payable:merchant:m-tea')).toBe(-(amountMinor + feeMinor));
        expect(balance(postings, 'income:fees')).toBe(feeMinor);
      }),
    );
  });

  it('leave nothing in transit, whether it was paid, rejected, or came back later', () => {
    fc.assert(
      fc.property(amounts, (amountMinor) => {
        const out = postingsOfPayout({ ...payout, amountMinor, feeMinor: 0n });
        const booked = postingsOfBooked({ ...payout, amountMinor });
        const returned = (wasBooked: boolean) =>
          postingsOfReturned({ ...payout, amountMinor, wasBooked });
        for (const way of [booked, returned(false), [...booked, ...returned(true)]]) {
          expect(balance([...out, ...way], 'transit:payouts')).toBe(0n);
        }
        const undone = [...out, ...booked, ...returned(true)];
        expect(balance(undone, 'payable:merchant:m-tea')).toBe(0n);
        expect(balance(undone, 'cash:settlement')).toBe(0n);
      }),
    );
  });
});
