import type { CityPayment } from '../../shared/contracts/http-central.ts';
import type { Stoppable } from '../../shared/kernel/lifecycle.ts';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { OpenDatabase } from '../db/database.ts';
import { summary } from '../events.ts';
import type { BookedBatch } from '../intake/intake-booking.ts';
import { findPayments } from '../ledger/ledger-store.ts';
import { paymentView } from './payment-view.ts';

/** Rows kept for a page that reads slower than the street pays; older ones are dropped, the list has them. */
const MAX_WAITING = 500;

/** One page that watches payments arrive. */
export class FeedSubscriber {
  private waiting: CityPayment[] = [];
  private wake: (() => void) | undefined;
  private open = true;

  push(payments: readonly CityPayment[]): void {
    this.waiting = [...this.waiting, ...payments].slice(-MAX_WAITING);
    this.wake?.();
  }

  close(): void {
    this.open = false;
    this.wake?.();
  }

  /** The next payments, oldest first; empty after `idleMs` without any, undefined when it is over. */
  async next(idleMs: number): Promise<readonly CityPayment[] | undefined> {
    if (this.open && this.waiting.length === 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, idleMs);
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.wake = undefined;
    }
    if (!this.open) return undefined;
    const payments = this.waiting;
    this.waiting = [];
    return payments;
  }
}

/** Tells open pages of payments as they are booked. */
export class PaymentFeed implements Stoppable {
  readonly name = 'payment feed';
  private readonly database: OpenDatabase;
  private readonly logger: Logger;
  private readonly subscribers = new Set<FeedSubscriber>();
  private telling: Promise<void> = Promise.resolve();

  constructor(parts: { readonly database: OpenDatabase; readonly logger: Logger }) {
    this.database = parts.database;
    this.logger = parts.logger.child({ module: 'payment-feed' });
  }

  subscribe(): FeedSubscriber {
    const subscriber = new FeedSubscriber();
    this.subscribers.add(subscriber);
    return subscriber;
  }

  unsubscribe(subscriber: FeedSubscriber): void {
    this.subscribers.delete(subscriber);
    subscriber.close();
  }

  /** To be called after the batch is committed. Costs nothing while nobody watches. */
  booked(batch: BookedBatch): void {
    const events = [...batch.payments, ...batch.moves];
    if (this.subscribers.size === 0 || events.length === 0) return;
    const ids = [...new Set(events.slice(-MAX_WAITING).map((event) => event.data.paymentId))];
    this.telling = this.telling.then(() => this.tell(batch.hubId, ids));
  }

  stop(): void {
    for (const subscriber of this.subscribers) subscriber.close();
    this.subscribers.clear();
  }

  private async tell(hubId: string, paymentIds: readonly string[]): Promise<void> {
    try {
      const rows = await findPayments(this.database.db, hubId, paymentIds);
      const views = rows.map(paymentView).toReversed();
      for (const subscriber of this.subscribers) subscriber.push(views);
    } catch (error) {
      this.logger.warn({ why: summary(error) }, 'pages were not told of booked payments');
    }
  }
}
