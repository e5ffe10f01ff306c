import type { LightEvidence } from '../../models/runtime/light-evidence.ts';
import type { RefusalCode, Words } from '../../shared/contracts/refusal.ts';
import type { Way } from '../../shared/domain/way.ts';
import { assert } from '../../shared/kernel/assert.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import { ok, type Result } from '../../shared/kernel/result.ts';
import type { CentralWord, Spending } from '../allowance/spending.ts';
import type { Transact } from '../db/database.ts';
import { type AmountPolicy, tiersFor } from '../decision/amount-tiers.ts';
import {
  type Asked,
  type Asking,
  decide,
  decideNamed,
  decideWithoutFace,
  type Question,
  type Verdict,
} from '../decision/decision.ts';
import { isLocked } from '../decision/lockout.ts';
import { type ReplyData, type ReplyWriter, withData } from '../terminal-reply.ts';
import { Acquaintance, type AcquaintanceParts } from './acquaintance.ts';
import type { Evidence } from './evidence.ts';
import type {
  AskFirst,
  Conflict,
  PaymentAttempt,
  PaymentBooking,
  ResultData,
} from './payment-booking.ts';
import type { QuestionBook } from './question-book.ts';

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

export interface ConclusionParts extends AcquaintanceParts {
  readonly booking: PaymentBooking;
  readonly spending: Spending;
  /** Commits in a group: on disk only when `settled()` resolves. */
  readonly transact: Transact;
  readonly settled: () => Promise<void>;
  readonly amounts: AmountPolicy;
  readonly questions: QuestionBook;
  readonly replies: ReplyWriter;
  readonly clock: Clock;
}

/** What a transaction has come to; nothing is written yet where central is to be asked. */
type Concluded = Result<PaymentAnswer | AskFirst, PaymentRefusal>;

type Timed<T> = T & {
  /** Monotonic milliseconds at which the message came in. */
  readonly receivedAtMs: number;
};

const QUESTION_WORDS: Record<Question, Words> = {
  last4: { 'zh-CN': '请输入手机号后四位', en: 'Last 4 digits of your phone number' },
  pin: { 'zh-CN': '请输入六位支付密码', en: 'Your 6-digit PIN' },
};
const QUESTION_DIGITS: Record<Question, number> = { last4: 4, pin: 6 };

/** Who has named themselves is compared with nobody. */
const CERTAIN = 1;

/**
 * Where all ways to pay meet: what is known of the shopper is decided on and written in one transaction, or they are asked.
 */
export class Conclusion {
  private readonly parts: ConclusionParts;
  private readonly acquaintance: Acquaintance;

  constructor(parts: ConclusionParts) {
    this.parts = parts;
    this.acquaintance = new Acquaintance(parts);
  }

  /** What follows from what is known so far. */
  verdictOn(evidence: Evidence): Verdict {
    const { amounts } = this.parts;
    const { terms, answers, sight, canAsk } = evidence;
    const locked = this.isTerminalLocked(terms.terminalId);
    const asked: Asked = {
      amountMinor: terms.amountMinor,
      tiers: tiersFor(amounts, sight),
      questions: canAsk ? (locked ? 'locked' : 'open') : 'unsupported',
      wrongAnswers: evidence.wrongAnswers,
    };
    if (evidence.way !== 'face') {
      const named = [{ shopperId: evidence.shopperId, score: CERTAIN }];
      const [person] = this.acquaintance.of(named, terms.shopId, answers);
      // erased between the claim and now
      return person ? decideNamed(person, asked) : decideWithoutFace('not_recognised');
    }
    const { thresholds } = evidence;
    // only these can be decided on; what is not a number must be seen by the decision as well
    const near = evidence.candidates.filter(({ score }) => !(score < thresholds.floor));
    return decide({
      liveness: evidence.liveness,
      candidates: this.acquaintance.of(near, terms.shopId, answers),
      certified: evidence.certified,
      thresholds,
      ...asked,
    });
  }

