import type { AllowanceAnswerData } from '../../shared/contracts/allowance-messages.ts';
import { MAX_EXCEPTIONS } from '../../shared/contracts/downlink-messages.ts';
import type { HubEvent } from '../../shared/contracts/hub-events.ts';
import { type AllowanceAsk, type Grant, grantMinor } from '../../shared/domain/allowance.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Currency } from '../../shared/domain/money.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Executor } from '../db/database.ts';
import { enqueueAtEach } from '../downlink/downlink-store.ts';
import { isErased, takeEnrolmentLock } from '../enrolment/enrolment-store.ts';
import { listHubIds } from '../enrolment/hub-store.ts';
import {
  addGrant,
  addReturn,
  closeWallets,
  findBlocked,
  findEpoch,
  findHoldings,
  type HubHolding,
  isKnown,
  lockWallet,
  openWallet,
  type Purse,
  type StoredWallet,
  setBlocked,
} from './wallet-store.ts';

type EventOf<Type extends HubEvent['type']> = Extract<HubEvent, { type: Type }>;
type AnsweredGrant = AllowanceAnswerData['grants'][number];

export interface WalletSettings {
  readonly currency: Currency;
  /** What every shopper may spend before anything is paid in. Minor units. */
  readonly limitMinor: bigint;
}

/** Hubs that hold some of a shopper's money which another hub needs now. */
export interface Reclaim extends Purse {
  readonly hubIds: readonly string[];
}

/** So many may not be told to hubs in one message. */
export class ExceptionListFullError extends Error {
  override readonly name = 'ExceptionListFullError';
}

const NOTHING_HELD: Grant = { grantedMinor: 0n, returnedMinor: 0n, closedMinor: 0n };

/**
 * What shoppers may spend, split into what hubs hold. Every method runs in the caller's transaction and locks the wallet
 * first; the database refuses what would break the promise (`0009-wallets.sql`).
 */
export class Wallets {
  private readonly settings: WalletSettings;
  private readonly clock: Clock;
  private readonly newId: IdMaker;

  constructor(parts: {
    readonly settings: WalletSettings;
    readonly clock: Clock;
    readonly newId: IdMaker;
  }) {
    this.settings = parts.settings;
    this.clock = parts.clock;
    this.newId = parts.newId;
  }

  /** Nothing more is granted of an erased shopper's. */
  erased(tx: Executor, { data }: EventOf<'shopper.erased'>): Promise<void> {
    return closeWallets(tx, data.shopperId, this.now());
  }

  /** @returns false where the return does not follow from what central has granted */
  async returned(tx: Executor, event: EventOf<'allowance.returned'>): Promise<boolean> {
    const { data, source: hubId } = event;
    if (!(await lockWallet(tx, data))) return false;
    return addReturn(tx, { ...data, hubId });
  }

  /** Answers a hub's question, in the order of the shoppers' ids, so that two never wait for each other. */
  async answer(
    tx: Executor,
    hubId: string,
    asks: readonly (Purse & AllowanceAsk)[],
  ): Promise<{ readonly grants: AnsweredGrant[]; readonly reclaims: Reclaim[] }> {
    const grants: AnsweredGrant[] = [];
    const reclaims: Reclaim[] = [];
    const ids = asks.map(({ shopperId }) => shopperId);
    const blocked = await findBlocked(tx, ids);
    const epoch = await findEpoch(tx, hubId);
    for (const asked of asks.toSorted((a, b) => (a.shopperId < b.shopperId ? -1 : 1))) {
      const { shopperId, currency } = asked;
      const wallet = await this.known(tx, asked);
      if (!wallet) continue;
      const holdings = await findHoldings(tx, asked);
      const before = holdings.find((each) => each.hubId === hubId) ?? NOTHING_HELD;
      // what lives that are over were granted is not on its way
      const ask = { ...asked, grantedMinor: greater(asked.grantedMinor, before.closedMinor) };
      const isOpen = wallet.closedAt === null && !blocked.has(shopperId);
      const amountMinor = isOpen ? grantMinor(wallet, before, ask) : 0n;
      if (amountMinor > 0n) await addGrant(tx, { ...ask, hubId, amountMinor, at: this.now() });
      const grantedMinor = before.grantedMinor + amountMinor;
      const there = ask.spendableMinor + grantedMinor - ask.grantedMinor;
      const hubIds = isOpen && there < ask.needMinor ? otherHolders(holdings, hubId) : [];
      if (hubIds.length > 0) reclaims.push({ shopperId, currency, hubIds });
      grants.push({
        shopperId,
        currency,
        grantedMinor: grantedMinor.toString(),
        blocked: blocked.has(shopperId),
        reclaiming: hubIds.length > 0,
        epoch,
        closedMinor: before.closedMinor.toString(),
        returnedMinor: before.returnedMinor.toString(),
      });
    }
    return { grants, reclaims };
  }

  /** Tells hubs to return what they can spare. A transaction of its own: it waits for its turn at their downlinks. */
  async reclaim(tx: Executor, reclaims: readonly Reclaim[]): Promise<void> {
    await takeEnrolmentLock(tx);
    for (const { hubIds, shopperId, currency } of reclaims) {
      await enqueueAtEach(tx, hubIds, {
        ...this.envelope(),
        type: 'allowance.reclaim',
        data: { shopperId, currency, keepMinor: '0' },
      });
    }
  }

  /**
   * Puts a person on the exception list or takes them off it, and tells every hub.
   *
   * @returns hubs that have something new in their downlink
   * @throws ExceptionListFullError
   */
  async setBlocked(tx: Executor, shopperId: string, blocked: boolean): Promise<string[]> {
    await takeEnrolmentLock(tx);
    const list = await setBlocked(tx, { shopperId, blocked, at: this.now() });
    if (!list) return [];
    if (list.shopperIds.length > MAX_EXCEPTIONS)
      throw new ExceptionListFullError('the exception list is full');
    const hubIds = await listHubIds(tx);
    await enqueueAtEach(tx, hubIds, { ...this.envelope(), type: 'exception.list', data: list });
    return hubIds;
  }

  /** The wallet of whoever is known: it is opened at the first question for it. */
  private async known(tx: Executor, purse: Purse): Promise<StoredWallet | undefined> {
    const wallet = await lockWallet(tx, purse);
    if (wallet || purse.currency !== this.settings.currency) return wallet;
    const { shopperId } = purse;
    if (!(await isKnown(tx, shopperId)) || (await isErased(tx, shopperId))) return undefined;
    const { limitMinor } = this.settings;
    await openWallet(tx, purse, { limitMinor, at: this.now() });
    return lockWallet(tx, purse);
  }

  private envelope() {
    return { id: this.newId(), version: 1, occurredAt: this.now().toISOString() } as const;
  }

  private now(): Date {
    return new Date(this.clock.now());
  }
}

function greater(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

function otherHolders(holdings: readonly HubHolding[], hubId: string): string[] {
  return holdings
    .filter(
      ({ hubId: holder, grantedMinor, returnedMinor, closedMinor }) =>
        holder !== hubId && grantedMinor > returnedMinor && grantedMinor > closedMinor,
    )
    .map((each) => each.hubId);
}
