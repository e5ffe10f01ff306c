import type { FundingSourceName } from '../../shared/contracts/http-funding.ts';
import type { FundingExceptionCode } from '../../shared/contracts/http-settlement.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import { present } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';
import type { Executor, OpenDatabase } from '../db/database.ts';
import type { CentralEvents } from '../events.ts';
import { insertCityEntries } from '../ledger/city-entry-store.ts';
import { postingsOfPaidBack, postingsOfPaidIn } from '../ledger/funding-posting.ts';
import { recordException } from '../settlement/settlement-store.ts';
import { bookLine } from '../wallet/wallet-store.ts';
import type { FundingOrder, FundingSource, OrderAnswer, ReturnAnswer } from './funding-source.ts';
import { afterAnswer, afterReturn, CODE_LIFE_MS } from './funding-steps.ts';
import {
  lockDuePayments,
  lockDueReturns,
  lockPaymentIn,
  lockReturn,
  type PaymentInRow,
  type ReturnRow,
  updatePaymentIn,
  updateReturn,
} from './payment-in-store.ts';

const AT_A_TIME = 8;

export interface FundingLoopParts {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly newId: IdMaker;
  readonly sources: ReadonlyMap<FundingSourceName, FundingSource>;
  readonly events: CentralEvents;
  /** How often it looks by itself. */
  readonly everyMs: number;
  /** So long nobody else takes up what this process has: longer than a source may take to answer. */
  readonly leaseMs: number;
}

/** A payment in that this process is to act on; `code` is in memory alone by now. */
interface Claim {
  readonly row: PaymentInRow;
  readonly code: string | null;
  readonly act: 'collect' | 'find' | 'cancel';
}

/**
 * Asks funding sources, one step at a time: a step is claimed in a transaction, the source is asked outside of any, and its
 * answer is written down and booked in another. An order is sent once; a process that dies in between leaves a row that
 * says `sent`, and whoever takes it up asks what became of it.
 */
export class FundingLoop implements Stoppable {
  readonly name = 'funding';
  private readonly parts: FundingLoopParts;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<unknown> = Promise.resolve();
  private started = false;
  private stopped = false;
  private isQueued = false;

  constructor(parts: FundingLoopParts) {
    this.parts = parts;
  }

  start(): void {
    this.started = true;
    this.timer = setInterval(() => this.nudge(), this.parts.everyMs);
    this.timer.unref();
  }

  /** Says that there may be something to do now. */
  nudge(): void {
    if (!this.started || this.isQueued) return;
    void this.work().catch((error: unknown) => this.parts.events.fundingFailed(error));
  }

