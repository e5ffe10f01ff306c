import type { RefusalCode } from '../../shared/contracts/refusal.ts';
import { REFUSAL_WORDS, type Words } from '../../shared/contracts/refusal.ts';
import { paymentResultSchema, type StagesMs } from '../../shared/contracts/terminal-messages.ts';
import { postingsOfCapture } from '../../shared/domain/posting.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Approval, Refused } from '../decision/decision.ts';
import type { HubEvents } from '../events.ts';
import type { LedgerStore, PaymentTerms } from '../ledger/ledger-store.ts';
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
}

export type ResultData = ReplyData<'payment.result'>;

/** A payment's result as it is in the books. */
export interface BookedResult {
  readonly replyJson: string;
  readonly data: ResultData;
  /** False when an earlier result was given again. */
  readonly fresh: boolean;
}

export type Conflict = Extract<RefusalCode, 'idempotency_conflict'>;

export interface BookingParts {
  readonly hubId: string;
  readonly ledger: LedgerStore;
  readonly outbox: OutboxStore;
  readonly events: HubEvents;
  readonly replies: ReplyWriter;
  /** Whether a person is still in the gallery's rows. */
  readonly isEnrolled: (shopperId: string) => boolean;
  readonly clock: Clock;
}

const PAID_WORDS: Words = { 'zh-CN': '支付成功', en: 'Paid' };

/** A payment's place in the books: what is there of it, and the writing of its end. */
export class PaymentBooking {
  private readonly parts: BookingParts;

  constructor(parts: BookingParts) {
    this.parts = parts;
  }

  /** The stored reply where this very request was decided before; undefined when it is new. */
  repeated(
    request: Pick<PaymentAttempt, 'requestId' | 'inputHash'>,
  ): Result<BookedResult, Conflict> | undefined {
    const attempt = this.parts.ledger.attempt(request.requestId);
    if (!attempt) return undefined;
    if (attempt.inputHash !== request.inputHash) return err('idempotency_conflict');
    const { replyJson } = attempt;
    return ok({ replyJson, data: dataOf(replyJson), fresh: false });
  }

  /** What an earlier request has already settled: the same request, or a captured payment. */
  alreadyTaken(attempt: PaymentAttempt): Result<BookedResult, Conflict> | undefined {
    const { ledger, replies } = this.parts;
    const { paymentId, terminalId } = attempt.terms;
    const repeated = this.repeated(attempt);
    if (repeated) return repeated;
    if (!this.agrees(attempt.terms)) return err('idempotency_conflict');
    if (ledger.payment(paymentId)?.state !== 'captured') return undefined;
    const data = this.result(paymentId, terminalId);
    if (!data) return undefined;
    const replyJson = replies.write('payment.result', attempt.requestId, data);
    return ok({ replyJson, data, fresh: false });
  }

  /** The payment's stored result, for the terminal that it belongs to. */
  result(paymentId: string, terminalId: string): ResultData | undefined {
    const payment = this.parts.ledger.payment(paymentId);
    if (payment?.terminalId !== terminalId) return undefined;
    const attempt = this.parts.ledger.attempt(payment.resultOf);
    return attempt && dataOf(attempt.replyJson);
  }

  /** Whether the payment may be tried under these terms. */
  agrees(
    terms: Pick<PaymentTerms, 'paymentId' | 'terminalId' | 'amountMinor' | 'currency'>,
  ): boolean {
    const payment = this.parts.ledger.payment(terms.paymentId);
    return (
      !payment ||
      (payment.terminalId === terms.terminalId &&
        payment.amountMinor === terms.amountMinor &&
        payment.currency === terms.currency)
    );
  }

  /**
   * Writes the end of an attempt; runs inside the transaction: everything that could have changed since the look is
   * looked at again.
   */
  book(
    attempt: PaymentAttempt,
    seen: Approval | Refused,
    stagesMs: StagesMs,
  ): Result<BookedResult, Conflict> {
    const known = this.alreadyTaken(attempt);
    if (known) return known;
    if (seen.outcome !== 'approve') return ok(this.decline(attempt, seen, stagesMs));
    if (this.parts.isEnrolled(seen.shopperId)) {
      return ok(this.capture(attempt, seen.shopperId, stagesMs));
    }
    const erased = { outcome: 'fallback', code: 'not_recognised' } as const;
    return ok(this.decline(attempt, erased, stagesMs));
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
    const { hubId, ledger, outbox, events, clock } = this.parts;
    const { terms } = attempt;
    const capturedAt = new Date(clock.now()).toISOString();
    const reference = receiptReference({
      hubId,
      seq: outbox.nextSeq(),
      paymentId: terms.paymentId,
    });
    const amountMinor = terms.amountMinor.toString();
    const booked = this.resultOf(attempt, {
      paymentId: terms.paymentId,
      outcome: 'paid',
      code: null,
      words: PAID_WORDS,
      receipt: { reference, amountMinor, currency: terms.currency, capturedAt },
      stagesMs,
    });
    ledger.recordCapture(terms, attemptRow(attempt, booked, capturedAt), {
      shopperId,
      reference,
      capturedAt,
      postings: postingsOfCapture({ ...terms, shopperId }),
    });
    const method = 'face';
    events.paymentCaptured({ ...terms, amountMinor, shopperId, method, capturedAt, reference });
    return booked;
  }

  private resultOf(attempt: PaymentAttempt, data: ResultData): BookedResult {
    const replyJson = this.parts.replies.write('payment.result', attempt.requestId, data);
    return { replyJson, data, fresh: true };
  }
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
