import { sql } from 'drizzle-orm';
import type { Executor } from '../../db/database.ts';

/** Booked events of one hub, column by column, in the order of its chain. */
export interface BookedEvents {
  readonly hubId: string;
  readonly seq: readonly number[];
  /** The event that the payment was captured with: its own, or the one that is corrected. */
  readonly paymentSeq: readonly number[];
  readonly kind: readonly string[];
  /** When it happened, and when the payment was made that it is about: ms since the Unix epoch. */
  readonly atMs: readonly number[];
  readonly paidMs: readonly number[];
  /** What the city's clocks showed when the payment was made, as if they were UTC. */
  readonly localMs: readonly number[];
  /** Null for whoever asked to be erased. */
  readonly shopper: readonly (string | null)[];
  readonly merchant: readonly string[];
  readonly shop: readonly string[];
  readonly terminal: readonly string[];
  readonly amountMinor: readonly number[];
  readonly currency: readonly string[];
}

/**
 * Reads what a hub booked in a window of its chain: captures, and the refunds and reversals that correct them. A correction
 * is told with its payment's time and place.
 *
 * @param window (after, upTo] of the chain's sequence
 * @param timeZone the city's
 */
export async function readBookedEvents(
  tx: Executor,
  window: {
    readonly hubId: string;
    readonly after: number;
    readonly upTo: number;
    readonly timeZone: string;
  },
): Promise<BookedEvents> {
  const { hubId, after, upTo, timeZone } = window;
  // one row of JSON: a driver's row for each event takes several times as long
  const [row] = await tx.execute<{
    [Column in Exclude<keyof BookedEvents, 'hubId'>]: BookedEvents[Column] | null;
  }>(
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
    ), ordered as (select * from told order by seq)
    select json_agg(seq) as seq, json_agg(payment_seq) as "paymentSeq", json_agg(kind) as kind,
           json_agg((extract(epoch from at) * 1000)::bigint) as "atMs",
           json_agg((extract(epoch from paid) * 1000)::bigint) as "paidMs",
           json_agg((extract(epoch from paid at time zone ${timeZone}) * 1000)::bigint) as "localMs",
           json_agg(case when shopper_id in (select shopper_id from erasures) then null else shopper_id end) as shopper,
           json_agg(merchant_id) as merchant, json_agg(shop_id) as shop, json_agg(terminal_id) as terminal,
           json_agg(amount_minor) as "amountMinor", json_agg(currency) as currency
    from ordered`,
  );
  return {
    hubId,
    seq: row?.seq ?? [],
    paymentSeq: row?.paymentSeq ?? [],
    kind: row?.kind ?? [],
    atMs: row?.atMs ?? [],
    paidMs: row?.paidMs ?? [],
    localMs: row?.localMs ?? [],
    shopper: row?.shopper ?? [],
    merchant: row?.merchant ?? [],
    shop: row?.shop ?? [],
    terminal: row?.terminal ?? [],
    amountMinor: row?.amountMinor ?? [],
    currency: row?.currency ?? [],
  };
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