  /** Whether too many wrong answers came from a terminal. */
  isTerminalLocked(terminalId: string): boolean {
    const { wrongAnswers, clock } = this.parts;
    return isLocked(wrongAnswers.find('terminal', terminalId), clock.now());
  }

  /** Decides and writes in one transaction: what is counted stays together with what is decided on it. */
  async conclude(
    attempt: Timed<PaymentAttempt>,
    verdict: () => Verdict,
    look: Pick<Evidence, 'stagesMs' | 'bestScore' | 'light'> & {
      readonly evidence: Evidence | null;
      /** Called when only the disk is waited for. */
      readonly onWritten?: (() => void) | undefined;
    },
  ): Promise<Result<PaymentAnswer, PaymentRefusal>> {
    const { clock, transact, settled, booking, spending } = this.parts;
    const { bestScore, light, evidence } = look;
    const startedAt = clock.monotonic();
    const sinceLook = startedAt - attempt.receivedAtMs;
    const stagesMs = { ...look.stagesMs, total: round(look.stagesMs.total + sinceLook) };
    let decided: Verdict | undefined;
    const write = (asked: CentralWord): Concluded =>
      transact((): Concluded => {
        // decided and counted once, also where central is asked in between
        decided ??= verdict();
        if (decided.outcome === 'ask') {
          assert(evidence, 'questions are asked of somebody');
          return ok(this.ask(attempt, decided, { ...evidence, stagesMs }));
        }
        const booked = booking.book(attempt, decided, { stagesMs, asked });
        if (!booked.ok) return booked;
        if ('askFor' in booked.value) return ok(booked.value);
        const { outcome } = booked.value.data;
        const taken = outcome === 'paid' || outcome === 'authorised';
        const by = taken && decided.outcome === 'approve' ? decided.shopperId : null;
        const method = by === null ? null : methodOf(by, evidence, attempt.way);
        return ok({ ...again(attempt), ...booked.value, bestScore, light, method });
      });
    const concluded = await this.withCentral(write, attempt.terms.amountMinor);
    look.onWritten?.();
    await settled();
    if (!concluded.ok || !concluded.value.fresh) return concluded;
    if (concluded.value.method !== null && decided?.outcome === 'approve') {
      const { currency } = attempt.terms;
      spending.refill({ shopperId: decided.shopperId, currency });
    }
    return ok(withCommitTime(concluded.value, clock.monotonic() - startedAt));
  }

  /** Writes; where the shopper's money is not here, central is asked in between, outside of any transaction. */
  private async withCentral(
    write: (asked: CentralWord) => Concluded,
    amountMinor: bigint,
  ): Promise<Result<PaymentAnswer, PaymentRefusal>> {
    let concluded = write('unasked');
    if (concluded.ok && 'askFor' in concluded.value) {
      concluded = write(await this.parts.spending.ask(concluded.value.askFor, amountMinor));
    }
    if (!concluded.ok) return concluded;
    assert(!('askFor' in concluded.value), 'central is asked once');
    return ok(concluded.value);
  }

  private ask(
    attempt: PaymentAttempt,
    { question, of }: Asking,
    evidence: Evidence,
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

/** What is known of every answer, first or repeated. */
export function again(attempt: PaymentAttempt) {
  return { attempt, fresh: false, bestScore: null, light: null, method: null } as const;
}

function methodOf(shopperId: string, evidence: Evidence | null, way: Way): string {
  const said = evidence?.answers.get(shopperId);
  const proven = (['last4', 'pin'] as const).filter((question) => said?.[question] === 'right');
  return [way, ...proven].join('+');
}

/** How long the commit took is known only after it: the reply that goes out says so, the stored one has 0. */
function withCommitTime(answer: PaymentAnswer, commitMs: number): PaymentAnswer {
  const total = round(answer.data.stagesMs.total + commitMs);
  const stagesMs = { ...answer.data.stagesMs, commit: round(commitMs), total };
  const data = { ...answer.data, stagesMs };
  return { ...answer, data, replyJson: withData(answer.replyJson, data) };
}

/** Milliseconds as they are told. */
export const round = (ms: number): number => Math.round(ms * 100) / 100;
