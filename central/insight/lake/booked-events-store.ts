import { type SQL, sql } from 'drizzle-orm';
import type { Executor } from '../../db/database.ts';

/** Whole numbers that are read of a booked event, and how PostgreSQL makes them. */
const NUMBERS = {
  seq: sql`seq`,
  /** The event that the payment was captured with: its own, or the one that is corrected. */
  paymentSeq: sql`payment_seq`,
  /** When it happened, and when the payment was made that it is about: ms since the Unix epoch. */
  atMs: inMs(sql`at`),
  paidMs: inMs(sql`paid`),
  /** What the city's clocks showed when the payment was made, as if they were UTC. */
  localMs: inMs(sql`local`),
  amountMinor: sql`amount_minor`,
  /** Its place among `places`. */
  place: sql`place`,
} as const;

export type BookedNumber = keyof typeof NUMBERS;

/** Where, in what currency, and whether it is a capture: most events have it in common with many others. */
export interface BookedPlace {
  /** Of no other place of the hub's chain. */
  readonly place: number;
  readonly kind: string;
  readonly merchant: string;
  readonly shop: string;
  readonly terminal: string;
  readonly currency: string;
}

/** Booked events of one hub, column by column; in whichever order. */
export interface BookedEvents {
  readonly count: number;
  readonly numbers: Readonly<Record<BookedNumber, BigInt64Array>>;
  /** Two numbers each, the upper and the lower half of the shopper's id; both 0 for whoever asked to be erased. */
  readonly shoppers: BigInt64Array;
  readonly places: readonly BookedPlace[];
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
 * is told with its payment's time and place. PostgreSQL sends a column as one string of bytes, which takes a fraction of what
 * rows or JSON take on both sides.
 *
 * @returns undefined where nothing of it is about a payment
 */
export async function readBookedEvents(
  tx: Executor,
  { hubId, after, upTo, timeZone }: BookedStretch,
): Promise<BookedEvents | undefined> {
  const numbers = Object.entries(NUMBERS).map(
    ([name, value]) => sql`string_agg(int8send(${value}), ''::bytea) as ${sql.identifier(name)}`,
  );
  const [row] = await tx.execute<
    { count: number; shoppers: Buffer; places: BookedPlace[] } & Record<BookedNumber, Buffer>
  >(sql`
    with told as materialized (
      select event_seq as seq, event_seq as payment_seq, 'capture' as kind, captured_at as at, captured_at as paid, shopper_id,
             merchant_id, shop_id, terminal_id, amount_minor, currency
      from payments where hub_id = ${hubId} and event_seq > ${after} and event_seq <= ${upTo}
      union all
      select m.event_seq, p.event_seq, m.kind, m.moved_at, p.captured_at, p.shopper_id,
             p.merchant_id, p.shop_id, p.terminal_id, -m.amount_minor, m.currency
      from payment_moves m join payments p on p.hub_id = m.hub_id and p.payment_id = m.payment_id
      where m.hub_id = ${hubId} and m.event_seq > ${after} and m.event_seq <= ${upTo}
        and m.kind in ('refund', 'reverse')
    ), places as materialized (
      -- of no more places than events, each has a number that no other stretch has
      select ${after}::bigint + row_number() over () as place, kind, merchant_id, shop_id, terminal_id, currency
      from (select distinct kind, merchant_id, shop_id, terminal_id, currency from told) as found
    ), placed as (
      select told.*, place, paid at time zone ${timeZone} as local,
             case when shopper_id in (select shopper_id from erasures) then ${NOBODY}::uuid else shopper_id end as shopper
      from told join places using (kind, merchant_id, shop_id, terminal_id, currency)
    )
    select count(*)::integer as count, ${sql.join(numbers, sql`, `)}, string_agg(uuid_send(shopper), ''::bytea) as shoppers,
           (select json_agg(json_build_object('place', place, 'kind', kind, 'merchant', merchant_id, 'shop', shop_id,
                                              'terminal', terminal_id, 'currency', currency)) from places) as places
    from placed`);
  if (!row || row.count === 0) return undefined;
  const { count, shoppers, places } = row;
  return {
    count,
    numbers: {
      seq: inNumbers(row.seq),
      paymentSeq: inNumbers(row.paymentSeq),
      atMs: inNumbers(row.atMs),
      paidMs: inNumbers(row.paidMs),
      localMs: inNumbers(row.localMs),
      amountMinor: inNumbers(row.amountMinor),
      place: inNumbers(row.place),
    },
    shoppers: inNumbers(shoppers),
    places,
  };
}

/** Nobody has this id. */
const NOBODY = '00000000-0000-0000-0000-000000000000';

/** Whole milliseconds: a float has 53 bits, and is many times as quick as PostgreSQL's numeric. */
function inMs(at: SQL): SQL {
  return sql`(date_part('epoch', ${at}) * 1000)::bigint`;
}

/** Eight bytes each, the highest first, as PostgreSQL sends them. */
function inNumbers(bytes: Buffer): BigInt64Array {
  // memory of its own, where numbers begin at multiples of eight
  const own = Buffer.from(new ArrayBuffer(bytes.length));
  bytes.copy(own);
  return new BigInt64Array(own.swap64().buffer);
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
