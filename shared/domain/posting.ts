import type { Money } from './money.ts';

/**
 * The chart of accounts. A shopper owes what they paid for until their bank or wallet pays it in; a
 * merchant is owed it until settlement pays it out.
 */
export type Account = `receivable:shopper:${string}` | `payable:merchant:${string}`;

/**
 * One movement from one account to another. A journal entry is one or more of them, so every entry
 * balances by construction: there is no way to write a debit without its credit.
 */
export interface Posting extends Money {
  readonly debit: Account;
  readonly credit: Account;
}

/** What a captured payment books: the shopper owes, the merchant is owed. */
export function postingsOfCapture(
  payment: Money & { readonly shopperId: string; readonly merchantId: string },
): Posting[] {
  return [
    {
      debit: `receivable:shopper:${payment.shopperId}`,
      credit: `payable:merchant:${payment.merchantId}`,
      amountMinor: payment.amountMinor,
      currency: payment.currency,
    },
  ];
}
