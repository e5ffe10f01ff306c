import type { HubEvent } from '../../shared/contracts/hub-events.ts';
import { toldMove } from '../../shared/contracts/told-move.ts';
import { afterMove, isBooked } from '../../shared/domain/payment.ts';
import { postingsOf } from '../../shared/domain/posting.ts';
import { assert, present } from '../../shared/kernel/assert.ts';
import type { Executor } from '../db/database.ts';
import { insertEntries } from './ledger-store.ts';
import { findStanding, insertMove, moveExists } from './move-store.ts';

/** Every move but a capture, which is the payment itself. */
export type MoveEvent = Extract<
  HubEvent,
  {
    type:
      | 'payment.authorised'
      | 'payment.refunded'
      | 'payment.reversed'
      | 'payment.cancelled'
      | 'payment.expired';
  }
>;

const TYPES: ReadonlySet<string> = new Set<MoveEvent['type']>([
  'payment.authorised',
  'payment.refunded',
  'payment.reversed',
  'payment.cancelled',
  'payment.expired',
]);

export function isMoveEvent(event: HubEvent): event is MoveEvent {
  return TYPES.has(event.type);
}

/**
 * Books what a hub did to a payment, in the caller's transaction: the move and, where money was given back, opposing
 * postings.
 *
 * @returns false where the payment does not allow it, by the table of moves, its amounts or its parties: such an event is
 *   put aside, and the database would have refused it as well
 */
export async function bookMove(tx: Executor, event: MoveEvent, bookedAt: Date): Promise<boolean> {
  const { source: hubId, seq: eventSeq } = event;
  const told = present(toldMove(event), 'what the event tells');
  const { kind, paymentId, shopperId, merchantId, amountMinor, currency } = told;
  assert(kind !== 'capture', 'a capture is the payment itself');
  const standing = await findStanding(tx, hubId, paymentId);
  const agreed = standing ?? { ...told, state: 'new' as const, refundedMinor: 0n };
  const isSame =
    agreed.currency === currency &&
    agreed.merchantId === merchantId &&
    (agreed.shopperId === shopperId || standing === undefined);
  if (!isSame || !afterMove(agreed, { kind, amountMinor }).ok) return false;
  const moveId = told.requestId ?? event.id;
  if (await moveExists(tx, hubId, moveId)) return false;
  const movedAt = new Date(told.movedAt);
  await insertMove(tx, { ...told, kind, hubId, moveId, eventSeq, movedAt, bookedAt });
  if (isBooked(kind) && shopperId !== null) {
    const postings = postingsOf(kind, { shopperId, merchantId, amountMinor, currency });
    await insertEntries(tx, [{ hubId, entryId: event.id, kind, paymentId, bookedAt, postings }]);
  }
  return true;
}
