import type { RefusalCode } from '../../shared/contracts/refusal.ts';
import { REFUSAL_WORDS, type Words } from '../../shared/contracts/refusal.ts';
import {
  type Discount,
  paymentResultSchema,
  type StagesMs,
} from '../../shared/contracts/terminal-messages.ts';
import type { Way } from '../../shared/domain/way.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Purse } from '../allowance/allowance-store.ts';
import type { CentralWord, Spending } from '../allowance/spending.ts';
import { type Discounts, shownDiscount } from '../campaign/discounts.ts';
import type { Approval, Refused } from '../decision/decision.ts';
import type { HubEvents } from '../events.ts';
import type { LedgerStore, PaymentTerms, StoredPayment } from '../ledger/ledger-store.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { ReplyData, ReplyWriter } from '../terminal-reply.ts';
import { receiptReference } from './reference.ts';

/** A request that ends a payment, checked by ingress: idempotency key, hash of its input, and what is agreed. */
export interface PaymentAttempt {
  readonly requestId: string;
  /** sha256 of the whole payload, hex. */
  readonly inputHash: string;
  readonly terms: PaymentTerms;
  readonly shopName: string;
  /** Only to be authorised; the terminal captures. */
  readonly captureLater: boolean;
  readonly way: Way;
  /** Of a payment by code, so that central sees a code that was used at two hubs. */
  readonly codeId?: string | undefined;
}

/** What a request is known by: its id, the hash of its input, and the payment that it is for. */
export type RequestOfPayment = Pick<PaymentAttempt, 'requestId' | 'inputHash'> &
  Pick<PaymentTerms, 'paymentId'>;

export type ResultData = ReplyData<'payment.result'>;

/** A payment's result as it is in the books. */
export interface BookedResult {
  readonly replyJson: string;
  readonly data: ResultData;
  /** False when an earlier result was given again. */
  readonly fresh: boolean;
}

/** Why a payment can't be tried: the id was used for something else, or the payment is over. */
export type Conflict = Extract<
  RefusalCode,
  'idempotency_conflict' | 'payment_cancelled' | 'authorisation_expired'
>;

export interface BookingParts {
  readonly hubId: string;
  readonly ledger: LedgerStore;
  readonly outbox: OutboxStore;
  readonly events: HubEvents;
  readonly replies: ReplyWriter;
  /** Whether a person is still in the gallery's rows. */
  readonly isEnrolled: (shopperId: string) => boolean;
  readonly spending: Spending;
  readonly discounts: Discounts;
  /** How long an authorisation is good. */
  readonly authorisationMs: number;
  readonly clock: Clock;
}

/** Nothing is written yet: central is to be asked for this shopper's money first. */
export interface AskFirst {
  readonly askFor: Purse;
}

const PAID_WORDS: Words = { 'zh-CN': '支付成功', en: 'Paid' };
const AUTHORISED_WORDS: Words = { 'zh-CN': '已授权', en: 'Authorised' };

/** A payment's place in the books: what is there of it, and the writing of its end. */
export class PaymentBooking {
  private readonly parts: BookingParts;

  constructor(parts: BookingParts) {
    this.parts = parts;
  }

  /** The stored reply where this very request was decided before; undefined when it is new. */
  repeated(request: RequestOfPayment): Result<BookedResult, Conflict> | undefined {
    return this.parts.ledger.isNew(request) ? undefined : this.decidedBefore(request);
  }

  private decidedBefore(
    request: Pick<PaymentAttempt, 'requestId' | 'inputHash'>,
  ): Result<BookedResult, Conflict> | undefined {
    const { ledger } = this.parts;
    const attempt = ledger.attempt(request.requestId);
    if (!attempt) {
      return ledger.moveRequest(request.requestId) ? err('idempotency_conflict') : undefined;
    }
    if (attempt.inputHash !== request.inputHash) return err('idempotency_conflict');
    const { replyJson } = attempt;
    return ok({ replyJson, data: dataOf(replyJson), fresh: false });
  }

