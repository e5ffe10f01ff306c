import type { HubEvent } from '../../shared/contracts/hub-events.ts';
import { postingsOfCapture } from '../../shared/domain/posting.ts';
import type { Executor } from '../db/database.ts';
import {
  insertEntries,
  insertPayments,
  type JournalEntry,
  type PaymentRow,
} from './ledger-store.ts';

export type CaptureEvent = Extract<HubEvent, { type: 'payment.captured' }>;

/**
 * Books captured payments of one hub in the caller's transaction: the payment and its balanced postings.
 *
 * @returns those that were booked; an event whose payment was booked before is left out
 */
export async function bookCaptures(
  tx: Executor,
  events: readonly CaptureEvent[],
  bookedAt: Date,
): Promise<CaptureEvent[]> {
  const rows = new Map<string, PaymentRow>();
  const first: CaptureEvent[] = [];
  for (const event of events) {
    if (rows.has(event.data.paymentId)) continue;
    rows.set(event.data.paymentId, paymentRow(event, bookedAt));
    first.push(event);
  }
  const fresh = await insertPayments(tx, [...rows.values()]);
  const booked = first.filter((event) => fresh.has(event.data.paymentId));
  await insertEntries(
    tx,
    booked.map((event) => entryOf(event, bookedAt)),
  );
  return booked;
}

function paymentRow({ source, seq, data }: CaptureEvent, bookedAt: Date): PaymentRow {
  return {
    hubId: source,
    paymentId: data.paymentId,
    eventSeq: seq,
    shopperId: data.shopperId,
    terminalId: data.terminalId,
    shopId: data.shopId,
    merchantId: data.merchantId,
    amountMinor: data.amountMinor,
    currency: data.currency,
    method: data.method,
    reference: data.reference,
    capturedAt: new Date(data.capturedAt),
    bookedAt,
  };
}

function entryOf(event: CaptureEvent, bookedAt: Date): JournalEntry {
  return {
    hubId: event.source,
    entryId: event.id,
    kind: 'capture',
    paymentId: event.data.paymentId,
    bookedAt,
    postings: postingsOfCapture(event.data),
  };
}
