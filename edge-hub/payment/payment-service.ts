import { z } from 'zod';
import type { LightEvidence } from '../../models/runtime/light-evidence.ts';
import type { LightColour } from '../../shared/contracts/light-sequence.ts';
import type { RefusalCode, Words } from '../../shared/contracts/refusal.ts';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import type { StagesMs } from '../../shared/contracts/terminal-messages.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Transact } from '../db/database.ts';
import { type AmountPolicy, type Sight, tiersFor } from '../decision/amount-tiers.ts';
import {
  type Asking,
  decide,
  decideBeforeLooking,
  decideWithoutFace,
  type IdentifyThresholds,
  type Question,
  type Refused,
  type Verdict,
} from '../decision/decision.ts';
import { isLocked } from '../decision/lockout.ts';
import type { PersonSecrets } from '../enrolment/template-codec.ts';
import type { PaymentTerms } from '../ledger/ledger-store.ts';
import type { Recogniser, RecognitionTimings } from '../recognition/recogniser.ts';
import type { ReplyData } from '../terminal-reply.ts';
import { Acquaintance } from './acquaintance.ts';
import { countAnswer, type RightFor, rightFor } from './answer-check.ts';
import {
  type BookingParts,
  type Conflict,
  type PaymentAttempt,
  PaymentBooking,
  type ResultData,
} from './payment-booking.ts';
import type { LookEvidence, OpenQuestion, QuestionBook } from './question-book.ts';
import type { WrongAnswerStore } from './wrong-answer-store.ts';

/** A probe that ingress has checked. */
export interface CheckedProbe extends PaymentAttempt {
  readonly hasDepth: boolean;
  /** What its screen was asked to show, if it was. */
  readonly light: readonly LightColour[] | null;
  /** Whether the terminal can put a question to the shopper. */
  readonly canAsk: boolean;
  readonly frames: readonly ProbeFrame[];
  /** Monotonic milliseconds at which the message came in. */
  readonly receivedAtMs: number;
}

/** An answer that ingress has checked. */
export interface CheckedAnswer {
  readonly requestId: string;
  /** sha256 of the whole payload, hex; the signature in it cannot be guessed, so neither can the digits. */
  readonly inputHash: string;
  readonly terminalId: string;
  readonly paymentId: string;
  readonly questionId: string;
  readonly digits: string;
  readonly receivedAtMs: number;
}

export interface PaymentAnswer {
  readonly replyJson: string;
  readonly data: ResultData | ReplyData<'payment.question'>;
  /** False when an earlier result was given again. */
  readonly fresh: boolean;
  /** What it was about, for the operator's live page. */
  readonly attempt: Pick<PaymentAttempt, 'terms' | 'shopName'>;
  /** The best candidate's comparison score, for the same page; stored nowhere. */
  readonly bestScore: number | null;
  /** What the look's light challenge said, for metrics; null where there was none. */
  readonly light: LightEvidence | null;
  /** What the shopper has proved themselves by; null unless paid. */
  readonly method: string | null;
}

export type PaymentRefusal = Conflict | Extract<RefusalCode, 'busy' | 'question_unknown'>;

export interface PaymentParts extends BookingParts {
  readonly recogniser: Recogniser;
  /** Commits in a group: on disk only when `settled()` resolves. */
  readonly transact: Transact;
  readonly settled: () => Promise<void>;
  /** As they stand now. */
  readonly thresholds: () => IdentifyThresholds;
  readonly amounts: AmountPolicy;
  readonly questions: QuestionBook;
  readonly wrongAnswers: WrongAnswerStore;
  readonly secretsOf: (shopperId: string) => PersonSecrets | undefined;
  readonly shoppers: { hasLookAlike(shopperId: string): boolean };
}

type Timed<T> = T & {
  /** Monotonic milliseconds at which the message came in. */
  readonly receivedAtMs: number;
};

/** What a look has come to: evidence to decide on, or an end without any. */
type Look = (
  | { readonly refused: Refused }
  | { readonly seen: Pick<LookEvidence, 'liveness' | 'light' | 'candidates' | 'certified'> }
) & { readonly timings: RecognitionTimings };

const QUESTION_WORDS: Record<Question, Words> = {
  last4: { 'zh-CN': '请输入手机号后四位', en: 'Last 4 digits of your phone number' },
  pin: { 'zh-CN': '请输入六位支付密码', en: 'Your 6-digit PIN' },
};
const QUESTION_DIGITS: Record<Question, number> = { last4: 4, pin: 6 };

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
 * Conducts a payment: recognition, decision, questions where the face alone does not do, then ledger and outbox in
 * one transaction.
 * Invariant: whoever hears "paid" is in the books, on disk, with the event that tells central.
 */
export class PaymentService {
  private readonly parts: PaymentParts;
  private readonly booking: PaymentBooking;
  private readonly acquaintance: Acquaintance;

