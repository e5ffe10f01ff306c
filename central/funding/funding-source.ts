import type { CodeScene } from '../../shared/contracts/http-funding.ts';
import type { Money } from '../../shared/domain/money.ts';
import type { CityAccount } from '../ledger/city-entry.ts';

/** An order as a source knows it. */
export interface FundingOrder extends Money {
  /** 32 hex digits, made from an id that was kept before the first send: the same number is the same order. */
  readonly orderNo: string;
}

/** What is to be collected, by the code that the shopper shows; the wallet needs none. */
export interface CollectOrder extends FundingOrder {
  readonly code?: { readonly scene: CodeScene; readonly value: string };
}

/** A part of a collected order, or all of it. */
export interface ReturnOrder extends FundingOrder {
  /** 32 hex digits: the same number is the same return, and the money goes once. */
  readonly returnNo: string;
}

/** Why nobody knows: no answer came, one that cannot be trusted, or the source says that it does not know either. */
export type Doubt = 'no_answer' | 'bad_answer' | 'source_in_doubt';

/**
 * - `paid`: the money is the city's
 * - `open`: the shopper is asked for a word by their app
 * - `refused`: nothing was taken, and never will be by this order
 * - `closed`: called off; what was taken went back
 * - `absent`: the source has no such order now
 * - `unknown`: anything may have happened
 */
export type OrderAnswer =
  | { readonly is: 'paid'; readonly reference: string }
  | { readonly is: 'open' }
  | { readonly is: 'refused'; readonly reason: string }
  | { readonly is: 'closed' }
  | { readonly is: 'absent' }
  | { readonly is: 'unknown'; readonly doubt: Doubt };

export type ReturnAnswer =
  | { readonly is: 'returned' }
  | { readonly is: 'refused'; readonly reason: string }
  | { readonly is: 'unknown'; readonly doubt: Doubt };

/**
 * Where a shopper's money comes from. Every method may be called again for the same number and does its work once; none
 * throws for what a network does, and none is called inside a transaction. Nothing of a person but the code is told.
 */
export interface FundingSource {
  /** Holds what the source owes the city; undefined where the city has the money already and books no more than the wallet. */
  readonly clearing: Extract<CityAccount, `clearing:${string}`> | undefined;
  /** Takes the money. To be sent once; `unknown` and `open` are followed by `find`. */
  collect(order: CollectOrder): Promise<OrderAnswer>;
  /** What became of an order. */
  find(order: FundingOrder): Promise<OrderAnswer>;
  /** Calls an order off, whatever became of it: `closed` once that is certain. */
  cancel(order: FundingOrder): Promise<OrderAnswer>;
  /** Gives back a part of what was collected. */
  giveBack(order: ReturnOrder): Promise<ReturnAnswer>;
}
