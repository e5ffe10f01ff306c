import type { z } from 'zod';
import type {
  PaymentQuestionData,
  PaymentResultData,
  terminalErrorSchema,
  welcomeSchema,
} from '../../shared/contracts/terminal-messages.ts';

export type Welcome = z.infer<typeof welcomeSchema>['data'];
export type Refusal = z.infer<typeof terminalErrorSchema>['data'];

/** Why a request has no answer: none came in time (the link may have been down meanwhile). */
interface NoAnswer {
  readonly code: 'no_answer';
}

/** The hub's `error` reply. */
interface Refused {
  readonly code: 'refused';
  readonly refusal: Refusal;
}

export type RequestFailure = NoAnswer | Refused;

/** Milliseconds as the terminal saw them. */
export interface LookTimings {
  readonly challenge: number;
  readonly camera: number;
  /** What the hub took: from the sends of the probe and of answers to their replies. */
  readonly decision: number;
  /** What the shopper took to answer. */
  readonly answering: number;
  readonly total: number;
}

/**
 * How a look ended.
 *
 * - `decided`: the hub's result, one of paid, authorised, declined, fallback.
 * - `refused`: the hub's error; no money has moved.
 * - `unanswered`: the hub asked, and the shopper did not answer; no money has moved.
 * - `unsent`: no challenge was to be had, so no probe went out; no money has moved.
 * - `unknown`: the probe went out and no answer came within the limit. It may be paid. The payment stays open
 *   in the journal and `recover` finds out.
 */
export type PaymentOutcome = {
  readonly paymentId: string;
  readonly timings: LookTimings;
} & (
  | { readonly kind: 'decided'; readonly result: PaymentResultData }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unanswered'; readonly question: PaymentQuestionData }
  | { readonly kind: 'unsent' }
  | { readonly kind: 'unknown' }
);
