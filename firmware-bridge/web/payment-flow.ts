import type { LightColour } from '../../shared/contracts/light-sequence.ts';
import type { PaymentStandingData } from '../../shared/contracts/terminal-moves.ts';
import type { Currency } from '../../shared/domain/money.ts';
import type { Recent, RefundEvent, RefundScreen } from './refund-screens.ts';
import type { Refusal, Words } from './refusal-text.ts';

/**
 * What the kiosk shows, as a pure machine: screens and the moves between them. Whether somebody paid
 * is only ever said by the hub: when its answer is lost the kiosk shows `unsure` and asks again, and
 * never guesses in either direction.
 */

export interface OpenPayment {
  /** UUIDv7, saved on the device before the first send. */
  readonly paymentId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
}

export type Outcome =
  | {
      readonly kind: 'paid';
      readonly reference: string;
      readonly capturedAt: string;
      /** What a campaign takes off the price. */
      readonly discount?: { readonly title: Words; readonly amountMinor: bigint } | undefined;
    }
  /** Look again: one more step. */
  | { readonly kind: 'declined'; readonly refusal: Refusal }
  /** Not this way: pay another way. */
  | { readonly kind: 'fallback'; readonly refusal: Refusal };

/** What the hub wants to know before it charges anybody. */
export interface Question {
  readonly questionId: string;
  /** The last digits of the phone number, or the PIN, which is shown as dots. */
  readonly kind: 'last4' | 'pin';
  /** How many digits are typed. */
  readonly length: number;
  /** What was typed before did not fit. */
  readonly again: boolean;
  readonly words: Words;
}

/** The screen's light on the face: about to begin, or the colour that it has now. */
export type Light = 'soon' | LightColour;

export type Screen =
  | { readonly name: 'idle' }
  | { readonly name: 'amount'; readonly amountMinor: bigint }
  | { readonly name: 'offer'; readonly payment: OpenPayment; readonly last: Refusal | null }
  /** The shopper types: the number first, then, once that is given, the PIN. */
  | {
      readonly name: 'phone';
      readonly payment: OpenPayment;
      readonly phone: string | null;
      readonly typed: string;
    }
  /** The shopper holds up the code on their phone. */
  | { readonly name: 'code'; readonly payment: OpenPayment }
  | { readonly name: 'looking'; readonly payment: OpenPayment; readonly light: Light | null }
  | { readonly name: 'checking'; readonly payment: OpenPayment; readonly unsure: boolean }
  | {
      readonly name: 'question';
      readonly payment: OpenPayment;
      readonly question: Question;
      readonly typed: string;
    }
  | { readonly name: 'result'; readonly payment: OpenPayment; readonly outcome: Outcome }
  | RefundScreen;

/** What the cashier sees of the payment before. */
export interface LastPaid {
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly capturedAt: string;
  readonly reference: string;
}

export interface FlowState {
  readonly screen: Screen;
  readonly lastPaid: LastPaid | null;
}

export type FlowEvent =
  | { readonly type: 'woken' }
  | { readonly type: 'rested' }
  | { readonly type: 'amountChanged'; readonly amountMinor: bigint }
  | { readonly type: 'offered'; readonly payment: OpenPayment }
  | { readonly type: 'cancelled' }
  | { readonly type: 'lookStarted' }
  | { readonly type: 'lit'; readonly paymentId: string; readonly light: Light | null }
  | { readonly type: 'picturesSent' }
  | { readonly type: 'answerLost' }
  | { readonly type: 'asked'; readonly paymentId: string; readonly question: Question }
  | { readonly type: 'typed'; readonly typed: string }
  | { readonly type: 'answerSent' }
  | { readonly type: 'codeStarted' }
  | { readonly type: 'phoneStarted' }
  | { readonly type: 'phoneGiven' }
  /** The shopper has said who they are, and the hub is asked. */
  | { readonly type: 'claimSent' }
  /** An earlier run of this page left a payment whose end it does not know. */
  | { readonly type: 'resumed'; readonly payment: OpenPayment }
  | { readonly type: 'ended'; readonly paymentId: string; readonly outcome: Outcome }
  | { readonly type: 'resultShown' }
  | RefundEvent;

export const START: FlowState = { screen: { name: 'idle' }, lastPaid: null };

/** The next state. An event that does not fit the screen changes nothing: late answers and double presses are normal. */
export function advance(state: FlowState, event: FlowEvent): FlowState {
  const screen = nextScreen(state.screen, event);
  if (screen === state.screen) return state;
  return { screen, lastPaid: lastPaidAfter(state, screen) };
}

function lastPaidAfter(state: FlowState, screen: Screen): LastPaid | null {
  if (screen.name !== 'result' || screen.outcome.kind !== 'paid') return state.lastPaid;
  const { amountMinor, currency } = screen.payment;
  const { capturedAt, reference, discount } = screen.outcome;
  const paidMinor = amountMinor - (discount?.amountMinor ?? 0n);
  return { amountMinor: paidMinor, currency, capturedAt, reference };
}