  /** What an earlier request has already settled: the same request, or a payment that is taken or over. */
  alreadyTaken(attempt: PaymentAttempt): Result<BookedResult, Conflict> | undefined {
    const { ledger, replies } = this.parts;
    const { requestId, terms } = attempt;
    const { paymentId, terminalId } = terms;
    if (ledger.isNew({ requestId, paymentId })) return undefined;
    const repeated = this.decidedBefore(attempt);
    if (repeated) return repeated;
    const conflict = this.conflict(terms);
    if (conflict) return err(conflict);
    if ((ledger.payment(paymentId)?.state ?? 'declined') === 'declined') return undefined;
    const data = this.result(paymentId, terminalId);
    if (!data) return undefined;
    const replyJson = replies.write('payment.result', requestId, data);
    return ok({ replyJson, data, fresh: false });
  }

  /** How the payment stands as a result, for the terminal that it belongs to; undefined where nobody was looked at. */
  result(paymentId: string, terminalId: string): ResultData | undefined {
    const payment = this.parts.ledger.payment(paymentId);
    if (!payment || payment.terminalId !== terminalId || payment.resultOf === null)
      return undefined;
    const attempt = this.parts.ledger.attempt(payment.resultOf);
    if (!attempt) return undefined;
    return resultNow(payment, dataOf(attempt.replyJson), this.parts.discounts.onReceipt(paymentId));
  }

  /** Why the payment may not be tried under these terms; undefined where it may. */
  conflict(
    terms: Pick<PaymentTerms, 'paymentId' | 'terminalId' | 'amountMinor' | 'currency'>,
  ): Conflict | undefined {
    const payment = this.parts.ledger.payment(terms.paymentId);
    if (!payment) return undefined;
    const agrees =
      payment.terminalId === terms.terminalId &&
      payment.amountMinor === terms.amountMinor &&
      payment.currency === terms.currency;
    if (!agrees) return 'idempotency_conflict';
    if (payment.state === 'cancelled') return 'payment_cancelled';
    return payment.state === 'expired' ? 'authorisation_expired' : undefined;
  }

  /**
   * Writes the end of an attempt; runs inside the transaction: everything that could have changed since the look is
   * looked at again.
   *
   * @param asked what came of asking central, where this said so before
   */
  book(
    attempt: PaymentAttempt,
    seen: Approval | Refused,
    how: { readonly stagesMs: StagesMs; readonly asked: CentralWord },
  ): Result<BookedResult | AskFirst, Conflict> {
    const { spending, isEnrolled } = this.parts;
    const { stagesMs, asked } = how;
    const { amountMinor, currency } = attempt.terms;
    const known = this.alreadyTaken(attempt);
    if (known) return known;
    if (seen.outcome !== 'approve') return ok(this.decline(attempt, seen, stagesMs));
    const { shopperId } = seen;
    if (!isEnrolled(shopperId)) return ok(this.fallback(attempt, 'not_recognised', stagesMs));
    const purse = { shopperId, currency };
    const verdict = spending.verdict(purse, amountMinor, asked);
    if (verdict === 'ask') return ok({ askFor: purse });
    if (verdict !== 'go') return ok(this.fallback(attempt, verdict, stagesMs));
    const booked = attempt.captureLater
      ? this.authorise(attempt, shopperId, stagesMs)
      : this.capture(attempt, shopperId, stagesMs);
    spending.taken(purse, amountMinor, asked);
    return ok(booked);
  }

  private fallback(attempt: PaymentAttempt, code: RefusalCode, stagesMs: StagesMs): BookedResult {
    return this.decline(attempt, { outcome: 'fallback', code }, stagesMs);
  }

  private decline(
    attempt: PaymentAttempt,
    { outcome, code }: Refused,
    stagesMs: StagesMs,
  ): BookedResult {
    const { ledger, clock } = this.parts;
    const booked = this.resultOf(attempt, {
      paymentId: attempt.terms.paymentId,
      outcome: outcome === 'decline' ? 'declined' : 'fallback',
      code,
      words: REFUSAL_WORDS[code],
      receipt: null,
      stagesMs,
    });
    const at = new Date(clock.now()).toISOString();
    ledger.recordDecline(attempt.terms, attemptRow(attempt, booked, at));
    return booked;
  }

