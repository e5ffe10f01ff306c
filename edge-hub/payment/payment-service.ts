import { z } from 'zod';
import type { RefusalCode } from '../../shared/contracts/refusal.ts';
import { REFUSAL_WORDS, type Words } from '../../shared/contracts/refusal.ts';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import { paymentResultSchema, type StagesMs } from '../../shared/contracts/terminal-messages.ts';
import { postingsOfCapture } from '../../shared/domain/posting.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Transact } from '../db/database.ts';
import { type AmountPolicy, tiersFor } from '../decision/amount-tiers.ts';
import {
  type Approval,
  type DecisionCandidate,
  decide,
  decideBeforeLooking,
  decideWithoutFace,
  type IdentifyThresholds,
  type Refused,
} from '../decision/decision.ts';
import type { HubEvents } from '../events.ts';
import type { LedgerStore, PaymentTerms } from '../ledger/ledger-store.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { Recogniser, RecognitionTimings } from '../recognition/recogniser.ts';
import type { ReplyData, ReplyWriter } from '../terminal-reply.ts';
import { receiptReference } from './reference.ts';

/** A probe that ingress has checked. */
export interface CheckedProbe {
  readonly requestId: string;
  /** sha256 of the whole payload, hex. */
  readonly inputHash: string;
  readonly terms: PaymentTerms;
  readonly shopName: string;
  readonly hasDepth: boolean;
  readonly frames: readonly ProbeFrame[];
  /** Monotonic milliseconds at which the message came in. */
  readonly receivedAtMs: number;
}

export type ResultData = ReplyData<'payment.result'>;

export interface PaymentAnswer {
  readonly replyJson: string;
  readonly data: ResultData;
  /** False when an earlier result was given again. */
  readonly fresh: boolean;
  /** The best candidate's comparison score, for the operator's live page; stored nowhere. */
  readonly bestScore: number | null;
}

export type PaymentRefusal = Extract<RefusalCode, 'busy' | 'idempotency_conflict'>;

export interface PaymentParts {
  readonly hubId: string;
  readonly recogniser: Recogniser;
  readonly ledger: LedgerStore;
  readonly outbox: OutboxStore;
  readonly events: HubEvents;
  readonly replies: ReplyWriter;
  readonly transact: Transact;
  readonly thresholds: IdentifyThresholds;
  readonly amounts: AmountPolicy;
  /** Whether a person is still in the gallery's rows. */
  readonly isEnrolled: (shopperId: string) => boolean;
  readonly clock: Clock;
}

interface Look {
  readonly verdict: Approval | Refused;
  readonly timings: RecognitionTimings;
  readonly bestScore: number | null;
}

const KNOWN_BY_FACE_ONLY = {
  familiar: false,
  lookAlike: false,
  minor: false,
  lock: 'open',
  last4: 'absent',
  pin: 'absent',
} as const satisfies Omit<DecisionCandidate, 'shopperId' | 'score'>;

const AGAIN = { fresh: false, bestScore: null } as const;

const PAID_WORDS: Words = { 'zh-CN': '支付成功', en: 'Paid' };

const NO_TIMINGS: RecognitionTimings = {
  queue: 0,
  decode: 0,
  detect: 0,
  pad: 0,
  embed: 0,
  networks: 0,
  search: 0,
};

/**
 * Conducts a payment: recognition, decision, then ledger and outbox in one transaction.
 * Invariant: whoever hears "paid" is in the books, on disk, with the event that tells central.
 */
export class PaymentService {
  private readonly parts: PaymentParts;

  constructor(parts: PaymentParts) {
    this.parts = parts;
  }

  /** Takes the payment, or says why not. A refusal is stored nowhere: the same probe may come again. */
  async pay(probe: CheckedProbe): Promise<Result<PaymentAnswer, PaymentRefusal>> {
    const { clock } = this.parts;
    const startedAt = clock.monotonic();
    const known = this.alreadyTaken(probe);
    if (known) return known;
    const looked = await this.look(probe);
    if (!looked.ok) return looked;
    const { verdict, timings, bestScore } = looked.value;
    const stagesMs: StagesMs = {
      queue: round(startedAt - probe.receivedAtMs + timings.queue),
      decode: round(timings.decode),
      detect: round(timings.detect),
      pad: round(timings.pad),
      embed: round(timings.embed),
      search: round(timings.search),
      commit: 0,
      total: round(clock.monotonic() - probe.receivedAtMs),
    };
    const commitStartedAt = clock.monotonic();
    const committed = this.parts.transact(() => this.commit(probe, verdict, stagesMs));
    if (!committed.ok || !committed.value.fresh) return committed;
    const commitMs = clock.monotonic() - commitStartedAt;
    return ok({ ...this.withCommitTime(probe, committed.value, commitMs), bestScore });
  }

