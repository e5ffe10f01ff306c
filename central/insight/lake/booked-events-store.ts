import { type SQL, sql } from 'drizzle-orm';
import type { Executor } from '../../db/database.ts';

/** What is read of a booked event, and how PostgreSQL makes it. */
const COLUMNS = {
  seq: sql`seq`,
  /** The event that the payment was captured with: its own, or the one that is corrected. */
  paymentSeq: sql`payment_seq`,
  kind: sql`kind`,
  /** When it happened, and when the payment was made that it is about: ms since the Unix epoch. */
  atMs: inMs(sql`at`),
  paidMs: inMs(sql`paid`),
  /** What the city's clocks showed when the payment was made, as if they were UTC. */
  localMs: inMs(sql`local`),
  /** Null for whoever asked to be erased. */
  shopper: sql`case when shopper_id in (select shopper_id from erasures) then null else shopper_id end`,
  merchant: sql`merchant_id`,
  shop: sql`shop_id`,
  terminal: sql`terminal_id`,
  amountMinor: sql`amount_minor`,
  currency: sql`currency`,
} as const;

export type BookedColumn = keyof typeof COLUMNS;

/**
 * Booked events of one hub in the order of its chain, column by column, each a JSON array as PostgreSQL made it: this process
 * hands them on to the engine without looking at an event.
 */
export interface BookedEvents {
  readonly count: number;
  readonly columns: Readonly<Record<BookedColumn, string>>;
}

/** Of a stretch of a hub's chain. */
export interface BookedStretch {
  readonly hubId: string;
  /** (after, upTo] of the chain's sequence. */
  readonly after: number;
  readonly upTo: number;
  /** The city's. */
  readonly timeZone: string;
}

/**
 * Reads what a hub booked in a stretch of its chain: captures, and the refunds and reversals that correct them. A correction
 * is told with its payment's time and place.
 *
 * @returns undefined where nothing of it is about a payment
 */
export async function readBookedEvents(
  tx: Executor,
  { hubId, after, upTo, timeZone }: BookedStretch,
): Promise<BookedEvents | undefined> {
  const arrays = Object.entries(COLUMNS).map(
    ([name, value]) => sql`json_agg(${value})::text as ${sql.identifier(name)}`,
  );
  const [row] = await tx.execute<{ count: number } & Record<BookedColumn, string>>(
    sql`
    with told as (
      select event_seq as seq, event_seq as payment_seq, 'capture' as kind, captured_at as at, captured_at as paid, shopper_id,
             merchant_id, shop_id, terminal_id, amount_minor, currency
      from payments where hub_id = ${hubId} and event_seq > ${after} and event_seq <= ${upTo}
      union all
      select m.event_seq, p.event_seq, m.kind, m.moved_at, p.captured_at, p.shopper_id,
             p.merchant_id, p.shop_id, p.terminal_id, -m.amount_minor, m.currency
      from payment_moves m join payments p on p.hub_id = m.hub_id and p.payment_id = m.payment_id
      where m.hub_id = ${hubId} and m.event_seq > ${after} and m.event_seq <= ${upTo}
        and m.kind in ('refund', 'reverse')
    ), ordered as (select *, paid at time zone ${timeZone} as local from told order by seq)
    select count(*)::integer as count, ${sql.join(arrays, sql`, `)} from ordered`,
  );
  if (!row || row.count === 0) return undefined;
  const { count, ...columns } = row;
  return { count, columns };
}

/** Whole milliseconds: a float has 53 bits, and is many times as quick as PostgreSQL's numeric. */
function inMs(at: SQL): SQL {
  return sql`(date_part('epoch', ${at}) * 1000)::bigint`;
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

/** The days on which these people paid, by hub, in the city's time zone. */
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
