import type { PaymentStandingData } from '../../shared/contracts/terminal-moves.ts';
import type { Money } from '../../shared/domain/money.ts';
import type { Refusal } from './refusal-text.ts';

/**
 * The cashier's screens: the shop's last payments, and giving one of them back wholly or partly. As with payments, whether
 * money was given back is only ever said by the hub. How one leads to another: `payment-flow.ts`.
 */

export interface OpenRefund extends Money {
  /** UUIDv7 of the request, saved on the device before the first send. */
  readonly refundId: string;
  readonly paymentId: string;
}

export type RefundOutcome =
  | { readonly kind: 'refunded'; readonly reference: string | null }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** What the hub has told of the last payments: null before its answer. */
export type Recent =
  | { readonly payments: readonly PaymentStandingData[] }
  | { readonly refusal: Refusal }
  | null;

export type RefundScreen =
  | { readonly name: 'recent'; readonly recent: Recent }
  | {
      readonly name: 'refund';
      readonly payment: PaymentStandingData;
      readonly amountMinor: bigint;
      /** False while the amount is the whole that is left: the first digit takes its place. */
      readonly isTyped: boolean;
      readonly recent: Recent;
    }
  | { readonly name: 'refunding'; readonly refund: OpenRefund; readonly unsure: boolean }
  | { readonly name: 'refundResult'; readonly refund: OpenRefund; readonly outcome: RefundOutcome };

export type RefundEvent =
  | { readonly type: 'recentOpened' }
  | { readonly type: 'recentTold'; readonly recent: Recent }
  | { readonly type: 'refundChosen'; readonly payment: PaymentStandingData }
  | { readonly type: 'refundSent'; readonly refund: OpenRefund }
  | { readonly type: 'refundUnsure' }
  /** An earlier run of this page left a refund whose end it does not know. */
  | { readonly type: 'refundResumed'; readonly refund: OpenRefund }
  | {
      readonly type: 'refundEnded';
      readonly refundId: string;
      readonly outcome: RefundOutcome;
    };
