import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  controlBound,
  discountMinor,
  FUNDERS,
  type Offer,
  postingOfDiscount,
  returnedMinor,
  sharesOf,
} from './campaign.ts';
import { postingsOf } from './posting.ts';

const sum = fc.bigInt({ min: 1n, max: 1_000_000n });
const offer: fc.Arbitrary<Offer> = fc.oneof(
  fc.record({
    kind: fc.constant('percent' as const),
    percent: fc.integer({ min: 1, max: 90 }),
    capMinor: fc.option(sum),
  }),
  fc.record({ kind: fc.constant('fixed' as const), amountMinor: sum }),
);

describe('a discount', () => {
  it('leaves something to pay, is never above its cap, and is none below the minimum', () => {
    fc.assert(
      fc.property(offer, sum, sum, (each, minimumMinor, priceMinor) => {
        const off = discountMinor({ offer: each, minimumMinor }, priceMinor);
        expect(off).toBeLessThan(priceMinor);
        if (priceMinor < minimumMinor) expect(off).toBe(0n);
        const cap = each.kind === 'fixed' ? each.amountMinor : (each.capMinor ?? priceMinor);
        expect(off).toBeLessThanOrEqual(cap);
      }),
    );
  });

  it('of 15 % with a cap of 20 is 15.00 of 100, 20 of 200, and of 0.99 rounded down', () => {
    const rule = {
      offer: { kind: 'percent', percent: 15, capMinor: 2_000n },
      minimumMinor: 0n,
    } as const;
    expect([10_000n, 20_000n, 99n].map((price) => discountMinor(rule, price))).toEqual([
      1_500n,
      2_000n,
      14n,
    ]);
  });

  it('goes with refunds part by part, never more than is given back, all of it with the whole; every account ends at zero', () => {
    const parts = fc.array(fc.bigInt({ min: 1n, max: 500n }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        parts,
        fc.bigInt({ min: 1n, max: 5_000n }),
        fc.constantFrom(...FUNDERS),
        (back, off, funder) => {
          const priceMinor = back.reduce((all, part) => all + part, 0n);
          fc.pre(off < priceMinor);
          const whose = { shopperId: 's', merchantId: 'm', currency: 'CNY' } as const;
          const postings = [
            ...postingsOf('capture', { ...whose, amountMinor: priceMinor }),
            postingOfDiscount('given', { ...whose, funder, amountMinor: off }),
          ];
          let [refundedMinor, gone] = [0n, 0n];
          for (const part of back) {
            refundedMinor += part;
            const due = returnedMinor({ discountMinor: off, priceMinor, refundedMinor }) - gone;
            expect(due).toBeGreaterThanOrEqual(0n);
            expect(due).toBeLessThanOrEqual(part);
            gone += due;
            postings.push(...postingsOf('refund', { ...whose, amountMinor: part }));
            postings.push(postingOfDiscount('returned', { ...whose, funder, amountMinor: due }));
            // the shopper never owes less than nothing, nor the merchant more than it was paid
            const balance = (account: string): bigint =>
              postings.reduce((all, { debit, credit, amountMinor }) => {
                if (debit === account) return all + amountMinor;
                return credit === account ? all - amountMinor : all;
              }, 0n);
            expect(balance('receivable:shopper:s')).toBe(priceMinor - off - refundedMinor + gone);
            expect(balance('receivable:shopper:s')).toBeGreaterThanOrEqual(0n);
            if (refundedMinor < priceMinor) continue;
            expect(
              ['receivable:shopper:s', 'payable:merchant:m', 'expense:campaigns'].map(balance),
            ).toEqual([0n, 0n, 0n]);
          }
          expect(gone).toBe(off);
        },
      ),
    );
  });
});

describe('a budget', () => {
  it('is split without a unit more or less, and evenly', () => {
    fc.assert(
      fc.property(sum, fc.integer({ min: 1, max: 300 }), (budget, hubs) => {
        const shares = sharesOf(budget, hubs);
        expect(shares.reduce((all, share) => all + share, 0n)).toBe(budget);
        expect(
          Math.max(...shares.map(Number)) - Math.min(...shares.map(Number)),
        ).toBeLessThanOrEqual(1);
      }),
    );
  });
});

it('nobody is in a control group of 0 %, half of everybody in one of 50 %', () => {
  expect(controlBound(0)).toBe(0);
  expect(controlBound(50)).toBe(2 ** 31);
});
