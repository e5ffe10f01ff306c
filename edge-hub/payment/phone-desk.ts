import { ok, type Result } from '../../shared/kernel/result.ts';
import { tiersFor } from '../decision/amount-tiers.ts';
import { decideBeforeLooking, type Refused, type Verdict } from '../decision/decision.ts';
import { afterWrongAnswer, isLocked, type LockScope } from '../decision/lockout.ts';
import { decoyVerifier, isPin, type PinVerifier } from '../enrolment/pin-hash.ts';
import type { RandomBytes } from '../enrolment/sealing.ts';
import { type CheckedClaim, claimEvidence, NO_STAGES } from './claim.ts';
import {
  again,
  type Conclusion,
  type ConclusionParts,
  type PaymentAnswer,
  type PaymentRefusal,
} from './payment-conclusion.ts';

/** A phone number and a PIN that ingress has taken from a terminal. */
export interface CheckedPhone extends CheckedClaim {
  readonly way: 'phone';
  /** Digits. */
  readonly phone: string;
  readonly pin: string;
}

export interface PhoneParts extends ConclusionParts {
  readonly conclusion: Conclusion;
  /** Whose number it is. */
  readonly ownerOfPhone: (phone: string) => string | undefined;
  readonly random: RandomBytes;
}

const NO_MATCH: Refused = { outcome: 'decline', code: 'phone_or_pin_wrong' };
const TERMINAL_LOCKED: Refused = { outcome: 'fallback', code: 'too_many_tries' };

/**
 * Payments by phone number and PIN. Whether a number is enrolled shows neither in the answer nor in the time: an unknown
 * number, a wrong PIN, none set and a closed lock hear the same, after the same work, and count the same for the terminal.
 */
export class PhoneDesk {
  private readonly parts: PhoneParts;
  private readonly decoy: PinVerifier;

  constructor(parts: PhoneParts) {
    this.parts = parts;
    this.decoy = decoyVerifier(parts.random);
  }

  /** To be called one after the other, so that each guess is counted before the next is looked at. */
  async pay(claim: CheckedPhone): Promise<Result<PaymentAnswer, PaymentRefusal>> {
    const { booking, conclusion, questions, amounts } = this.parts;
    const known = booking.alreadyTaken(claim);
    if (known) return known.ok ? ok({ ...again(claim), ...known.value }) : known;
    const { terminalId, amountMinor } = claim.terms;
    questions.close(terminalId);
    const nobody = { stagesMs: NO_STAGES, bestScore: null, light: null, evidence: null };
    const early =
      decideBeforeLooking(amountMinor, tiersFor(amounts, 'none').limitMinor) ??
      (conclusion.isTerminalLocked(terminalId) ? TERMINAL_LOCKED : undefined);
    if (early) return conclusion.conclude(claim, () => early, nobody);
    const { shopperId, isRight } = await this.tryPin(claim);
    if (shopperId === undefined) {
      return conclusion.conclude(claim, () => this.refuse(claim), nobody);
    }
    const answers = new Map([[shopperId, { pin: 'right' as const }]]);
    const evidence = { ...claimEvidence(claim, shopperId), way: claim.way, answers };
    const verdict = (): Verdict => {
      if (!isRight || this.isClosed(shopperId)) return this.refuse(claim, shopperId);
      this.parts.wrongAnswers.forget('phone', shopperId);
      return conclusion.verdictOn(evidence);
    };
    return conclusion.conclude(claim, verdict, { ...evidence, evidence });
  }

  /** One PIN is tried, whoever has the number and whether anybody has. */
  private async tryPin({ phone, pin }: CheckedPhone) {
    const { ownerOfPhone, secretsOf } = this.parts;
    const shopperId = ownerOfPhone(phone);
    const own = shopperId === undefined ? undefined : secretsOf(shopperId)?.pin;
    const isRight = await isPin(pin, own ?? this.decoy);
    return { shopperId, isRight: isRight && own !== undefined && own !== null };
  }

  /** Locked by wrong PINs, with the number or after a look. A right guess that comes then opens nothing. */
  private isClosed(shopperId: string): boolean {
    const { wrongAnswers, clock } = this.parts;
    const now = clock.now();
    return (['phone', 'pin'] as const).some((scope) =>
      isLocked(wrongAnswers.find(scope, shopperId), now),
    );
  }

  /** Counts a claim that is not right, for the terminal and for whom it was tried on. */
  private refuse({ terms }: CheckedPhone, shopperId?: string): Refused {
    const { wrongAnswers, clock } = this.parts;
    const count = (scope: LockScope, subjectId: string): void => {
      const counted = wrongAnswers.find(scope, subjectId);
      wrongAnswers.put(scope, subjectId, afterWrongAnswer(counted, scope, clock.now()));
    };
    count('terminal', terms.terminalId);
    if (shopperId !== undefined && !this.isClosed(shopperId)) count('phone', shopperId);
    return NO_MATCH;
  }
}
