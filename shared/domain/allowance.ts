import type { PaymentStanding } from './payment.ts';

/**
 * Spending without overdraft (docs/reliability.md). Central has what a shopper may spend in all and splits it into
 * allowances that hubs hold; a hub spends from its own only, and needs nobody for that. Pure; both sides use it.
 *
 * All amounts are sums since the beginning that never fall, but for what is used, so that a message which comes twice,
 * late or out of order changes nothing. Invariants, whatever is partitioned, repeated or crashes:
 *
 * - at central: sum over hubs of granted less returned ≤ funded
 * - at a hub: used + returned + closed ≤ granted as the hub knows it ≤ granted as central knows it
 * - returned as central knows it ≤ returned at the hub
 * - so: sum over hubs of what is used, and of what may still be spent, ≤ funded
 */
export interface Holding {
  readonly grantedMinor: bigint;
  /** Given back to central. */
  readonly returnedMinor: bigint;
}

/** What a hub holds of one shopper in one currency, as the hub knows it. */
export interface Allowance extends Holding {
  /** Held by authorisations or captured, and not given back to the shopper. */
  readonly usedMinor: bigint;
  /**
   * What lives of the hub that are over were granted, and this one has neither used nor returned: they may have spent it.
   * Below zero where they had given shoppers back more than this one knows of.
   */
  readonly closedMinor: bigint;
}

/** Central's word of what it has granted a hub. */
export interface Grant extends Holding {
  /** Of what was granted: to lives of the hub that are over. */
  readonly closedMinor: bigint;
}

/** What a shopper may spend in all, as central knows it. */
export interface Wallet {
  readonly fundedMinor: bigint;
  /** Sum over hubs of granted less returned. */
  readonly escrowedMinor: bigint;
}

/** What a hub says when it asks central for more. */
export interface AllowanceAsk {
  /** As the hub knows it. */
  readonly grantedMinor: bigint;
  readonly spendableMinor: bigint;
  /** What the payment at hand takes; 0 when the hub asks ahead of need. */
  readonly needMinor: bigint;
  /** What the hub would like to be able to spend. */
  readonly wantMinor: bigint;
}

/** What may be spent at the hub now. */
export function spendableMinor(allowance: Allowance): bigint {
  const { grantedMinor, returnedMinor, usedMinor, closedMinor } = allowance;
  return grantedMinor - returnedMinor - usedMinor - closedMinor;
}

/** What no hub holds. */
export function freeMinor({ fundedMinor, escrowedMinor }: Wallet): bigint {
  return fundedMinor - escrowedMinor;
}

/** What a payment takes of its shopper's allowance as it stands. */
export function committedMinor({ state, amountMinor, refundedMinor }: PaymentStanding): bigint {
  const takes = state === 'authorised' || state === 'captured' || state === 'partly_refunded';
  return takes ? amountMinor - refundedMinor : 0n;
}

/** After central's word of what it has granted in all: never less than before. */
export function withGrant(allowance: Allowance, grantedMinor: bigint): Allowance {
  return { ...allowance, grantedMinor: greatest(allowance.grantedMinor, grantedMinor) };
}

/**
 * After a backup was put back, or as long as nobody knows whether one was: nothing is to be spent of what was granted before.
 *
 * @param allowance as the backup has it
 * @param grant central's word, which knows that a life is over; undefined as long as it was not heard
 */
export function inNewLife(allowance: Allowance, grant?: Grant): Allowance {
  const { grantedMinor, usedMinor } = allowance;
  if (!grant) {
    return { ...allowance, closedMinor: grantedMinor - allowance.returnedMinor - usedMinor };
  }
  const returnedMinor = greatest(allowance.returnedMinor, grant.returnedMinor);
  return {
    grantedMinor: greatest(grantedMinor, grant.grantedMinor),
    returnedMinor,
    usedMinor,
    closedMinor: grant.closedMinor - returnedMinor - usedMinor,
  };
}

/**
 * What central adds to a hub's allowance. Half of what is free at most, so that other hubs find something as well, unless the
 * payment at hand takes more; never more than is free. What was granted before and has not reached the hub counts as there.
 *
 * @param held as central knows it
 */
export function grantMinor(wallet: Wallet, held: Holding, ask: AllowanceAsk): bigint {
  const onItsWay = greatest(held.grantedMinor - ask.grantedMinor, 0n);
  const there = ask.spendableMinor + onItsWay;
  const free = greatest(freeMinor(wallet), 0n);
  const wanted = greatest(ask.wantMinor, ask.needMinor) - there;
  const most = greatest(free / 2n, least(free, ask.needMinor - there));
  return greatest(least(wanted, most), 0n);
}

/** What a hub gives back to keep so much. */
export function surplusMinor(allowance: Allowance, keepMinor: bigint): bigint {
  return greatest(spendableMinor(allowance) - keepMinor, 0n);
}

function greatest(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function least(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}