  constructor(parts: PaymentParts) {
    this.parts = parts;
    this.booking = new PaymentBooking(parts);
    this.acquaintance = new Acquaintance(parts);
  }

  /** Takes the payment, asks the shopper, or says why not. A refusal is stored nowhere: the same probe may come again. */
  async pay(probe: CheckedProbe): Promise<Result<PaymentAnswer, PaymentRefusal>> {
    const { clock, questions, thresholds } = this.parts;
    const startedAt = clock.monotonic();
    const known = this.booking.alreadyTaken(probe);
    if (known) return known.ok ? ok({ ...again(probe), ...known.value }) : known;
    questions.close(probe.terms.terminalId);
    const looked = await this.look(probe);
    if (!looked.ok) return looked;
    const look = looked.value;
    const stagesMs = stagesOf(look.timings, startedAt - probe.receivedAtMs);
    if ('refused' in look) {
      return this.conclude(probe, () => look.refused, {
        stagesMs,
        bestScore: null,
        light: null,
        evidence: null,
      });
    }
    const { terms, shopName, captureLater, canAsk } = probe;
    const evidence: LookEvidence = {
      ...look.seen,
      terms,
      shopName,
      captureLater,
      sight: sightOf(probe, look.seen.light?.verdict === 'passed'),
      canAsk,
      thresholds: thresholds(),
      answers: new Map(),
      wrongAnswers: 0,
      stagesMs,
      bestScore: look.seen.candidates[0]?.score ?? null,
    };
    return this.conclude(probe, () => this.verdictOn(evidence), { ...evidence, evidence });
  }

  /**
   * Goes on where a question was asked. The question is used up before the digits are looked at, so that no two
   * guesses share one.
   */
  async answer(answer: CheckedAnswer): Promise<Result<PaymentAnswer, PaymentRefusal>> {
    const { questions, secretsOf, wrongAnswers, clock } = this.parts;
    const asked = questions.take(answer);
    if (!asked) return err('question_unknown');
    const right = await rightFor(asked, answer.digits, secretsOf);
    const evidence = withAnswer(asked, right);
    const { terms, shopName, captureLater } = evidence;
    const attempt = { ...answer, terms, shopName, captureLater };
    const verdict = (): Verdict => {
      countAnswer(asked, right, { store: wrongAnswers, clock });
      return this.verdictOn(evidence);
    };
    return this.conclude(attempt, verdict, { ...evidence, evidence });
  }

  /** Whether the question is open, without using it up. */
  isAsked(answer: CheckedAnswer): boolean {
    return this.parts.questions.has(answer);
  }

  /** The stored reply where this very request was decided before; undefined when it is new. */
  repeated(
    request: Pick<PaymentAttempt, 'requestId' | 'inputHash'>,
  ): Result<string, PaymentRefusal> | undefined {
    const repeated = this.booking.repeated(request);
    return repeated?.ok ? ok(repeated.value.replyJson) : repeated;
  }

  /** The payment's stored result, for the terminal that it belongs to. */
  result(paymentId: string, terminalId: string): ResultData | undefined {
    return this.booking.result(paymentId, terminalId);
  }

  /** Why the payment may not be tried under these terms; undefined where it may. */
  conflict(
    terms: Pick<PaymentTerms, 'paymentId' | 'terminalId' | 'amountMinor' | 'currency'>,
  ): Conflict | undefined {
    return this.booking.conflict(terms);
  }

  /** The most that a terminal may take in one payment, minor units. */
  limitMinor(sight: Sight): bigint {
    return tiersFor(this.parts.amounts, sight).limitMinor;
  }

  private async look(probe: CheckedProbe): Promise<Result<Look, 'busy'>> {
    const atBest = sightOf(probe, probe.light !== null);
    const early = decideBeforeLooking(probe.terms.amountMinor, this.limitMinor(atBest));
    if (early) return ok({ refused: early, timings: NO_TIMINGS });
    const { result, timings } = await this.parts.recogniser.recognise(probe.frames, {
      requireDepth: probe.hasDepth,
      light: probe.light,
    });
    if (result.ok) return ok({ seen: result.value, timings });
    if (result.error === 'busy') return err('busy');
    return ok({ refused: decideWithoutFace(result.error), timings });
  }

  private verdictOn(evidence: LookEvidence): Verdict {
    const { amounts, wrongAnswers, clock } = this.parts;
    const { terms, thresholds, answers, sight, canAsk } = evidence;
    const locked = isLocked(wrongAnswers.find('terminal', terms.terminalId), clock.now());
    // only these can be decided on; what is not a number must be seen by the decision as well
    const near = evidence.candidates.filter(({ score }) => !(score < thresholds.floor));
    return decide({
      liveness: evidence.liveness,
      candidates: this.acquaintance.of(near, terms.shopId, answers),
      certified: evidence.certified,
      thresholds,
      amountMinor: terms.amountMinor,
      tiers: tiersFor(amounts, sight),
      questions: canAsk ? (locked ? 'locked' : 'open') : 'unsupported',
      wrongAnswers: evidence.wrongAnswers,
    });
  }

