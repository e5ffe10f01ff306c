import type {
  DisputeDecision,
  DisputeOpening,
  FundPayment,
} from '../../shared/contracts/http-disputes.ts';
import type { IdMaker } from '../../shared/domain/ids.ts';
import { CURRENCIES } from '../../shared/domain/money.ts';
import { refundableMinor } from '../../shared/domain/payment.ts';
import { present } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { recordAct } from '../access/audit-store.ts';
import { merchantScope, type Principal } from '../access/principal.ts';
import { standingDiscount } from '../campaigns/campaign-store.ts';
import type { Executor, OpenDatabase } from '../db/database.ts';
import type { CityEntry } from '../ledger/city-entry.ts';
import { insertCityEntries } from '../ledger/city-entry-store.ts';
import {
  postingsOfDismissed,
  postingsOfFundPayment,
  postingsOfOpened,
  postingsOfUpheld,
} from '../ledger/dispute-posting.ts';
import { findStanding } from '../ledger/move-store.ts';
import { takeSettlementTurn } from '../settlement/due-store.ts';
import {
  type DisputeRow,
  findDispute,
  findFundPayment,
  findStandingDispute,
  fundBalance,
  insertDispute,
  updateDispute,
} from './dispute-store.ts';

/**
 * - `not_found`: no such payment or dispute
 * - `conflict`: the id is taken by something else, or it is decided already
 * - `disputed`: the payment is disputed, or was given back
 * - `above_payment`: more than is still paid of it
 * - `fund_empty`: the fund has not as much
 */
export type DisputeFailure = 'not_found' | 'conflict' | 'disputed' | 'above_payment' | 'fund_empty';
type Outcome<T> = Result<T, DisputeFailure>;

export interface DisputeDeskParts {
  readonly database: OpenDatabase;
  readonly clock: Clock;
  readonly newId: IdMaker;
}

/**
 * Disputes: the shopper gets the money from the risk fund at once, the merchant's share is held, a person decides. Each act
 * is one transaction with its entry in the city's book and in the audit log.
 */
export class DisputeDesk {
  private readonly parts: DisputeDeskParts;

  constructor(parts: DisputeDeskParts) {
    this.parts = parts;
  }

  /** Opens a dispute and compensates; the same again is the same dispute. */
  open(opening: DisputeOpening, by: Principal): Promise<Outcome<DisputeRow>> {
    const { disputeId, hubId, paymentId, amountMinor, reason } = opening;
    return this.inTurn(async (tx, at) => {
      const known = await findDispute(tx, disputeId);
      if (known) return isSameOpening(known, opening) ? ok(known) : err('conflict');
      const payment = await findStanding(tx, hubId, paymentId);
      if (!payment?.shopperId) return err('not_found');
      if (await findStandingDispute(tx, opening)) return err('disputed');
      const discounted = await standingDiscount(tx, hubId, paymentId);
      if (amountMinor > refundableMinor(payment) - discounted) return err('above_payment');
      const { merchantId, shopperId } = payment;
      const currency = currencyOf(payment.currency);
      if ((await fundBalance(tx, currency)) < amountMinor) return err('fund_empty');
      const row: DisputeRow = {
        disputeId,
        hubId,
        paymentId,
        merchantId,
        amountMinor,
        currency,
        reason,
        state: 'open',
        openedAt: at,
        reply: null,
        decidedAt: null,
        note: null,
      };
      await insertDispute(tx, row);
      await this.book(tx, at, {
        kind: 'dispute_opened',
        subjectId: disputeId,
        postings: postingsOfOpened({ merchantId, shopperId, amountMinor, currency }),
        toSettle: { merchantId, amountMinor: -amountMinor },
      });
      await recordAct(tx, { action: 'dispute.open', by, subject: disputeId, at });
      return ok(row);
    });
  }

