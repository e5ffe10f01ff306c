import type { StagesMs } from '../../shared/contracts/terminal-messages.ts';
import type { ClaimEvidence } from './evidence.ts';
import type { PaymentAttempt } from './payment-booking.ts';

/** A request to pay in which the shopper says who they are; ingress has checked it. */
export interface CheckedClaim extends PaymentAttempt {
  /** Monotonic milliseconds at which the message came in. */
  readonly receivedAtMs: number;
}

/** There is no look in it. */
export const NO_STAGES: StagesMs = {
  queue: 0,
  decode: 0,
  detect: 0,
  pad: 0,
  embed: 0,
  search: 0,
  commit: 0,
  total: 0,
};

/** What is known when somebody has proved who they are. A terminal that can send a claim can ask. */
export function claimEvidence(
  { terms, shopName, captureLater }: CheckedClaim,
  shopperId: string,
): Omit<ClaimEvidence, 'way'> {
  return {
    terms,
    shopName,
    captureLater,
    sight: 'none',
    canAsk: true,
    light: null,
    shopperId,
    answers: new Map(),
    wrongAnswers: 0,
    stagesMs: NO_STAGES,
    bestScore: null,
  };
}
