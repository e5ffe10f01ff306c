import type { IdMaker } from '../../shared/domain/ids.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Question } from '../decision/decision.ts';
import type { Evidence } from './evidence.ts';

export interface OpenQuestion {
  readonly questionId: string;
  readonly question: Question;
  /** The people whose answer it may be. */
  readonly of: readonly string[];
  readonly evidence: Evidence;
  readonly expiresAtMs: number;
}

/** Time to find one's glasses; by then the shopper stands there no more. */
const LIFE_MS = 60_000;
/** More terminals than a street has. */
const MAX_OPEN = 1_000;

/**
 * Questions that wait for their answer, in memory only: after a restart each is unknown and the shopper looks again.
 * Invariants: one per terminal, the last one asked; good once, for that terminal and payment, for a minute.
 */
export class QuestionBook {
  private readonly byTerminal = new Map<string, OpenQuestion>();
  private readonly clock: Clock;
  private readonly newId: IdMaker;

  constructor(clock: Clock, newId: IdMaker) {
    this.clock = clock;
    this.newId = newId;
  }

  open(question: Question, of: readonly string[], evidence: Evidence): OpenQuestion {
    this.dropExpired();
    const { terminalId } = evidence.terms;
    const opened = {
      questionId: this.newId(),
      question,
      of,
      evidence,
      expiresAtMs: this.clock.now() + LIFE_MS,
    };
    // taken out first, so that the map stays in the order of asking and the oldest goes when it is full
    this.byTerminal.delete(terminalId);
    this.byTerminal.set(terminalId, opened);
    const [oldest] = this.byTerminal.keys();
    if (this.byTerminal.size > MAX_OPEN && oldest !== undefined) this.byTerminal.delete(oldest);
    return opened;
  }

  /** Whether the question can be answered, without using it up. */
  has(answer: AnswerAddress): boolean {
    return this.find(answer) !== undefined;
  }

  /** Uses the question up: a second answer finds nothing, however fast it comes. */
  take(answer: AnswerAddress): OpenQuestion | undefined {
    const found = this.find(answer);
    if (found) this.byTerminal.delete(answer.terminalId);
    return found;
  }

  /** The terminal looks anew, or may not pay any more: what it was asked is over. */
  close(terminalId: string): void {
    this.byTerminal.delete(terminalId);
  }

  private find({ terminalId, paymentId, questionId }: AnswerAddress): OpenQuestion | undefined {
    const open = this.byTerminal.get(terminalId);
    const same = open?.questionId === questionId && open.evidence.terms.paymentId === paymentId;
    return same && this.clock.now() < open.expiresAtMs ? open : undefined;
  }

  private dropExpired(): void {
    const now = this.clock.now();
    for (const [terminalId, { expiresAtMs }] of this.byTerminal) {
      if (expiresAtMs <= now) this.byTerminal.delete(terminalId);
    }
  }
}

export interface AnswerAddress {
  readonly terminalId: string;
  readonly paymentId: string;
  readonly questionId: string;
}
