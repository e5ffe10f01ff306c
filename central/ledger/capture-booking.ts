import type { HubEvent } from '../../shared/contracts/hub-events.ts';
import { afterMove } from '../../shared/domain/payment.ts';
import { postingsOfCapture } from '../../shared/domain/posting.ts';
import type { Executor } from '../db/database.ts';
import {
  insertEntries,
  insertPayments,
  type JournalEntry,
  type PaymentRow,
} from './ledger-store.ts';
import { findMoved, findStanding } from './move-store.ts';

export type CaptureEvent = Extract<HubEvent, { type: 'payment.captured' }>;

/**
 * Books captured payments of one hub in the caller's transaction: the payment and its balanced postings.
 *
 * @returns those that were booked, and those that may not be: after a cancellation, or of another amount than was
 *   authorised. An event whose payment was booked before is in neither
 */
export async function bookCaptures(
  tx: Executor,
  events: readonly CaptureEvent[],
  bookedAt: Date,
): Promise<{ readonly booked: CaptureEvent[]; readonly refused: CaptureEvent[] }> {
  const { refused, repeated } = await notToBook(tx, events);
  const rows = new Map<string, PaymentRow>();
  const first: CaptureEvent[] = [];
  for (const event of events) {
    const { paymentId } = event.data;
    if (refused.has(event) || repeated.has(event) || rows.has(paymentId)) continue;
    rows.set(paymentId, paymentRow(event, bookedAt));
    first.push(event);
  }
  const fresh = await insertPayments(tx, [...rows.values()]);
  const booked = first.filter((event) => fresh.has(event.data.paymentId));
  await insertEntries(
    tx,
    booked.map((event) => entryOf(event, bookedAt)),
  );
  return { booked, refused: [...refused] };
}

/** Captures of payments that more was told of: those that the table of moves does not have, and those that are taken. */
async function notToBook(tx: Executor, events: readonly CaptureEvent[]) {
  const refused = new Set<CaptureEvent>();
  const repeated = new Set<CaptureEvent>();
  const [hubId] = events.map((event) => event.source);
  if (hubId === undefined) return { refused, repeated };
  const paymentIds = events.map((event) => event.data.paymentId);
  const moved = await findMoved(tx, hubId, paymentIds);
  for (const event of events.filter(({ data }) => moved.has(data.paymentId))) {
    const { paymentId, amountMinor, currency, merchantId, shopperId } = event.data;
    const standing = await findStanding(tx, hubId, paymentId);
    if (!standing) continue;
    const isSame =
      standing.currency === currency &&
      standing.merchantId === merchantId &&
      standing.shopperId === shopperId;
    const isTaken = !['authorised', 'cancelled', 'expired'].includes(standing.state);
    if (isTaken) repeated.add(event);
    else if (!isSame || !afterMove(standing, { kind: 'capture', amountMinor }).ok)
      refused.add(event);
  }
  return { refused, repeated };
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
