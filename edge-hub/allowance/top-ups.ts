import {
  type AllowanceAskData,
  type AllowanceGrant,
  MAX_ASKS,
} from '../../shared/contracts/allowance-messages.ts';
import { spendableMinor } from '../../shared/domain/allowance.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Transact } from '../db/database.ts';
import type { AllowanceStore, Purse } from './allowance-store.ts';
import type { CentralContact } from './central-contact.ts';

type Ask = AllowanceAskData['asks'][number];

/** The way to central. Answers undefined where central did not, or not in time. */
export type AskCentral = (
  question: { readonly asks: readonly Ask[]; readonly openedBy: string | undefined },
  timeoutMs: number,
) => Promise<readonly AllowanceGrant[] | undefined>;

export interface TopUpParts {
  readonly store: AllowanceStore;
  readonly contact: CentralContact;
  readonly transact: Transact;
  readonly askCentral: AskCentral;
  /** Below half of it the hub asks ahead of need. Minor units. */
  readonly targetMinor: bigint;
  readonly clock: Clock;
  readonly pause: (ms: number) => Promise<void>;
}

/** A shopper stands and waits: longer than this nobody is asked. */
export const ASK_DEADLINE_MS = 300;
/** Other hubs need so long to return what they can spare. */
const RECLAIM_PAUSE_MS = 60;
const REFILL_TIMEOUT_MS = 2_000;
/** A purse that central could not fill is not asked for again at once. */
const REFILL_PAUSE_MS = 30_000;
const MAX_REMEMBERED = 10_000;
/** Who has just enrolled here is not known to central yet. */
const UNKNOWN_PAUSE_MS = 100;
const UNKNOWN_TRIES = 50;
/** Purses that are looked after when central is back; the others when they are next used. */
const SWEEP_LIMIT = 500;

/** Asks central for more: at once for a payment that cannot go on, and ahead of need in groups, beside the payments. */
export class TopUps {
  private readonly parts: TopUpParts;
  private readonly waiting = new Map<string, Purse & { readonly triesLeft: number }>();
  private readonly askedAt = new Map<string, number>();
  private running: Promise<void> | undefined;

  constructor(parts: TopUpParts) {
    this.parts = parts;
    parts.contact.onBack = () => {
      this.sweep();
    };
  }

  /**
   * For a payment at hand. Central is asked again while other hubs are asked to return what they can spare, and where it has
   * not heard of the shopper yet, who may have enrolled a moment ago.
   */
  async askNow(purse: Purse, needMinor: bigint): Promise<'answered' | 'silent'> {
    const { clock, pause } = this.parts;
    const until = clock.monotonic() + ASK_DEADLINE_MS;
    let answered = false;
    for (;;) {
      const grants = await this.askFor(
        [this.question(purse, needMinor)],
        until - clock.monotonic(),
      );
      if (!grants) return answered ? 'answered' : 'silent';
      answered = true;
      const isWaiting = grants.every(({ reclaiming }) => reclaiming);
      const leftMs = until - clock.monotonic();
      if (!isWaiting || this.spendable(purse) >= needMinor || leftMs <= RECLAIM_PAUSE_MS) {
        return 'answered';
      }
      await pause(RECLAIM_PAUSE_MS);
    }
  }

  /** Tops up where less than half of the target is left; returns at once. */
  refill(purse: Purse): void {
    if (!this.parts.contact.isUp || !this.isLow(purse)) return;
    const key = `${purse.shopperId} ${purse.currency}`;
    const now = this.parts.clock.monotonic();
    if (now - (this.askedAt.get(key) ?? -Infinity) < REFILL_PAUSE_MS) return;
    if (this.askedAt.size >= MAX_REMEMBERED) this.askedAt.clear();
    this.askedAt.set(key, now);
    this.waiting.set(key, { ...purse, triesLeft: UNKNOWN_TRIES });
    this.running ??= this.askForWaiting().finally(() => {
      this.running = undefined;
    });
  }

