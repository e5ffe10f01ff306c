import type { PaymentInState, ReturnState } from '../../shared/contracts/http-funding.ts';
import type { OrderAnswer, ReturnAnswer } from './funding-source.ts';

/** What is done next about a payment in or a return, from what its source has said. Pure. */

/** A shopper's code is good for a minute: after it nothing is sent any more. */
export const CODE_LIFE_MS = 60_000;
/** So long the shopper may take to say yes on their phone, and a source to come to itself; then the order is called off. */
export const PATIENCE_MS = 60_000;
const ASK_AGAIN_MS = 2_000;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 300_000;
/** Of cancelling or giving back: some 25 minutes in all. */
export const MOST_TRIES = 12;

export interface Step<State> {
  readonly state: State;
  readonly reason: string | null;
  /** The source's number; with `collected` alone. */
  readonly reference: string | null;
  /** Undefined: nothing more is done by itself. */
  readonly waitMs: number | undefined;
}

export interface UnderWay {
  readonly state: Extract<PaymentInState, 'sent' | 'cancelling'>;
  /** Since it was asked for. */
  readonly ageMs: number;
  /** Made in this state, the last one included. */
  readonly tries: number;
}

/** Where a payment in goes from what its source has answered. */
export function afterAnswer(payment: UnderWay, answer: OrderAnswer): Step<PaymentInState> {
  switch (answer.is) {
    case 'paid':
      // a cancel is never answered so: what is called off must not be booked
      return payment.state === 'sent'
        ? ended('collected', { reference: answer.reference })
        : again(payment, 'paid_while_cancelling');
    case 'refused':
      return payment.state === 'sent'
        ? ended('refused', { reason: answer.reason })
        : ended('unresolved', { reason: answer.reason });
    case 'closed':
      return ended('cancelled', {});
    case 'absent':
      // it may be on its way yet: calling it off keeps it from being taken later
      return payment.state === 'sent' ? cancelling('absent') : again(payment, 'absent');
    case 'open':
      return again(payment, null);
    case 'unknown':
      return again(payment, answer.doubt);
  }
}

function again(payment: UnderWay, reason: string | null): Step<PaymentInState> {
  if (payment.state === 'sent') {
    if (payment.ageMs >= PATIENCE_MS) return cancelling(reason);
    return { state: 'sent', reason, reference: null, waitMs: ASK_AGAIN_MS };
  }
  if (payment.tries >= MOST_TRIES) return ended('unresolved', { reason });
  return { state: 'cancelling', reason, reference: null, waitMs: waitMs(payment.tries) };
}

function cancelling(reason: string | null): Step<PaymentInState> {
  return { state: 'cancelling', reason, reference: null, waitMs: 0 };
}

/** Where a return goes. @param tries made, the last one included */
export function afterReturn(tries: number, answer: ReturnAnswer): Step<ReturnState> {
  if (answer.is === 'returned') return ended('returned', {});
  if (answer.is === 'refused') return ended('refused', { reason: answer.reason });
  if (tries >= MOST_TRIES) return ended('unresolved', { reason: answer.doubt });
  return { state: 'waiting', reason: answer.doubt, reference: null, waitMs: waitMs(tries) };
}

function ended<State>(
  state: State,
  { reason = null, reference = null }: Partial<Pick<Step<State>, 'reason' | 'reference'>>,
): Step<State> {
  return { state, reason, reference, waitMs: undefined };
}

/** Doubles with every try, up to five minutes. */
function waitMs(tries: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1));
}
