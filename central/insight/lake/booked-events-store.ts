import { sql } from 'drizzle-orm';
import type { Executor, OpenDatabase } from '../../db/database.ts';
import { quotedText } from '../analytics-store.ts';
import { readBinaryCopy } from './binary-copy.ts';
import { type BookedEvents, EventColumns } from './event-columns.ts';

/** Of a stretch of a hub's chain. */
export interface BookedStretch {
  readonly hubId: string;
  /** (after, upTo] of the chain's sequence. */
  readonly after: number;
  readonly upTo: number;
  /** The city's. */
  readonly timeZone: string;
}

/** Nobody has this id. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/**
 * Reads what a hub booked in a stretch of its chain: captures, and the refunds and reversals that correct them. A correction
 * is told with its payment's time and place. Rows come by binary COPY, which takes a fraction of what others take on both
 * sides: numbers are the same bytes in PostgreSQL, here and in the engine.
 *
 * @returns undefined where nothing of it is about a payment
 */
export async function readBookedEvents(
  database: Pick<OpenDatabase, 'copyOut'>,
  stretch: BookedStretch,
): Promise<BookedEvents | undefined> {
  const { after, upTo } = stretch;
  const columns = new EventColumns({ most: upTo - after, firstPlace: after + 1 });
  await readBinaryCopy(await database.copyOut(bookedQuery(stretch)), (bytes, at) => {
    columns.add(bytes, at);
  });
  return columns.count === 0 ? undefined : columns.told();
}

/** Its columns are what `EventColumns` takes. */
function bookedQuery({ hubId, after, upTo, timeZone }: BookedStretch): string {
  const hub = quotedText(hubId);
  return `
    select seq, payment_seq, at, paid, paid at time zone ${quotedText(timeZone)}, amount_minor,
           case when shopper_id in (select shopper_id from erasures) then '${NOBODY}'::uuid else shopper_id end,
           kind, merchant_id, shop_id, terminal_id, currency
    from (
      select event_seq as seq, event_seq as payment_seq, 'capture' as kind, captured_at as at, captured_at as paid, shopper_id,
             merchant_id, shop_id, terminal_id, amount_minor, currency
      from payments where hub_id = ${hub} and event_seq > ${after} and event_seq <= ${upTo}
      union all
      select m.event_seq, p.event_seq, m.kind, m.moved_at, p.captured_at, p.shopper_id,
             p.merchant_id, p.shop_id, p.terminal_id, -m.amount_minor, m.currency
      from payment_moves m join payments p on p.hub_id = m.hub_id and p.payment_id = m.payment_id
      where m.hub_id = ${hub} and m.event_seq > ${after} and m.event_seq <= ${upTo}
        and m.kind in ('refund', 'reverse')
    ) as told`;
}

/** How far a hub's chain is booked, and projected. */
export interface HubProgress {
  readonly hubId: string;
  /** The hub's id until it has said which street it is in. */
  readonly streetId: string;
  readonly bookedSeq: number;
  readonly projectedSeq: number;
}

/** Where each hub stands. */
export async function readProgress(tx: Executor): Promise<HubProgress[]> {
  const rows = await tx.execute<{ hub: string; street: string; booked: string; projected: string }>(
    sql`
    select h.hub_id as hub, coalesce(h.street_id, h.hub_id) as street, w.chain_seq as booked,
           coalesce(l.event_seq, 0) as projected
    from hubs h join intake_watermarks w on w.hub_id = h.hub_id
    left join lake_watermarks l on l.hub_id = h.hub_id
    order by h.hub_id`,
  );
  return rows.map((row) => ({
    hubId: row.hub,
    streetId: row.street,
    bookedSeq: Number(row.booked),
    projectedSeq: Number(row.projected),
  }));
}

/** Whoever asked to be erased and is still in the lake. */
export async function readPendingErasures(tx: Executor, most: number): Promise<string[]> {
  const rows = await tx.execute<{ shopper: string }>(sql`
    select distinct shopper_id as shopper from erasures e
    where not exists (select 1 from lake_erasures l where l.shopper_id = e.shopper_id)
    order by shopper limit ${most}`);
  return rows.map((row) => row.shopper);
}

/** A hub's day. */
export interface HubDay {
  readonly hubId: string;
  /** 2026-11-02 */
  readonly day: string;
}

/**
 * The days on which these people paid, by hub, in the city's time zone. Reads all payments: an index by person would make each
 * payment dearer, and the more so the larger the book is, for the sake of a few erasures.
 */
export async function readDaysOf(
  tx: Executor,
  shopperIds: readonly string[],
  timeZone: string,
): Promise<HubDay[]> {
  const rows = await tx.execute<{ hub: string; day: string }>(sql`
    select distinct hub_id as hub, to_char(captured_at at time zone ${timeZone}, 'YYYY-MM-DD') as day
    from payments where shopper_id in (select value::uuid from json_array_elements_text(${JSON.stringify(shopperIds)}::text::json))`);
  return rows.map((row) => ({ hubId: row.hub, day: row.day }));
}