function nextScreen(screen: Screen, event: FlowEvent): Screen {
  if (event.type === 'resumed') return { name: 'checking', payment: event.payment, unsure: true };
  if (event.type === 'refundResumed') {
    return { name: 'refunding', refund: event.refund, unsure: true };
  }
  switch (screen.name) {
    case 'idle':
      return event.type === 'woken' ? { name: 'amount', amountMinor: 0n } : screen;
    case 'amount':
      return afterAmount(screen, event);
    case 'offer':
      if (event.type === 'lookStarted') {
        return { name: 'looking', payment: screen.payment, light: null };
      }
      if (event.type === 'codeStarted') return { name: 'code', payment: screen.payment };
      if (event.type === 'phoneStarted') {
        return { name: 'phone', payment: screen.payment, phone: null, typed: '' };
      }
      return event.type === 'cancelled' ? { name: 'amount', amountMinor: 0n } : screen;
    case 'looking':
    case 'checking':
      return afterLook(screen, event);
    case 'question':
      return afterQuestion(screen, event);
    case 'code':
      return afterCode(screen, event);
    case 'phone':
      return afterPhone(screen, event);
    case 'result':
      return event.type === 'resultShown' ? afterResult(screen) : screen;
    case 'recent':
      if (event.type === 'recentTold') return { name: 'recent', recent: event.recent };
      if (event.type === 'refundChosen') return refundOf(event.payment, screen.recent);
      return event.type === 'cancelled' ? { name: 'amount', amountMinor: 0n } : screen;
    case 'refund':
      return afterRefund(screen, event);
    case 'refunding':
      // sent is sent: no press turns back
      if (event.type === 'refundUnsure') return { ...screen, unsure: true };
      if (event.type === 'refundEnded' && event.refundId === screen.refund.refundId) {
        return { name: 'refundResult', refund: screen.refund, outcome: event.outcome };
      }
      return screen;
    case 'refundResult':
      return event.type === 'resultShown' ? { name: 'amount', amountMinor: 0n } : screen;
  }
}

function afterAmount(screen: Extract<Screen, { name: 'amount' }>, event: FlowEvent): Screen {
  if (event.type === 'amountChanged') return { name: 'amount', amountMinor: event.amountMinor };
  if (event.type === 'rested') return { name: 'idle' };
  if (event.type === 'recentOpened') return { name: 'recent', recent: null };
  if (event.type === 'offered') return { name: 'offer', payment: event.payment, last: null };
  return screen;
}

function refundOf(payment: PaymentStandingData, recent: Recent): Screen {
  const amountMinor = BigInt(payment.refundableMinor);
  return { name: 'refund', payment, amountMinor, isTyped: false, recent };
}

function afterRefund(screen: Extract<Screen, { name: 'refund' }>, event: FlowEvent): Screen {
  if (event.type === 'amountChanged') {
    return { ...screen, amountMinor: event.amountMinor, isTyped: true };
  }
  if (event.type === 'refundSent') {
    return { name: 'refunding', refund: event.refund, unsure: false };
  }
  return event.type === 'cancelled' ? { name: 'recent', recent: screen.recent } : screen;
}

function afterLook(
  screen: Extract<Screen, { name: 'looking' | 'checking' }>,
  event: FlowEvent,
): Screen {
  const { payment } = screen;
  if (event.type === 'ended' && event.paymentId === payment.paymentId) {
    return { name: 'result', payment, outcome: event.outcome };
  }
  if (screen.name === 'looking') {
    if (event.type === 'picturesSent') return { name: 'checking', payment, unsure: false };
    if (event.type === 'lit' && event.paymentId === payment.paymentId) {
      return { name: 'looking', payment, light: event.light };
    }
    // nothing has left the kiosk yet, so turning back is safe
    if (event.type === 'cancelled') return { name: 'offer', payment, last: null };
    return screen;
  }
  if (event.type === 'asked' && event.paymentId === payment.paymentId) {
    return { name: 'question', payment, question: event.question, typed: '' };
  }
  return event.type === 'answerLost' ? { name: 'checking', payment, unsure: true } : screen;
}

function afterQuestion(screen: Extract<Screen, { name: 'question' }>, event: FlowEvent): Screen {
  const { payment } = screen;
  if (event.type === 'typed') return { ...screen, typed: event.typed };
  if (event.type === 'answerSent') return { name: 'checking', payment, unsure: false };
  // nothing is charged before an answer, so turning back is safe
  return event.type === 'cancelled' ? { name: 'offer', payment, last: null } : screen;
}

function afterCode(screen: Extract<Screen, { name: 'code' }>, event: FlowEvent): Screen {
  const { payment } = screen;
  if (event.type === 'claimSent') return { name: 'checking', payment, unsure: false };
  // the camera did not open
  if (event.type === 'ended' && event.paymentId === payment.paymentId) {
    return { name: 'result', payment, outcome: event.outcome };
  }
  return event.type === 'cancelled' ? { name: 'offer', payment, last: null } : screen;
}

function afterPhone(screen: Extract<Screen, { name: 'phone' }>, event: FlowEvent): Screen {
  const { payment } = screen;
  if (event.type === 'typed') return { ...screen, typed: event.typed };
  if (event.type === 'phoneGiven') return { ...screen, phone: screen.typed, typed: '' };
  if (event.type === 'claimSent') return { name: 'checking', payment, unsure: false };
  return event.type === 'cancelled' ? { name: 'offer', payment, last: null } : screen;
}

function afterResult(screen: Extract<Screen, { name: 'result' }>): Screen {
  const { payment, outcome } = screen;
  if (outcome.kind === 'paid') return { name: 'amount', amountMinor: 0n };
  return { name: 'offer', payment, last: outcome.refusal };
}
