import type { Money } from './money.ts';
import type { BookedMove } from './payment.ts';

/**
 * The chart of accounts (docs/ledger.md). A shopper owes what they paid for until their bank or wallet pays it in; a
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

interface Parties {
  readonly shopperId: string;
  readonly merchantId: string;
}

/** What a captured payment books: the shopper owes, the merchant is owed. */
export function postingsOfCapture(payment: Money & Parties): Posting[] {
  return [
    {
      debit: `receivable:shopper:${payment.shopperId}`,
      credit: `payable:merchant:${payment.merchantId}`,
      amountMinor: payment.amountMinor,
      currency: payment.currency,
    },
  ];
}

/** What a move books: a refund and a reversal are the capture's postings the other way round, of their own amount. */
export function postingsOf(kind: BookedMove, move: Money & Parties): Posting[] {
  const forward = postingsOfCapture(move);
  if (kind === 'capture') return forward;
  return forward.map((posting) => ({ ...posting, debit: posting.credit, credit: posting.debit }));
}
