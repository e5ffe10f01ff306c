import { hubEventSchema } from '../../shared/contracts/hub-events.ts';
import { currencySchema } from '../../shared/contracts/primitives.ts';
import type { ToldSide } from '../../shared/contracts/reconciliation.ts';
import { toldMove } from '../../shared/contracts/told-move.ts';
import type { Executor } from '../db/database.ts';
import { readEvent } from '../intake/hub-chain.ts';
import {
  type InboxRow,
  readBooked,
  readInbox,
  readPutAside,
} from '../verification/book-reader-store.ts';

/** What central has at a place of a hub's chain now: what the hub told, and what is booked of it. Of nobody's person. */
export async function sidesNow(
  tx: Executor,
  { hubId, seq }: { readonly hubId: string; readonly seq: number },
): Promise<{ readonly now: ToldSide[]; readonly putAside: string | null }> {
  const [event] = await readInbox(tx, hubId, { afterSeq: seq - 1, limit: 1 });
  const booked = await readBooked(tx, hubId, { fromSeq: seq, toSeq: seq });
  const told = event?.seq === seq ? event : undefined;
  const rows = booked.map(({ kind, amountMinor, currency }): ToldSide => {
    const parsed = currencySchema.safeParse(currency);
    return {
      book: 'central',
      says: kind,
      amountMinor: amountMinor.toString(),
      currency: parsed.success ? parsed.data : null,
      hash: null,
    };
  });
  const central = rows.length > 0 ? rows : [nothingAt('central')];
  const putAside = (await readPutAside(tx, hubId)).get(seq) ?? null;
  return { now: [told ? toldSideOf(told) : nothingAt('told'), ...central], putAside };
}

/** An event that is of no payment, or cannot be read, is named by its type. */
function toldSideOf({ raw, streamSeq, type, hash }: InboxRow): ToldSide {
  const event = raw === null ? undefined : readEvent({ streamSeq, text: raw });
  const parsed = hubEventSchema.safeParse(event?.head);
  const move = parsed.success ? toldMove(parsed.data) : undefined;
  return {
    book: 'told',
    says: move?.kind ?? type,
    amountMinor: move?.amountMinor.toString() ?? null,
    currency: move?.currency ?? null,
    hash,
  };
}

function nothingAt(book: ToldSide['book']): ToldSide {
  return { book, says: null, amountMinor: null, currency: null, hash: null };
}
