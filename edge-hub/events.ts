import type { z } from 'zod';
import type {
  allowanceReturnedSchema,
  discountGivenSchema,
  discountReturnedSchema,
  erasureReceiptSchema,
  hubAnnouncedSchema,
  paymentAuthorisedSchema,
  paymentCancelledSchema,
  paymentCapturedSchema,
  paymentExpiredSchema,
  paymentRefundedSchema,
  paymentReversedSchema,
  shopperEnrolledSchema,
  shopperErasedSchema,
  terminalRegisteredSchema,
} from '../shared/contracts/hub-events.ts';
import type { IdMaker } from '../shared/domain/ids.ts';
import type { Clock } from '../shared/kernel/clock.ts';
import type { OutboxRow, OutboxStore } from './outbox/outbox-store.ts';

type DataOf<Schema extends z.ZodType<unknown, { data: unknown }>> = z.input<Schema>['data'];

/** The business events of a hub, one function each. All are to be called inside the transaction that they tell of. */
export class HubEvents {
  private readonly outbox: OutboxStore;
  private readonly clock: Clock;
  private readonly newId: IdMaker;

  constructor(parts: {
    readonly outbox: OutboxStore;
    readonly clock: Clock;
    readonly newId: IdMaker;
  }) {
    this.outbox = parts.outbox;
    this.clock = parts.clock;
    this.newId = parts.newId;
  }

  /** A payment is booked. */
  paymentCaptured(data: DataOf<typeof paymentCapturedSchema>): OutboxRow {
    return this.append('payment.captured', data);
  }

  /** An amount is agreed and held, nothing is booked. */
  paymentAuthorised(data: DataOf<typeof paymentAuthorisedSchema>): OutboxRow {
    return this.append('payment.authorised', data);
  }

  /** Part or all of a payment is given back. */
  paymentRefunded(data: DataOf<typeof paymentRefundedSchema>): OutboxRow {
    return this.append('payment.refunded', data);
  }

  /** A payment is undone as a whole before settlement. */
  paymentReversed(data: DataOf<typeof paymentReversedSchema>): OutboxRow {
    return this.append('payment.reversed', data);
  }

  /** A payment will never be captured: its terminal said so. */
  paymentCancelled(data: DataOf<typeof paymentCancelledSchema>): OutboxRow {
    return this.append('payment.cancelled', data);
  }

  /** An authorisation was not captured in time. */
  paymentExpired(data: DataOf<typeof paymentExpiredSchema>): OutboxRow {
    return this.append('payment.expired', data);
  }

  /** Part of a shopper's allowance goes back to central. */
  allowanceReturned(data: DataOf<typeof allowanceReturnedSchema>): OutboxRow {
    return this.append('allowance.returned', data);
  }

  /** A captured payment is discounted by a campaign. */
  discountGiven(data: DataOf<typeof discountGivenSchema>): OutboxRow {
    return this.append('discount.given', data);
  }

  /** Part or all of a discount is gone with what was given back. */
  discountReturned(data: DataOf<typeof discountReturnedSchema>): OutboxRow {
    return this.append('discount.returned', data);
  }

  /** A terminal may take payments from now on. */
  terminalRegistered(data: DataOf<typeof terminalRegisteredSchema>): OutboxRow {
    return this.append('terminal.registered', data);
  }

  /** A person is in the gallery; replicas are sealed for the hubs they agreed to. */
  shopperEnrolled(data: DataOf<typeof shopperEnrolledSchema>): OutboxRow {
    return this.append('shopper.enrolled', data);
  }

  /** A person asked this hub to be erased everywhere. */
  shopperErased(data: DataOf<typeof shopperErasedSchema>): OutboxRow {
    return this.append('shopper.erased', data);
  }

  /** This hub holds nothing of a person any more. */
  erasureReceipt(data: DataOf<typeof erasureReceiptSchema>): OutboxRow {
    return this.append('erasure.receipt', data);
  }

  /** This hub introduces itself. */
  hubAnnounced(data: DataOf<typeof hubAnnouncedSchema>): OutboxRow {
    return this.append('hub.announced', data);
  }

  private append(type: string, data: unknown): OutboxRow {
    return this.outbox.append({
      id: this.newId(),
      type,
      version: 1,
      occurredAt: new Date(this.clock.now()).toISOString(),
      data,
    });
  }
}