  /** Decides and writes in one transaction: what is counted stays together with what is decided on it. */
  private async conclude(
    attempt: Timed<PaymentAttempt>,
    verdict: () => Verdict,
    look: Pick<LookEvidence, 'stagesMs' | 'bestScore' | 'light'> & {
      readonly evidence: LookEvidence | null;
    },
  ): Promise<Result<PaymentAnswer, PaymentRefusal>> {
    const { clock, transact, settled } = this.parts;
    const { bestScore, light, evidence } = look;
    const startedAt = clock.monotonic();
    const sinceLook = startedAt - attempt.receivedAtMs;
    const stagesMs = { ...look.stagesMs, total: round(look.stagesMs.total + sinceLook) };
    const concluded = transact((): Result<PaymentAnswer, PaymentRefusal> => {
      const decided = verdict();
      if (decided.outcome === 'ask') {
        assert(evidence, 'questions are asked of a look');
        return ok(this.ask(attempt, decided, { ...evidence, stagesMs }));
      }
      const booked = this.booking.book(attempt, decided, stagesMs);
      if (!booked.ok) return booked;
      const { outcome } = booked.value.data;
      const taken = outcome === 'paid' || outcome === 'authorised';
      const method =
        taken && decided.outcome === 'approve' ? methodOf(decided.shopperId, evidence) : null;
      return ok({ ...again(attempt), ...booked.value, bestScore, light, method });
    });
    await settled();
    if (!concluded.ok || !concluded.value.fresh) return concluded;
    return ok(withCommitTime(concluded.value, clock.monotonic() - startedAt));
  }

  private ask(
    attempt: PaymentAttempt,
    { question, of }: Asking,
    evidence: LookEvidence,
  ): PaymentAnswer {
    const { questions, replies } = this.parts;
    const { questionId, expiresAtMs } = questions.open(question, of, evidence);
    const data: ReplyData<'payment.question'> = {
      paymentId: attempt.terms.paymentId,
      questionId,
      question,
      digits: QUESTION_DIGITS[question],
      again: of.some((shopperId) => evidence.answers.get(shopperId)?.[question] === 'wrong'),
      words: QUESTION_WORDS[question],
      expiresAt: new Date(expiresAtMs).toISOString(),
      stagesMs: evidence.stagesMs,
    };
    const replyJson = replies.write('payment.question', attempt.requestId, data);
    const { bestScore, light } = evidence;
    return { ...again(attempt), replyJson, data, fresh: true, bestScore, light };
  }
}

function sightOf({ hasDepth }: CheckedProbe, lightPassed: boolean): Sight {
  if (hasDepth) return 'depth';
  return lightPassed ? 'light' : 'colour';
}

/** What is known of every answer, first or repeated. */
function again(attempt: PaymentAttempt) {
  return { attempt, fresh: false, bestScore: null, light: null, method: null } as const;
}

/** The evidence with what the answer says of each who was asked. */
function withAnswer({ question, of, evidence }: OpenQuestion, right: RightFor): LookEvidence {
  const answers = new Map(evidence.answers);
  for (const shopperId of of) {
    const said = right.has(shopperId) ? 'right' : 'wrong';
    answers.set(shopperId, { ...answers.get(shopperId), [question]: said });
  }
  const wrongAnswers = evidence.wrongAnswers + (right.size === 0 ? 1 : 0);
  return { ...evidence, answers, wrongAnswers };
}

function methodOf(shopperId: string, evidence: LookEvidence | null): string {
  const said = evidence?.answers.get(shopperId);
  const proven = (['last4', 'pin'] as const).filter((question) => said?.[question] === 'right');
  return ['face', ...proven].join('+');
}

/** @param waitedMs before recognition began */
function stagesOf(timings: RecognitionTimings, waitedMs: number): StagesMs {
  return {
    queue: round(waitedMs + timings.queue),
    decode: round(timings.decode),
    detect: round(timings.detect),
    pad: round(timings.pad),
    embed: round(timings.embed),
    search: round(timings.search),
    commit: 0,
    total: 0,
  };
}

/** How long the commit took is known only after it: the reply that goes out says so, the stored one has 0. */
function withCommitTime(answer: PaymentAnswer, commitMs: number): PaymentAnswer {
  const total = round(answer.data.stagesMs.total + commitMs);
  const stagesMs = { ...answer.data.stagesMs, commit: round(commitMs), total };
  const envelope = z.looseObject({}).parse(JSON.parse(answer.replyJson));
  const data = { ...answer.data, stagesMs };
  return { ...answer, data, replyJson: JSON.stringify({ ...envelope, data }) };
}

const round = (ms: number): number => Math.round(ms * 100) / 100;