  async stop(): Promise<void> {
    this.started = false;
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Does what is due, after what is under way. @returns how many steps were made */
  work(): Promise<number> {
    this.isQueued = true;
    const worked = this.running.then(async () => {
      this.isQueued = false;
      return (await this.payments()) + (await this.returns());
    });
    this.running = worked.catch(() => undefined);
    return worked;
  }

  private async payments(): Promise<number> {
    for (let steps = 0; ; ) {
      const { database } = this.parts;
      const claims = this.stopped ? [] : await database.transact((tx) => this.claim(tx));
      if (claims.length === 0) return steps;
      await Promise.all(claims.map((claim) => this.step(claim)));
      steps += claims.length;
    }
  }

  private async claim(tx: Executor): Promise<Claim[]> {
    const { at, leaseUntil } = this.moments();
    const claims: Claim[] = [];
    for (const due of await lockDuePayments(tx, this.due(at))) {
      const { paymentInId, state, authCode: code } = due;
      if (isStale(due, at)) {
        const reason = 'code_expired';
        const ended = { state: 'refused', reason, authCode: null, nextAt: null } as const;
        await updatePaymentIn(tx, { paymentInId, ...ended, changedAt: at });
        this.parts.events.paymentInMoved(due.source, 'refused');
        continue;
      }
      const isNew = state === 'waiting';
      const row: PaymentInRow = {
        ...due,
        ...(isNew && { state: 'sent' as const, authCode: null, changedAt: at }),
        tries: due.tries + 1,
        nextAt: leaseUntil,
      };
      await updatePaymentIn(tx, row);
      claims.push({ row, code, act: isNew ? 'collect' : state === 'sent' ? 'find' : 'cancel' });
    }
    return claims;
  }

  private async step(claim: Claim): Promise<void> {
    const { row } = claim;
    const answer = await ask(this.source(row), claim);
    const { at } = this.moments();
    const state = row.state === 'cancelling' ? 'cancelling' : 'sent';
    const ageMs = at.getTime() - row.requestedAt.getTime();
    const step = afterAnswer({ state, ageMs, tries: row.tries }, answer);
    const isOurs = await this.parts.database.transact(async (tx) => {
      const now = await lockPaymentIn(tx, row.paymentInId);
      // the lease has run out, and somebody else went on
      if (now?.state !== row.state || now.tries !== row.tries) return false;
      await updatePaymentIn(tx, {
        paymentInId: row.paymentInId,
        state: step.state,
        reason: step.reason,
        reference: step.reference,
        nextAt: laterBy(at, step.waitMs),
        ...(step.state !== row.state && { tries: 0, changedAt: at }),
      });
      if (step.state === 'collected') await this.bookPaidIn(tx, row, at);
      if (step.state === 'unresolved') {
        const subject = row.paymentInId;
        await leave(tx, at, { code: 'payment_in_unresolved', subject, reason: step.reason });
      }
      return true;
    });
    if (isOurs && step.state !== row.state) {
      this.parts.events.paymentInMoved(row.source, step.state);
    }
  }

  private async bookPaidIn(tx: Executor, row: PaymentInRow, at: Date): Promise<void> {
    const { paymentInId: subjectId, shopperId, currency, amountMinor } = row;
    await bookLine(tx, {
      shopperId,
      currency,
      lineId: subjectId,
      kind: 'payment_in',
      amountMinor,
      bookedAt: at,
    });
    const { clearing } = this.source(row);
    if (!clearing) return;
    const postings = postingsOfPaidIn({ ...row, clearing });
    const entryId = this.parts.newId();
    await insertCityEntries(tx, [{ entryId, kind: 'paid_in', subjectId, bookedAt: at, postings }]);
  }

  private async returns(): Promise<number> {
    for (let steps = 0; ; ) {
      const { database } = this.parts;
      const claims = this.stopped ? [] : await database.transact((tx) => this.claimReturns(tx));
      if (claims.length === 0) return steps;
      await Promise.all(claims.map(({ given, of }) => this.giveBack(given, of)));
      steps += claims.length;
    }
  }

  private async claimReturns(tx: Executor): Promise<Omit<Given, 'at'>[]> {
    const { at, leaseUntil } = this.moments();
    const taken = (await lockDueReturns(tx, this.due(at))).map(({ given, of }) => ({
      of,
      given: { ...given, tries: given.tries + 1, nextAt: leaseUntil },
    }));
    for (const { given } of taken) await updateReturn(tx, given);
    return taken;
  }

  private async giveBack(given: ReturnRow, of: PaymentInRow): Promise<void> {
    const { amountMinor, returnId } = given;
    const order = { ...orderOf(of), amountMinor, returnNo: numberOf(returnId) };
    const answer: ReturnAnswer = await this.source(of).giveBack(order);
    const { at } = this.moments();
    const step = afterReturn(given.tries, answer);
    const isOurs = await this.parts.database.transact(async (tx) => {
      const now = await lockReturn(tx, returnId);
      if (now?.state !== given.state || now.tries !== given.tries) return false;
      const { state, reason } = step;
      const nextAt = laterBy(at, step.waitMs);
      await updateReturn(tx, { returnId, state, reason, nextAt, changedAt: at });
      if (state === 'returned') await this.bookPaidBack(tx, { given, of, at });
      if (state === 'refused') await undo(tx, { given, of, at });
      if (state === 'refused' || state === 'unresolved') {
        await leave(tx, at, { code: `payment_return_${state}`, subject: returnId, reason });
      }
      return true;
    });
    if (isOurs && step.state !== given.state) {
      this.parts.events.paymentReturnMoved(of.source, step.state);
    }
  }

  private async bookPaidBack(tx: Executor, { given, of, at }: Given): Promise<void> {
    const { clearing } = this.source(of);
    if (!clearing) return;
    const { amountMinor, returnId: subjectId } = given;
    const postings = postingsOfPaidBack({ ...of, amountMinor, clearing });
    const entryId = this.parts.newId();
    await insertCityEntries(tx, [
      { entryId, kind: 'paid_back', subjectId, bookedAt: at, postings },
    ]);
  }

  private source({ source }: Pick<PaymentInRow, 'source'>): FundingSource {
    return present(this.parts.sources.get(source), `funding source ${source}`);
  }

  private due(at: Date) {
    return { at, sources: [...this.parts.sources.keys()], limit: AT_A_TIME };
  }

  private moments(): { readonly at: Date; readonly leaseUntil: Date } {
    const now = this.parts.clock.now();
    return { at: new Date(now), leaseUntil: new Date(now + this.parts.leaseMs) };
  }
}

interface Given {
  readonly given: ReturnRow;
  readonly of: PaymentInRow;
  readonly at: Date;
}

function ask(source: FundingSource, { row, code, act }: Claim): Promise<OrderAnswer> {
  const order = orderOf(row);
  if (act === 'find') return source.find(order);
  if (act === 'cancel') return source.cancel(order);
  if (row.scene === null || code === null) return source.collect(order);
  return source.collect({ ...order, code: { scene: row.scene, value: code } });
}

/** The source refuses to give it back: it is the shopper's to spend again. */
async function undo(tx: Executor, { given, of, at }: Given): Promise<void> {
  const { shopperId, currency } = of;
  const { undoLineId: lineId, amountMinor } = given;
  const line = { shopperId, currency, lineId, amountMinor, kind: 'correction' } as const;
  await bookLine(tx, { ...line, bookedAt: at });
}

/** Leaves it to a person. */
async function leave(
  tx: Executor,
  foundAt: Date,
  found: {
    readonly code: FundingExceptionCode;
    readonly subject: string;
    readonly reason: string | null;
  },
): Promise<void> {
  const { code, subject, reason } = found;
  const detail = reason ?? 'no word of the source';
  await recordException(tx, { code, subject, merchantId: null, detail, foundAt });
}

function orderOf({ paymentInId, amountMinor, currency }: PaymentInRow): FundingOrder {
  return { orderNo: numberOf(paymentInId), amountMinor, currency };
}

/** An id as sources take it: letters and digits alone. */
function numberOf(id: string): string {
  return id.replaceAll('-', '');
}

function laterBy(at: Date, ms: number | undefined): Date | null {
  return ms === undefined ? null : new Date(at.getTime() + ms);
}

/** Its code is no longer good, and was never sent. */
function isStale({ state, authCode, requestedAt }: PaymentInRow, at: Date): boolean {
  return (
    state === 'waiting' && authCode !== null && at.getTime() - requestedAt.getTime() > CODE_LIFE_MS
  );
}
