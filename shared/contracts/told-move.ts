import type { Currency } from '../domain/money.ts';
import type { RecordedMove } from '../domain/payment.ts';
import type { HubEvent } from './hub-events.ts';

/** A move of a payment as its event tells it, whatever the event's type. */
export interface ToldMove {
  readonly kind: RecordedMove;
  /** The terminal's id of the request, where the event carries it. */
  readonly requestId: string | null;
  readonly paymentId: string;
  /** Null where a payment was cancelled before anybody was authorised. */
  readonly shopperId: string | null;
  readonly terminalId: string;
  readonly shopId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly movedAt: string;
  /** On the receipt; of captures, refunds and reversals. */
  readonly reference: string | null;
}

/** The move that an event tells of; undefined where it is of no payment. */
export function toldMove(event: HubEvent): ToldMove | undefined {
  switch (event.type) {
    case 'payment.captured':
      return { ...event.data, kind: 'capture', requestId: null, movedAt: event.data.capturedAt };
    case 'payment.authorised': {
      const { authorisedAt: movedAt } = event.data;
      return { ...event.data, kind: 'authorise', requestId: null, reference: null, movedAt };
    }
    case 'payment.refunded': {
      const { refundId: requestId, refundedAt: movedAt } = event.data;
      return { ...event.data, kind: 'refund', requestId, movedAt };
    }
    case 'payment.reversed': {
      const { reversalId: requestId, reversedAt: movedAt } = event.data;
      return { ...event.data, kind: 'reverse', requestId, movedAt };
    }
    case 'payment.cancelled': {
      const { cancelledAt: movedAt } = event.data;
      return { ...event.data, kind: 'cancel', requestId: null, reference: null, movedAt };
    }
    case 'payment.expired': {
      const { expiredAt: movedAt } = event.data;
      return { ...event.data, kind: 'expire', requestId: null, reference: null, movedAt };
    }
    case 'terminal.registered':
    case 'shopper.enrolled':
    case 'shopper.erased':
    case 'erasure.receipt':
    case 'hub.announced':
      return undefined;
  }
}
