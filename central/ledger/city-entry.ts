import type { Money } from '../../shared/domain/money.ts';

/** Accounts that only the city books to (docs/ledger.md). */
export type CityAccount =
  | `payable:merchant:${string}`
  /** Instructed to the bank, not on its statement yet. */
  | 'transit:payouts'
  /** The city's account at its bank. */
  | 'cash:settlement'
  | 'income:fees'
  /** Compensates shoppers before a dispute is decided. */
  | 'fund:risk'
  /** What programmes have given to companies. */
  | 'expense:programmes'
  /** What campaigns of the city have taken off prices. */
  | 'expense:campaigns'
  /** Collected by Alipay from shoppers, not paid out to the city yet. */
  | 'clearing:alipay'
  /** A merchant's share of what is disputed. */
  | `held:merchant:${string}`
  | `receivable:shopper:${string}`;

/** One movement from an account to another, as hubs' postings are. */
export interface CityPosting extends Money {
  readonly debit: CityAccount;
  readonly credit: CityAccount;
}

export type CityEntryKind =
  | 'payout'
  | 'payout_booked'
  | 'payout_returned'
  | 'fund_paid_in'
  | 'dispute_opened'
  | 'dispute_upheld'
  | 'dispute_dismissed'
  | 'subsidy'
  | 'discount'
  | 'discount_returned'
  | 'paid_in'
  | 'paid_back';

/** An entry of the city's own: postings that belong together, of a payout, a dispute, a programme or a payment in. */
export interface CityEntry {
  readonly entryId: string;
  readonly kind: CityEntryKind;
  readonly subjectId: string;
  readonly bookedAt: Date;
  /** Of one currency, at least one. */
  readonly postings: readonly CityPosting[];
  /** What a merchant is owed by it, more or less, which a later payout has to settle. */
  readonly toSettle?: { readonly merchantId: string; readonly amountMinor: bigint };
}

interface PaidOut extends Money {
  readonly merchantId: string;
}

/** A payout is instructed: the merchant is owed it no longer, the bank is to pay it; the fee is the city's. */
export function postingsOfPayout(payout: PaidOut & { readonly feeMinor: bigint }): CityPosting[] {
  const { merchantId, amountMinor, currency, feeMinor } = payout;
  const payable = `payable:merchant:${merchantId}` as const;
  const paid = { debit: payable, credit: 'transit:payouts', amountMinor, currency } as const;
  if (feeMinor === 0n) return [paid];
  // fees of refunds may be more than those of captures
  return [
    paid,
    feeMinor > 0n
      ? { debit: payable, credit: 'income:fees', amountMinor: feeMinor, currency }
      : { debit: 'income:fees', credit: payable, amountMinor: -feeMinor, currency },
  ];
}

/** The bank has paid it from the city's account. */
export function postingsOfBooked({ amountMinor, currency }: Money): CityPosting[] {
  return [{ debit: 'transit:payouts', credit: 'cash:settlement', amountMinor, currency }];
}

/**
 * The bank has not paid it, or it came back: the merchant is owed it again.
 *
 * @param payout.wasBooked whether it had left the city's account
 */
export function postingsOfReturned(
  payout: PaidOut & { readonly wasBooked: boolean },
): CityPosting[] {
  const { merchantId, amountMinor, currency, wasBooked } = payout;
  const debit = wasBooked ? 'cash:settlement' : 'transit:payouts';
  return [{ debit, credit: `payable:merchant:${merchantId}`, amountMinor, currency }];
}