  /** The merchant says something to it, while it is open. */
  reply(disputeId: string, reply: string, by: Principal): Promise<Outcome<DisputeRow>> {
    return this.inTurn(async (tx, at) => {
      const dispute = await findDispute(tx, disputeId);
      const scope = merchantScope(by);
      if (!dispute || (scope && !scope.includes(dispute.merchantId))) return err('not_found');
      if (dispute.state !== 'open') return err('conflict');
      await updateDispute(tx, { disputeId, reply });
      await recordAct(tx, { action: 'dispute.reply', by, subject: disputeId, at });
      return ok({ ...dispute, reply });
    });
  }

  /** A person decides it; the same decision again is the same. */
  decide(
    disputeId: string,
    decision: DisputeDecision,
    by: Principal,
  ): Promise<Outcome<DisputeRow>> {
    const state = decision.decision === 'uphold' ? 'upheld' : 'dismissed';
    return this.inTurn(async (tx, at) => {
      const dispute = await findDispute(tx, disputeId);
      if (!dispute) return err('not_found');
      if (dispute.state !== 'open') return dispute.state === state ? ok(dispute) : err('conflict');
      const { note } = decision;
      await updateDispute(tx, { disputeId, state, note, decidedAt: at });
      await this.bookDecision(tx, dispute, { ...decision, at });
      await recordAct(tx, { action: `dispute.${decision.decision}`, by, subject: disputeId, at });
      return ok({ ...dispute, state, note, decidedAt: at });
    });
  }

  /** Money for the fund, once by its id. @returns what the fund holds then */
  payIn(payment: FundPayment, by: Principal): Promise<Outcome<bigint>> {
    const { paymentInId, amountMinor, currency } = payment;
    return this.inTurn(async (tx, at) => {
      const known = await findFundPayment(tx, paymentInId);
      const isOther = known && (known.amountMinor !== amountMinor || known.currency !== currency);
      if (isOther) return err('conflict');
      if (!known) {
        const postings = postingsOfFundPayment({ amountMinor, currency });
        await this.book(tx, at, { kind: 'fund_paid_in', subjectId: paymentInId, postings });
        await recordAct(tx, { action: 'fund.pay_in', by, subject: paymentInId, at });
      }
      return ok(await fundBalance(tx, currency));
    });
  }

  private async bookDecision(
    tx: Executor,
    dispute: DisputeRow,
    decision: DisputeDecision & { readonly at: Date },
  ): Promise<void> {
    const { disputeId: subjectId, hubId, paymentId, merchantId, amountMinor } = dispute;
    const payment = present(await findStanding(tx, hubId, paymentId), 'the payment');
    const shopperId = present(payment.shopperId, 'who paid');
    const disputed = { ...dispute, shopperId };
    if (decision.decision === 'uphold') {
      const postings = postingsOfUpheld(disputed);
      await this.book(tx, decision.at, { kind: 'dispute_upheld', subjectId, postings });
      return;
    }
    await this.book(tx, decision.at, {
      kind: 'dispute_dismissed',
      subjectId,
      postings: postingsOfDismissed({ ...disputed, goodwill: decision.goodwill }),
      toSettle: { merchantId, amountMinor },
    });
  }

  private async book(
    tx: Executor,
    bookedAt: Date,
    entry: Omit<CityEntry, 'entryId' | 'bookedAt'>,
  ): Promise<void> {
    await insertCityEntries(tx, [{ ...entry, entryId: this.parts.newId(), bookedAt }]);
  }

  /** One at a time, settlement among them: what a run gathers and what the fund holds must not move under it. */
  private inTurn<T>(work: (tx: Executor, at: Date) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const at = new Date(this.parts.clock.now());
    return this.parts.database.transact(async (tx) => {
      await takeSettlementTurn(tx);
      return work(tx, at);
    });
  }
}

function currencyOf(text: string): DisputeRow['currency'] {
  return present(
    CURRENCIES.find((each) => each === text),
    'a currency that is booked',
  );
}

function isSameOpening(row: DisputeRow, opening: DisputeOpening): boolean {
  return (
    row.hubId === opening.hubId &&
    row.paymentId === opening.paymentId &&
    row.amountMinor === opening.amountMinor &&
    row.reason === opening.reason
  );
}
