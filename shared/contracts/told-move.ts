import type { DiscountKind } from '../domain/campaign.ts';
import type { Currency } from '../domain/money.ts';
import type { RecordedMove } from '../domain/payment.ts';
import type { Way } from '../domain/way.ts';
import type { HubEvent } from './hub-events.ts';

/** A move of a payment as its event tells it, whatever the event's type. */
export interface ToldMove {
  readonly kind: RecordedMove;
  /** The terminal's id of the request, where the event carries it. */
  readonly requestId: string | null;
  readonly paymentId: string;
  /** Null where a payment was cancelled before anybody was authorised. */
  readonly shopperId: string | null;
  /** Of captures and authorisations. */
  readonly way: Way | null;
  readonly terminalId: string;
  readonly shopId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly movedAt: string;
  /** On the receipt; of captures, refunds and reversals. */
  readonly reference: string | null;
}

const NOTHING_NEW = { way: null, requestId: null, reference: null } as const;

/** A discount as its event tells it. */
export interface ToldDiscount {
  readonly kind: DiscountKind;
  readonly paymentId: string;
  readonly campaignId: string;
  readonly shopperId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly bookedAt: string;
}

/** The discount that an event tells of; undefined where it is of none. */
export function toldDiscount(event: HubEvent): ToldDiscount | undefined {
  if (event.type === 'discount.given') {
    return { ...event.data, kind: 'given', bookedAt: event.data.givenAt };
  }
  if (event.type === 'discount.returned') {
    return { ...event.data, kind: 'returned', bookedAt: event.data.returnedAt };
  }
  return undefined;
}

/** The move that an event tells of; undefined where it is of no payment. */
export function toldMove(event: HubEvent): ToldMove | undefined {
  switch (event.type) {
    case 'payment.captured':
      return {
        ...event.data,
        kind: 'capture',
        way: event.data.method,
        requestId: null,
        movedAt: event.data.capturedAt,
      };
    case 'payment.authorised': {
      const { authorisedAt: movedAt, method: way } = event.data;
      return { ...event.data, kind: 'authorise', way, requestId: null, reference: null, movedAt };
    }
    case 'payment.refunded': {
      const { refundId: requestId, refundedAt: movedAt } = event.data;
      return { ...event.data, kind: 'refund', way: null, requestId, movedAt };
    }
    case 'payment.reversed': {
      const { reversalId: requestId, reversedAt: movedAt } = event.data;
      return { ...event.data, kind: 'reverse', way: null, requestId, movedAt };
    }
    case 'payment.cancelled': {
      const { cancelledAt: movedAt } = event.data;
      return { ...event.data, ...NOTHING_NEW, kind: 'cancel', movedAt };
    }
    case 'payment.expired': {
      const { expiredAt: movedAt } = event.data;
      return { ...event.data, ...NOTHING_NEW, kind: 'expire', movedAt };
    }
    case 'allowance.returned':
    case 'discount.given':
    case 'discount.returned':
    case 'terminal.registered':
    case 'shopper.enrolled':
    case 'shopper.erased':
    case 'erasure.receipt':
    case 'hub.announced':
    case 'epoch.opened':
      return undefined;
  }
}
