import type {
  FundingSourceName,
  PaymentInRequest,
  PaymentReturnRequest,
} from '../../shared/contracts/http-funding.ts';
import { freeMinor } from '../../shared/domain/allowance.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import { present } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { recordAct } from '../access/audit-store.ts';
import type { Principal } from '../access/principal.ts';
import type { Executor, OpenDatabase } from '../db/database.ts';
import { bookLine, findLine, lockWallet } from '../wallet/wallet-store.ts';
import type { FundingLoop } from './funding-loop.ts';
import type { FundingSource } from './funding-source.ts';
import {
  findPaymentIn,
  insertPaymentIn,
  insertReturn,
  lockPaymentIn,
  lockReturn,
  type PaymentInRow,
  type PaymentInWithReturns,
  returnedMinor,
  updatePaymentIn,
  updateReturn,
} from './payment-in-store.ts';

/**
 * - `not_found`: no such wallet or payment in
 * - `conflict`: the id is taken by something else, or the state does not allow it
 * - `unavailable`: the source is not set up here
 * - `above_payment`: more than is left of the payment in
 * - `held`: hubs hold too much of the wallet
 */
export type FundingFailure = 'not_found' | 'conflict' | 'unavailable' | 'above_payment' | 'held';
type Outcome = Result<PaymentInWithReturns, FundingFailure>;

export interface FundingDeskParts {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly newId: IdMaker;
  readonly sources: ReadonlyMap<FundingSourceName, FundingSource>;
  readonly loop: Pick<FundingLoop, 'nudge'>;
}

/** Takes on what shoppers pay in and what is given back of it. Nothing is sent here: `FundingLoop` does, once it is on disk. */
export class FundingDesk {
  private readonly parts: FundingDeskParts;

  constructor(parts: FundingDeskParts) {
    this.parts = parts;
  }

  /** Takes a payment in on; the same again is the same one. */
  async collect(request: PaymentInRequest, by: Principal): Promise<Outcome> {
    const { paymentInId, shopperId, currency, amountMinor, source, scene, authCode } = request;
    if (!this.parts.sources.has(source)) return err('unavailable');
    return this.write(paymentInId, async (tx, at) => {
      const row = {
        paymentInId,
        shopperId,
        currency,
        amountMinor,
        source,
        scene: scene ?? null,
        authCode: authCode ?? null,
        state: 'waiting' as const,
        nextAt: at,
        requestedAt: at,
        changedAt: at,
      };
      const wallet = await lockWallet(tx, request);
      if (!wallet || wallet.closedAt) return 'not_found';
      const known = await lockPaymentIn(tx, paymentInId);
      if (known) return isSame(known, request) ? undefined : 'conflict';
      // the wallet's line will have this id: one that was booked by hand must not stand for it
      if (await findLine(tx, shopperId, paymentInId)) return 'conflict';
      if (!(await insertPaymentIn(tx, row))) return 'conflict';
      await recordAct(tx, { action: 'funding.collect', by, subject: paymentInId, at });
      return undefined;
    });
  }

  /** Takes a part out of the wallet and gives it back to where it came from; the same again is the same one. */
  giveBack(paymentInId: string, request: PaymentReturnRequest, by: Principal): Promise<Outcome> {
    const { returnId, amountMinor } = request;
    return this.write(paymentInId, async (tx, at) => {
      const payment = await lockPaymentIn(tx, paymentInId);
      if (!payment) return 'not_found';
      const known = await lockReturn(tx, returnId);
      if (known) {
        const isOther = known.paymentInId !== paymentInId || known.amountMinor !== amountMinor;
        return isOther ? 'conflict' : undefined;
      }
      if (payment.state !== 'collected') return 'conflict';
      if (!this.parts.sources.has(payment.source)) return 'unavailable';
      const given = await returnedMinor(tx, paymentInId);
      if (given + amountMinor > payment.amountMinor) return 'above_payment';
      const wallet = present(await lockWallet(tx, payment), 'the wallet of a payment in');
      if (freeMinor(wallet) < amountMinor) return 'held';
      // out of the wallet first: it cannot be spent while it is on its way back
      const { shopperId, currency } = payment;
      const line = {
        shopperId,
        currency,
        lineId: returnId,
        kind: 'correction',
        bookedAt: at,
      } as const;
      if (!(await bookLine(tx, { ...line, amountMinor: -amountMinor }))) return 'conflict';
      await insertReturn(tx, {
        returnId,
        paymentInId,
        amountMinor,
        state: 'waiting',
        undoLineId: this.parts.newId(),
        nextAt: at,
        requestedAt: at,
        changedAt: at,
      });
      await recordAct(tx, { action: 'funding.return', by, subject: returnId, at });
      return undefined;
    });
  }

  /** Takes up again what was left unresolved: calls the order off, sends the returns. */
  askAgain(paymentInId: string, by: Principal): Promise<Outcome> {
    return this.write(paymentInId, async (tx, at) => {
      const payment = await lockPaymentIn(tx, paymentInId);
      if (!payment) return 'not_found';
      const anew = { tries: 0, nextAt: at, changedAt: at };
      const stuck = (await findPaymentIn(tx, paymentInId))?.returns.filter(
        ({ state }) => state === 'unresolved',
      );
      if (payment.state !== 'unresolved' && !stuck?.length) return 'conflict';
      if (payment.state === 'unresolved') {
        await updatePaymentIn(tx, { paymentInId, state: 'cancelling', ...anew });
      }
      for (const { returnId } of stuck ?? []) {
        await updateReturn(tx, { returnId, state: 'waiting', ...anew });
      }
      await recordAct(tx, { action: 'funding.ask_again', by, subject: paymentInId, at });
      return undefined;
    });
  }

  private async write(
    paymentInId: string,
    work: (tx: Executor, at: Date) => Promise<FundingFailure | undefined>,
  ): Promise<Outcome> {
    const { database, clock, loop } = this.parts;
    const outcome: Outcome = await database.transact(async (tx) => {
      const failure = await work(tx, new Date(clock.now()));
      if (failure) return err(failure);
      return ok(present(await findPaymentIn(tx, paymentInId), 'what was just written'));
    });
    if (outcome.ok) loop.nudge();
    return outcome;
  }
}

/** The code apart: it is gone once it was sent. */
function isSame(row: PaymentInRow, request: PaymentInRequest): boolean {
  return (
    row.shopperId === request.shopperId &&
    row.currency === request.currency &&
    row.amountMinor === request.amountMinor &&
    row.source === request.source &&
    row.scene === (request.scene ?? null)
  );
}
