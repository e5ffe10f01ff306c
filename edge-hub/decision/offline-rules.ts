import type { RefusalCode } from '../../shared/contracts/refusal.ts';

/** What a hub may decide while central is not heard. Amounts in minor units, times in milliseconds. */
export interface OfflinePolicy {
  /** So long after central was heard a hub counts as online. */
  readonly freshMs: number;
  /** The most of one payment. */
  readonly floorLimitMinor: bigint;
  /** The same once the exception list is older than `maxListAgeMs`. */
  readonly staleFloorLimitMinor: bigint;
  readonly maxListAgeMs: number;
  /** From here on central is asked where that is possible, payments of one shopper in a row and together. */
  readonly lowerConsecutive: number;
  readonly lowerCumulativeMinor: bigint;
  /** Beyond these nothing is taken without central. */
  readonly upperConsecutive: number;
  readonly upperCumulativeMinor: bigint;
  /** Share of payments of which central is told before they are taken, so that nobody can count on being unseen. */
  readonly onlineShare: number;
  /** After so long nothing is taken at all. */
  readonly maxOfflineMs: number;
}

/** The payment at hand, and what is known without central. */
export interface OfflineSituation {
  readonly amountMinor: bigint;
  /** Central has answered for this very payment. */
  readonly asked: boolean;
  /** Central may be asked now. */
  readonly canAsk: boolean;
  /** Since central was heard last; the exception list is as old. */
  readonly offlineMs: number;
  /** The shopper is on the exception list. */
  readonly listed: boolean;
  /** Since then, of this shopper, without the payment at hand. */
  readonly consecutive: number;
  readonly cumulativeMinor: bigint;
  /** Drawn evenly from 0 up to 1. */
  readonly draw: number;
}

export type OfflineRefusal = Extract<
  RefusalCode,
  'account_blocked' | 'offline_limit' | 'offline_too_long'
>;

/** Take it, ask central first, or why not. */
export type OfflineVerdict = 'go' | 'ask' | OfflineRefusal;

/**
 * Whether a payment is taken without central: the risk management of an EMV terminal (EMV Book 3, 10.6: floor limit, random
 * selection, velocity checking; exception list), moved into the hub.
 */
export function decideOffline(policy: OfflinePolicy, at: OfflineSituation): OfflineVerdict {
  if (at.listed) return 'account_blocked';
  if (at.asked) return 'go';
  const selected = at.draw < policy.onlineShare;
  if (at.offlineMs <= policy.freshMs) return at.canAsk && selected ? 'ask' : 'go';
  const cumulative = at.cumulativeMinor + at.amountMinor;
  const stale = at.offlineMs > policy.maxListAgeMs;
  const isAboveFloor =
    at.amountMinor > (stale ? policy.staleFloorLimitMinor : policy.floorLimitMinor);
  const isAboveLower =
    at.consecutive >= policy.lowerConsecutive || cumulative > policy.lowerCumulativeMinor;
  if (at.canAsk && (selected || stale || isAboveFloor || isAboveLower)) return 'ask';
  if (at.offlineMs > policy.maxOfflineMs) return 'offline_too_long';
  const isAboveUpper =
    at.consecutive >= policy.upperConsecutive || cumulative > policy.upperCumulativeMinor;
  return isAboveFloor || isAboveUpper ? 'offline_limit' : 'go';
}
