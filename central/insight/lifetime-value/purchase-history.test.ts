import { expect, it } from 'vitest';
import { purchaseHistories } from './purchase-history.ts';

it('sums purchases up, those of a day as one, and stops at the last day', () => {
  const histories = purchaseHistories(
    [
      { customer: 'b', day: 20, amount: 4 },
      { customer: 'a', day: 10, amount: 5 },
      { customer: 'a', day: 31, amount: 2 },
      { customer: 'a', day: 17, amount: 8 },
      { customer: 'a', day: 31, amount: 4 },
      { customer: 'a', day: 46, amount: 99 },
      { customer: 'c', day: 46, amount: 1 },
    ],
    45,
  );
  expect(histories).toEqual([
    { customer: 'a', repeats: 2, lastAt: 3, observedFor: 5, meanSpend: 7 },
    { customer: 'b', repeats: 0, lastAt: 0, observedFor: 25 / 7, meanSpend: undefined },
  ]);
});
