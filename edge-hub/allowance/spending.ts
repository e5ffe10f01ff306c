import type { RefusalCode } from '../../shared/contracts/refusal.ts';
import { spendableMinor } from '../../shared/domain/allowance.ts';
import { decideOffline, type OfflinePolicy } from '../decision/offline-rules.ts';
import type { AllowanceStore, Purse } from './allowance-store.ts';
import type { CentralContact } from './central-contact.ts';
import type { TopUps } from './top-ups.ts';

/** Why a person whom the hub knows may not pay so much now. */
export type SpendingRefusal = Extract<
  RefusalCode,
  'funds_short' | 'account_blocked' | 'offline_limit' | 'offline_too_long'
>;

/** Take it, ask central first, or why not. */
export type SpendingVerdict = 'go' | 'ask' | SpendingRefusal;

/** What came of asking central for the payment at hand. */
export type CentralWord = 'unasked' | 'answered' | 'silent';

/** Whether shoppers may spend, as payments ask it. */
export interface Spending {
  /** Whether payments are taken from allowances; otherwise shoppers are billed afterwards, without a bound. */
  readonly isBounded: boolean;
  /** To be called inside the payment's transaction. */
  verdict(purse: Purse, amountMinor: bigint, asked: CentralWord): SpendingVerdict;
  /** A payment is taken; in its transaction. */
  taken(purse: Purse, amountMinor: bigint, asked: CentralWord): void;
  /** Asks central, 300 ms at most. Never inside a transaction. */
  ask(purse: Purse, amountMinor: bigint): Promise<Exclude<CentralWord, 'unasked'>>;
  /** Tops up ahead of need; returns at once. */
  refill(purse: Purse): void;
}

/** Shoppers are billed for whatever they have paid. */
export const BILLED: Spending = {
  isBounded: false,
  verdict: () => 'go',
  taken: () => undefined,
  ask: async () => 'silent',
  refill: () => undefined,
};

/**
 * Spending from allowances. Invariant: what is taken was granted before, by the hub's own database alone; central is asked
 * outside of transactions and only where the payment cannot go on without.
 */
export class AllowanceSpending implements Spending {
  readonly isBounded = true;
  private readonly parts: {
    readonly store: AllowanceStore;
    readonly contact: CentralContact;
    readonly topUps: TopUps;
    readonly policy: OfflinePolicy;
    readonly random: () => number;
  };

  constructor(parts: AllowanceSpending['parts']) {
    this.parts = parts;
  }

  verdict(purse: Purse, amountMinor: bigint, asked: CentralWord): SpendingVerdict {
    const { store, contact, policy, random } = this.parts;
    const allowance = store.find(purse);
    const isCounted = allowance?.offlineSince === contact.since;
    const canAsk = asked === 'unasked' && contact.isUp;
    const verdict = decideOffline(policy, {
      amountMinor,
      asked: asked === 'answered',
      canAsk,
      offlineMs: contact.offlineMs,
      listed: store.isBlocked(purse.shopperId),
      consecutive: isCounted ? allowance.offlineCount : 0,
      cumulativeMinor: isCounted ? allowance.offlineMinor : 0n,
      draw: random(),
    });
    if (verdict !== 'go') return verdict;
    if (allowance && spendableMinor(allowance) >= amountMinor) return 'go';
    return canAsk ? 'ask' : 'funds_short';
  }

  taken(purse: Purse, amountMinor: bigint, asked: CentralWord): void {
    const { store, contact, policy } = this.parts;
    if (asked === 'answered' || contact.offlineMs <= policy.freshMs) return;
    const allowance = store.find(purse);
    const isCounted = allowance?.offlineSince === contact.since;
    store.countOffline(purse, {
      count: (isCounted ? allowance.offlineCount : 0) + 1,
      amountMinor: (isCounted ? allowance.offlineMinor : 0n) + amountMinor,
      since: contact.since,
    });
    // a restart must count on from the same moment
    if (!isCounted) contact.keep();
  }

  ask(purse: Purse, amountMinor: bigint): Promise<Exclude<CentralWord, 'unasked'>> {
    return this.parts.topUps.askNow(purse, amountMinor);
  }

  refill(purse: Purse): void {
    this.parts.topUps.refill(purse);
  }
}
