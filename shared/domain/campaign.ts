import type { Money } from './money.ts';

/** Who bears a campaign's discounts. `merchant`: takes less; `city`: pays the difference. */
export const FUNDERS = ['merchant', 'city'] as const;
export type Funder = (typeof FUNDERS)[number];

/** What is taken off a price. */
export type Offer =
  | {
      readonly kind: 'percent';
      readonly percent: number;
      /** Most that is taken off one payment; null: nothing but the share itself. */
      readonly capMinor: bigint | null;
    }
  | { readonly kind: 'fixed'; readonly amountMinor: bigint };

/** What a discount of a payment stands on. */
export interface DiscountRule {
  readonly offer: Offer;
  /** Prices below it have none. */
  readonly minimumMinor: bigint;
}

/** What is taken off a price, rounded down to a minor unit; always less than the price, and 0 where it has none. */
export function discountMinor({ offer, minimumMinor }: DiscountRule, priceMinor: bigint): bigint {
  if (priceMinor < minimumMinor) return 0n;
  if (offer.kind === 'fixed') return offer.amountMinor < priceMinor ? offer.amountMinor : 0n;
  const share = (priceMinor * BigInt(offer.percent)) / 100n;
  return offer.capMinor !== null && share > offer.capMinor ? offer.capMinor : share;
}

/**
 * How much of a discount is gone once so much of the price was given back, in all: its share of it, rounded down, and the
 * whole with the whole. Refunds are of the price; the shopper gets back what they paid of it.
 */
export function returnedMinor(discount: {
  readonly discountMinor: bigint;
  readonly priceMinor: bigint;
  readonly refundedMinor: bigint;
}): bigint {
  return (discount.discountMinor * discount.refundedMinor) / discount.priceMinor;
}

/** Splits a budget evenly; what does not divide goes to the first. Together never more and never less than the budget. */
export function sharesOf(budgetMinor: bigint, hubs: number): bigint[] {
  const each = budgetMinor / BigInt(hubs);
  const rest = budgetMinor - each * BigInt(hubs);
  return Array.from({ length: hubs }, (_, hub) => each + (BigInt(hub) < rest ? 1n : 0n));
}

/**
 * The text whose HMAC-SHA256 under the campaign's own key says who is in its control group: the same at every hub and at
 * central without a word between them, another for every campaign, and to nobody else but a coin's toss.
 */
export function armInput(campaignId: string, shopperId: string): string {
  return `wuma-arm-1\n${campaignId}\n${shopperId}`;
}

/** Below it, the first 32 bits of that HMAC mean the control group, who pay the full price. */
export function controlBound(controlPercent: number): number {
  return Math.floor((controlPercent * 2 ** 32) / 100);
}

export type DiscountKind = 'given' | 'returned';

interface DiscountPosting extends Money {
  readonly debit: DiscountAccount;
  readonly credit: DiscountAccount;
}

/** Accounts that discounts are booked to (docs/ledger.md). */
export type DiscountAccount =
  | `receivable:shopper:${string}`
  | `payable:merchant:${string}`
  | 'expense:campaigns';

/** What a discount books: the shopper owes less, and so the merchant is owed less or the city pays. Returned: the other way. */
export function postingOfDiscount(
  kind: DiscountKind,
  discount: Money & {
    readonly funder: Funder;
    readonly shopperId: string;
    readonly merchantId: string;
  },
): DiscountPosting {
  const { funder, shopperId, merchantId, amountMinor, currency } = discount;
  const payer: DiscountAccount =
    funder === 'city' ? 'expense:campaigns' : `payable:merchant:${merchantId}`;
  const shopper: DiscountAccount = `receivable:shopper:${shopperId}`;
  return kind === 'given'
    ? { debit: payer, credit: shopper, amountMinor, currency }
    : { debit: shopper, credit: payer, amountMinor, currency };
}