  /** Waits for what is asked. */
  async stop(): Promise<void> {
    this.waiting.clear();
    await this.running;
  }

  /** The question for one purse. */
  question({ shopperId, currency }: Purse, needMinor: bigint): Ask {
    const { store, targetMinor } = this.parts;
    const allowance = store.find({ shopperId, currency });
    return {
      shopperId,
      currency,
      grantedMinor: (allowance?.grantedMinor ?? 0n).toString(),
      spendableMinor: (allowance ? spendableMinor(allowance) : 0n).toString(),
      needMinor: needMinor.toString(),
      wantMinor: targetMinor.toString(),
    };
  }

  /** Keeps what central has granted, on disk before anybody spends of it. */
  apply(grants: readonly AllowanceGrant[]): void {
    const { store, transact } = this.parts;
    transact(() => {
      for (const { shopperId, currency, blocked, ...grant } of grants) {
        store.enterEpoch(grant.epoch);
        if (grant.grantedMinor > 0n) store.raiseGranted({ shopperId, currency }, grant);
        if (blocked) store.block(shopperId);
      }
    });
  }

  private sweep(): void {
    const { store, targetMinor } = this.parts;
    for (const purse of store.below(targetMinor / 2n, SWEEP_LIMIT)) this.refill(purse);
  }

  private async askForWaiting(): Promise<void> {
    // more may come together in this turn of the event loop
    await this.parts.pause(0);
    while (this.waiting.size > 0) {
      const group = [...this.waiting].slice(0, MAX_ASKS);
      for (const [key] of group) this.waiting.delete(key);
      const asks = group.map(([, purse]) => this.question(purse, 0n));
      const grants = await this.askFor(asks, REFILL_TIMEOUT_MS);
      this.forgetAsked(group, grants !== undefined);
      if (!grants) this.waiting.clear();
      else if (this.waitForUnknown(group, grants)) await this.parts.pause(UNKNOWN_PAUSE_MS);
    }
  }

  /** Only a purse that central could not fill waits before it is asked for again: a busy shopper's is soon empty once more. */
  private forgetAsked(
    group: readonly [string, Purse & { readonly triesLeft: number }][],
    isAnswered: boolean,
  ): void {
    const keys = isAnswered ? [] : this.waiting.keys();
    for (const key of keys) this.askedAt.delete(key);
    for (const [key, purse] of group) {
      if (!isAnswered || !this.isLow(purse)) this.askedAt.delete(key);
    }
  }

  /** @returns whether there are some whom central does not know yet */
  private waitForUnknown(
    group: readonly [string, Purse & { readonly triesLeft: number }][],
    grants: readonly AllowanceGrant[],
  ): boolean {
    const known = new Set(grants.map(({ shopperId }) => shopperId));
    const unknown = group.filter(
      ([, { shopperId, triesLeft }]) => triesLeft > 1 && !known.has(shopperId),
    );
    for (const [key, purse] of unknown) {
      this.waiting.set(key, { ...purse, triesLeft: purse.triesLeft - 1 });
    }
    return unknown.length > 0;
  }

  private async askFor(
    asks: readonly Ask[],
    timeoutMs: number,
  ): Promise<readonly AllowanceGrant[] | undefined> {
    const { askCentral, contact, store } = this.parts;
    const question = { asks, openedBy: store.unconfirmed() };
    const grants = timeoutMs > 0 ? await askCentral(question, timeoutMs) : undefined;
    if (!grants) {
      contact.lost();
      return undefined;
    }
    this.apply(grants);
    contact.heard();
    return grants;
  }

  private isLow(purse: Purse): boolean {
    return this.spendable(purse) * 2n < this.parts.targetMinor;
  }

  private spendable(purse: Purse): bigint {
    const allowance = this.parts.store.find(purse);
    return allowance ? spendableMinor(allowance) : 0n;
  }
}