  private capture(attempt: PaymentAttempt, shopperId: string, stagesMs: StagesMs): BookedResult {
    const { hubId, ledger, outbox, events, clock, spending, discounts } = this.parts;
    const { terms } = attempt;
    const capturedAt = new Date(clock.now()).toISOString();
    const place = outbox.next();
    const receipt = { ...terms, ...place, hubId, kind: 'capture', movedAt: capturedAt };
    const reference = receiptReference(receipt);
    const due = discounts.due({ ...terms, shopperId }, capturedAt);
    const amountMinor = terms.amountMinor.toString();
    const booked = this.resultOf(attempt, {
      paymentId: terms.paymentId,
      outcome: 'paid',
      code: null,
      words: PAID_WORDS,
      receipt: {
        reference,
        amountMinor,
        currency: terms.currency,
        capturedAt,
        ...(due && { discount: shownDiscount(due) }),
      },
      stagesMs,
    });
    ledger.recordAttempt(terms, attemptRow(attempt, booked, capturedAt));
    const move = moveOf(attempt, place.seq);
    ledger.recordMove(terms, {
      ...move,
      kind: 'capture',
      shopperId,
      way: attempt.way,
      reference,
      movedAt: capturedAt,
      onAllowance: spending.isBounded,
    });
    const told = { ...terms, amountMinor, shopperId, ...proofOf(attempt) };
    events.paymentCaptured({ ...told, capturedAt, reference });
    if (due) discounts.give(due, { ...terms, ...move, shopperId, movedAt: capturedAt });
    return booked;
  }

  private authorise(attempt: PaymentAttempt, shopperId: string, stagesMs: StagesMs): BookedResult {
    const { ledger, outbox, events, clock, authorisationMs, spending } = this.parts;
    const { terms } = attempt;
    const authorisedAt = new Date(clock.now()).toISOString();
    const expiresAt = new Date(clock.now() + authorisationMs).toISOString();
    const booked = this.resultOf(attempt, {
      paymentId: terms.paymentId,
      outcome: 'authorised',
      code: null,
      words: AUTHORISED_WORDS,
      receipt: null,
      stagesMs,
    });
    ledger.recordAttempt(terms, attemptRow(attempt, booked, authorisedAt));
    ledger.recordMove(terms, {
      ...moveOf(attempt, outbox.next().seq),
      kind: 'authorise',
      shopperId,
      way: attempt.way,
      expiresAt,
      movedAt: authorisedAt,
      onAllowance: spending.isBounded,
    });
    const amountMinor = terms.amountMinor.toString();
    const told = { ...terms, amountMinor, shopperId, ...proofOf(attempt) };
    events.paymentAuthorised({ ...told, authorisedAt, expiresAt });
    return booked;
  }

  private resultOf(attempt: PaymentAttempt, data: ResultData): BookedResult {
    const replyJson = this.parts.replies.write('payment.result', attempt.requestId, data);
    return { replyJson, data, fresh: true };
  }
}

/** How the shopper has said who they are. */
function proofOf({ way: method, codeId }: PaymentAttempt) {
  return { method, ...(codeId !== undefined && { codeId }) };
}

function moveOf({ requestId, terms }: PaymentAttempt, eventSeq: number) {
  const { amountMinor, terminalId } = terms;
  return { moveId: requestId, resultOf: requestId, amountMinor, terminalId, eventSeq };
}

/** The stored result, or what has become of an authorisation since: that a terminal may have slept through. */
function resultNow(
  payment: StoredPayment,
  stored: ResultData,
  discount: Discount | undefined,
): ResultData {
  if (stored.outcome !== 'authorised' || payment.state === 'authorised') return stored;
  const { capturedAt, reference, currency } = payment;
  if (capturedAt !== null && reference !== null) {
    const amountMinor = payment.amountMinor.toString();
    const receipt = { reference, amountMinor, currency, capturedAt, ...(discount && { discount }) };
    return { ...stored, outcome: 'paid', words: PAID_WORDS, receipt };
  }
  const code = payment.state === 'expired' ? 'authorisation_expired' : 'payment_cancelled';
  return { ...stored, outcome: 'fallback', code, words: REFUSAL_WORDS[code] };
}

function attemptRow(attempt: PaymentAttempt, booked: BookedResult, decidedAt: string) {
  return {
    requestId: attempt.requestId,
    inputHash: attempt.inputHash,
    shopName: attempt.shopName,
    outcome: booked.data.outcome,
    code: booked.data.code,
    replyJson: booked.replyJson,
    decidedAt,
  };
}

function dataOf(replyJson: string): ResultData {
  return paymentResultSchema.parse(JSON.parse(replyJson)).data;
}