  /** The stored reply where this very request was decided before; undefined when it is new. */
  repeated(probe: CheckedProbe): Result<PaymentAnswer, PaymentRefusal> | undefined {
    const attempt = this.parts.ledger.attempt(probe.requestId);
    if (!attempt) return undefined;
    if (attempt.inputHash !== probe.inputHash) return err('idempotency_conflict');
    return ok({ replyJson: attempt.replyJson, data: dataOf(attempt.replyJson), ...AGAIN });
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

  /** The most that this terminal may take in one payment, minor units. */
  limitMinor(hasDepth: boolean): bigint {
    return tiersFor(this.parts.amounts, hasDepth).limitMinor;
  }

  private async look(probe: CheckedProbe): Promise<Result<Look, 'busy'>> {
    const early = decideBeforeLooking(probe.terms.amountMinor, this.limitMinor(probe.hasDepth));
    if (early) return ok({ verdict: early, timings: NO_TIMINGS, bestScore: null });
    const { result, timings } = await this.parts.recogniser.recognise(probe.frames, {
      requireDepth: probe.hasDepth,
    });
    if (!result.ok) {
      if (result.error === 'busy') return err('busy');
      return ok({ verdict: decideWithoutFace(result.error), timings, bestScore: null });
    }
    const { pad, candidates, certified } = result.value;
    const { thresholds, amounts } = this.parts;
    const verdict = decide({
      liveness: pad.live ? 'live' : 'attack',
      candidates: candidates.map((candidate) => ({ ...candidate, ...KNOWN_BY_FACE_ONLY })),
      certified,
      thresholds,
      amountMinor: probe.terms.amountMinor,
      tiers: tiersFor(amounts, probe.hasDepth),
      questions: 'unsupported',
      wrongAnswers: 0,
    });
    assert(verdict.outcome !== 'ask', 'nothing is asked where questions are unsupported');
    return ok({ verdict, timings, bestScore: candidates[0]?.score ?? null });
  }

  /** Runs inside the transaction: everything that could have changed since the look is looked at again. */
  private commit(
    probe: CheckedProbe,
    seen: Approval | Refused,
    stagesMs: StagesMs,
  ): Result<PaymentAnswer, PaymentRefusal> {
    const { hubId, ledger, outbox, events, clock, isEnrolled } = this.parts;
    const known = this.alreadyTaken(probe);
    if (known) return known;
    const erased = seen.outcome === 'approve' && !isEnrolled(seen.shopperId);
    const verdict: Approval | Refused = erased
      ? { outcome: 'fallback', code: 'not_recognised' }
      : seen;
    const at = new Date(clock.now()).toISOString();
    const { terms } = probe;
    if (verdict.outcome !== 'approve') {
      const outcome = verdict.outcome === 'decline' ? 'declined' : 'fallback';
      const answer = this.answer(probe, {
        paymentId: terms.paymentId,
        outcome,
        code: verdict.code,
        words: REFUSAL_WORDS[verdict.code],
        receipt: null,
        stagesMs,
      });
      ledger.recordDecline(terms, attemptOf(probe, answer, at));
      return ok(answer);
    }
    const { shopperId } = verdict;
    const reference = receiptReference({
      hubId,
      seq: outbox.nextSeq(),
      paymentId: terms.paymentId,
    });
    const amountMinor = terms.amountMinor.toString();
    const answer = this.answer(probe, {
      paymentId: terms.paymentId,
      outcome: 'paid',
      code: null,
      words: PAID_WORDS,
      receipt: { reference, amountMinor, currency: terms.currency, capturedAt: at },
      stagesMs,
    });
    ledger.recordCapture(terms, attemptOf(probe, answer, at), {
      shopperId,
      reference,
      capturedAt: at,
      postings: postingsOfCapture({ ...terms, shopperId }),
    });
    const method = 'face';
    events.paymentCaptured({ ...terms, amountMinor, shopperId, method, capturedAt: at, reference });
    return ok(answer);
  }

  /** What an earlier probe has already settled: the same request, or a captured payment. */
  private alreadyTaken(probe: CheckedProbe): Result<PaymentAnswer, PaymentRefusal> | undefined {
    const { ledger, replies } = this.parts;
    const repeated = this.repeated(probe);
    if (repeated) return repeated;
    if (!this.agrees(probe.terms)) return err('idempotency_conflict');
    if (ledger.payment(probe.terms.paymentId)?.state !== 'captured') return undefined;
    const data = this.result(probe.terms.paymentId, probe.terms.terminalId);
    if (!data) return undefined;
    const replyJson = replies.write('payment.result', probe.requestId, data);
    return ok({ replyJson, data, ...AGAIN });
  }

  private answer(probe: CheckedProbe, data: ResultData): PaymentAnswer {
    const replyJson = this.parts.replies.write('payment.result', probe.requestId, data);
    return { replyJson, data, fresh: true, bestScore: null };
  }

  /** How long the commit took is known only after it: the reply that goes out says so, the stored one has 0. */
  private withCommitTime(
    probe: CheckedProbe,
    answer: PaymentAnswer,
    commitMs: number,
  ): PaymentAnswer {
    const total = round(this.parts.clock.monotonic() - probe.receivedAtMs);
    const stagesMs = { ...answer.data.stagesMs, commit: round(commitMs), total };
    const envelope = z.looseObject({}).parse(JSON.parse(answer.replyJson));
    const data = { ...answer.data, stagesMs };
    return { ...answer, data, replyJson: JSON.stringify({ ...envelope, data }) };
  }
}

function attemptOf(probe: CheckedProbe, answer: PaymentAnswer, decidedAt: string) {
  return {
    requestId: probe.requestId,
    inputHash: probe.inputHash,
    shopName: probe.shopName,
    outcome: answer.data.outcome,
    code: answer.data.code,
    replyJson: answer.replyJson,
    decidedAt,
  };
}

function dataOf(replyJson: string): ResultData {
  return paymentResultSchema.parse(JSON.parse(replyJson)).data;
}

const round = (ms: number): number => Math.round(ms * 100) / 100;
