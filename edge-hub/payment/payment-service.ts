import type { LightColour } from '../../shared/contracts/light-sequence.ts';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import type { StagesMs } from '../../shared/contracts/terminal-messages.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import { type Sight, tiersFor } from '../decision/amount-tiers.ts';
import {
  decideBeforeLooking,
  decideWithoutFace,
  type Refused,
  type Verdict,
} from '../decision/decision.ts';
import type { PaymentTerms } from '../ledger/ledger-store.ts';
import type * as recognition from '../recognition/recogniser.ts';
import type { FaceVisit } from '../succession/pack-succession.ts';
import { countAnswer, type RightFor, rightFor } from './answer-check.ts';
import type { Evidence, LookEvidence } from './evidence.ts';
import type {
  Conflict,
  PaymentAttempt,
  PaymentBooking,
  RequestOfPayment,
  ResultData,
} from './payment-booking.ts';
import {
  again,
  type Conclusion,
  type ConclusionParts,
  type PaymentAnswer,
  type PaymentRefusal,
  round,
} from './payment-conclusion.ts';
import type { OpenQuestion } from './question-book.ts';

/** A probe that ingress has checked. */
export interface CheckedProbe extends PaymentAttempt {
  readonly hasDepth: boolean;
  readonly hasInfrared: boolean;
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

export interface PaymentParts extends ConclusionParts {
  readonly recogniser: Pick<recognition.Recogniser, 'recognise'>;
  readonly booking: PaymentBooking;
  readonly conclusion: Conclusion;
  /** Told of everybody who has paid by their face alone, once that is on disk. */
  readonly visits: { paid(visit: FaceVisit): void };
}

/** What a look has come to: evidence to decide on, or an end without any. */
type Look = ({ readonly refused: Refused } | { readonly seen: recognition.Evidence }) & {
  readonly timings: recognition.RecognitionTimings;
};

const NO_TIMINGS: recognition.RecognitionTimings = {
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

  constructor(parts: PaymentParts) {
    this.parts = parts;
  }

  /**
   * Takes the payment, asks the shopper, or says why not. A refusal is stored nowhere: the same probe may come again.
   *
   * @param onWritten called when only the disk is waited for
   */
  async pay(
    probe: CheckedProbe,
    onWritten?: () => void,
  ): Promise<Result<PaymentAnswer, PaymentRefusal>> {
    const { booking, conclusion, clock, questions, visits } = this.parts;
    const startedAt = clock.monotonic();
    const known = booking.alreadyTaken(probe);
    if (known) return known.ok ? ok({ ...again(probe), ...known.value }) : known;
    questions.close(probe.terms.terminalId);
    const looked = await this.look(probe);
    if (!looked.ok) return looked;
    const look = looked.value;
    const stagesMs = stagesOf(look.timings, startedAt - probe.receivedAtMs);
    if ('refused' in look) {
      return conclusion.conclude(probe, () => look.refused, {
        stagesMs,
        bestScore: null,
        light: null,
        evidence: null,
        onWritten,
      });
    }
    const { terms, shopName, captureLater, canAsk } = probe;
    const { packId, liveness, light, candidates, certified, thresholds } = look.seen;
    const evidence: LookEvidence = {
      liveness,
      light,
      candidates,
      certified,
      thresholds,
      way: 'face',
      terms,
      shopName,
      captureLater,
      sight: sightOf(probe, light?.verdict === 'passed'),
      canAsk,
      answers: new Map(),
      wrongAnswers: 0,
      stagesMs,
      bestScore: candidates[0]?.score ?? null,
    };
    const concluded = await conclusion.conclude(probe, () => conclusion.verdictOn(evidence), {
      ...evidence,
      evidence,
      onWritten,
    });
    const [best] = candidates;
    if (best && concluded.ok && concluded.value.fresh && concluded.value.method === 'face') {
      // the face alone approves nobody but the best
      visits.paid({ ...best, packId, frames: probe.frames });
    }
    return concluded;
  }

  /**
   * Goes on where a question was asked. The question is used up before the digits are looked at, so that no two
   * guesses share one.
   */
  async answer(answer: CheckedAnswer): Promise<Result<PaymentAnswer, PaymentRefusal>> {
    const { conclusion, questions, secretsOf, wrongAnswers, clock } = this.parts;
    const asked = questions.take(answer);
    if (!asked) return err('question_unknown');
    const right = await rightFor(asked, answer.digits, secretsOf);
    const evidence = withAnswer(asked, right);
    const { terms, shopName, captureLater, way } = evidence;
    const codeId = evidence.way === 'code' ? evidence.codeId : undefined;
    const attempt = { ...answer, terms, shopName, captureLater, way, codeId };
    const verdict = (): Verdict => {
      countAnswer(asked, right, { store: wrongAnswers, clock });
      return conclusion.verdictOn(evidence);
    };
    return conclusion.conclude(attempt, verdict, { ...evidence, evidence });
  }

  /** Whether the question is open, without using it up. */
  isAsked(answer: CheckedAnswer): boolean {
    return this.parts.questions.has(answer);
  }

  /** The stored reply where this very request was decided before; undefined when it is new. */
  repeated(request: RequestOfPayment): Result<string, PaymentRefusal> | undefined {
    const repeated = this.parts.booking.repeated(request);
    return repeated?.ok ? ok(repeated.value.replyJson) : repeated;
  }

  /** The payment's stored result, for the terminal that it belongs to. */
  result(paymentId: string, terminalId: string): ResultData | undefined {
    return this.parts.booking.result(paymentId, terminalId);
  }

  /** Why the payment may not be tried under these terms; undefined where it may. */
  conflict(
    terms: Pick<PaymentTerms, 'paymentId' | 'terminalId' | 'amountMinor' | 'currency'>,
  ): Conflict | undefined {
    return this.parts.booking.conflict(terms);
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
      requireInfrared: probe.hasInfrared,
      light: probe.light,
    });
    if (result.ok) return ok({ seen: result.value, timings });
    if (result.error === 'busy') return err('busy');
    return ok({ refused: decideWithoutFace(result.error), timings });
  }
}

function sightOf({ hasDepth }: CheckedProbe, lightPassed: boolean): Sight {
  if (hasDepth) return 'depth';
  return lightPassed ? 'light' : 'colour';
}

/** The evidence with what the answer says of each who was asked. */
function withAnswer({ question, of, evidence }: OpenQuestion, right: RightFor): Evidence {
  const answers = new Map(evidence.answers);
  for (const shopperId of of) {
    const said = right.has(shopperId) ? 'right' : 'wrong';
    answers.set(shopperId, { ...answers.get(shopperId), [question]: said });
  }
  const wrongAnswers = evidence.wrongAnswers + (right.size === 0 ? 1 : 0);
  return { ...evidence, answers, wrongAnswers };
}

/** @param waitedMs before recognition began */
function stagesOf(timings: recognition.RecognitionTimings, waitedMs: number): StagesMs {
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
