import type { Clock } from '../../shared/kernel/clock.ts';
import type { DecisionCandidate, Knowledge, Question } from '../decision/decision.ts';
import { lockOf } from '../decision/lockout.ts';
import type { PersonSecrets } from '../enrolment/template-codec.ts';
import type { LedgerStore } from '../ledger/ledger-store.ts';
import type { PersonCandidate } from '../recognition/gallery.ts';
import type { WrongAnswerStore } from './wrong-answer-store.ts';

export interface AcquaintanceParts {
  /** Undefined when the person is erased, or what is sealed does not open. */
  readonly secretsOf: (shopperId: string) => PersonSecrets | undefined;
  readonly shoppers: { hasLookAlike(shopperId: string): boolean };
  readonly ledger: LedgerStore;
  readonly wrongAnswers: WrongAnswerStore;
  readonly clock: Clock;
}

/** What the hub knows of people who may be the shopper. Their seals are opened for this alone, candidate by candidate. */
export class Acquaintance {
  private readonly parts: AcquaintanceParts;

  constructor(parts: AcquaintanceParts) {
    this.parts = parts;
  }

  /**
   * @param answers what their answers in this look were, by person
   * @returns the candidates with what is known of them; who is not enrolled any more is left out
   */
  of(
    candidates: readonly PersonCandidate[],
    shopId: string,
    answers: ReadonlyMap<string, Partial<Record<Question, Knowledge>>>,
  ): DecisionCandidate[] {
    const { secretsOf, shoppers, ledger, wrongAnswers, clock } = this.parts;
    const now = clock.now();
    return candidates.flatMap(({ shopperId, score }) => {
      const secrets = secretsOf(shopperId);
      if (!secrets) return [];
      const said = answers.get(shopperId);
      const counted = {
        digits: wrongAnswers.find('digits', shopperId),
        pin: wrongAnswers.find('pin', shopperId),
      };
      return {
        shopperId,
        score,
        familiar: ledger.isRegularAt(shopperId, shopId),
        lookAlike: shoppers.hasLookAlike(shopperId),
        minor: secrets.minor,
        lock: lockOf(counted, now),
        last4: secrets.phoneLast4 === null ? 'absent' : (said?.last4 ?? 'unasked'),
        pin: secrets.pin === null ? 'absent' : (said?.pin ?? 'unasked'),
      };
    });
  }
}
