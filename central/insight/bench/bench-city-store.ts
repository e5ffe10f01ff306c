import { finished } from 'node:stream/promises';
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import type { Executor, OpenDatabase } from '../../db/database.ts';
import type { PanelRow } from '../panels/panel.ts';

const STREETS = 20;
const SHOPS_A_STREET = 20;
/** One shopper for so many payments. */
const PAYMENTS_A_SHOPPER = 25;
const DAYS = 365;

/**
 * Fills the books with a synthetic city: 20 streets of 20 shops, most shoppers faithful to a street, a few buying much more
 * than the rest, a year of days, 1.5 % refunded and 0.3 % reversed. Without inbox rows and checks: what is measured reads the
 * books only.
 *
 * @param seed the same again gives the same city
 */
export async function fillBooks(
  database: OpenDatabase,
  { rows, endMs, seed }: { readonly rows: number; readonly endMs: number; readonly seed: number },
): Promise<void> {
  const end = new Date(endMs).toISOString();
  const shoppersAStreet = Math.max(1, Math.floor(rows / PAYMENTS_A_SHOPPER / STREETS));
  await database.transact(async (tx) => {
    await tx.execute(sql`set local session_replication_role = replica`);
    await tx.execute(sql`set local synchronous_commit = off`);
    await tx.execute(sql`select setseed(1 / (1 + ${seed}::float8))`);
    await tx.execute(sql`
      insert into hubs (hub_id, street_id, street_name)
      select 'hub-' || n, 'street-' || n, 'Street ' || n from generate_series(1, ${STREETS}::int) n`);
    await tx.execute(sql`
      insert into payments (hub_id, payment_id, event_seq, shopper_id, terminal_id, shop_id, merchant_id, amount_minor,
                            currency, method, reference, captured_at, booked_at)
      select 'hub-' || street, gen_random_uuid(), row_number() over (partition by street order by at),
             ('019a4e00-0000-7000-8000-' || lpad(to_hex(shopper * ${STREETS}::int +
               case when stays < 0.8 then street - 1 else floor(stays * 997)::int % ${STREETS}::int end), 12, '0'))::uuid,
             'terminal-' || street || '-' || shop, 'shop-' || street || '-' || shop, 'm-' || street || '-' || shop,
             amount, 'CNY', 'face', '', at, at
      from (
        select 1 + floor(power(random(), 1.3) * ${STREETS}::int)::int as street,
               1 + floor(power(random(), 1.5) * ${SHOPS_A_STREET}::int)::int as shop,
               floor(power(random(), 2) * ${shoppersAStreet}::int)::int as shopper, random() as stays,
               300 + floor(exp(random() * 4) * 200)::bigint as amount,
               ${end}::timestamptz - (floor(power(random(), 1.05) * ${DAYS}::int) * interval '1 day')
                 - (floor(abs(random() + random() - 1) * 12 * 3600) * interval '1 second') as at
        from generate_series(1, ${rows}::int)
      ) as made`);
    await tx.execute(sql`
      insert into payment_moves (hub_id, move_id, payment_id, event_seq, kind, shopper_id, terminal_id, shop_id, merchant_id,
                                 amount_minor, currency, reference, moved_at, booked_at)
      select hub_id, gen_random_uuid(), payment_id,
             captures + row_number() over (partition by hub_id),
             kind, shopper_id, terminal_id, shop_id, merchant_id,
             case when kind = 'reverse' then amount_minor else amount_minor / 2 end, 'CNY', '', captured_at, captured_at
      from (select *, case when luck < 0.003 then 'reverse' else 'refund' end as kind
            from (select *, random() as luck, count(*) over (partition by hub_id) as captures from payments) as drawn
            where luck < 0.018) as chosen`);
    await tx.execute(sql`
      insert into intake_watermarks (hub_id, chain_seq)
      select hub_id, max(event_seq) from
        (select hub_id, event_seq from payments union all select hub_id, event_seq from payment_moves) as told
      group by hub_id`);
  });
  await database.db.execute(sql`analyze payments`);
}

/** The same sales as a table of PostgreSQL, with the index that it would have for panels. */
export async function flattenSales(database: OpenDatabase, timeZone: string): Promise<void> {
  await database.db.execute(sql`
    create table sale as
    select h.street_id as street, p.merchant_id as merchant, p.shop_id as shop,
           (p.captured_at at time zone ${timeZone})::date as day,
           extract(hour from p.captured_at at time zone ${timeZone})::smallint as hour,
           p.shopper_id as customer, p.shopper_id as visitor, p.amount_minor - coalesce(given.amount, 0) as amount
    from payments p join hubs h on h.hub_id = p.hub_id
    left join (select hub_id, payment_id, sum(amount_minor) as amount from payment_moves
               where kind in ('refund', 'reverse') group by hub_id, payment_id) as given
      on given.hub_id = p.hub_id and given.payment_id = p.payment_id
    where p.amount_minor > coalesce(given.amount, 0)`);
  await database.db.execute(sql`create index sale_by_merchant on sale (merchant, day)`);
  await database.db.execute(sql`analyze sale`);
}

/** The events that a projection reads, by bare COPY over one connection, thrown away. @returns how long it took, in seconds */
export async function copyEvents(url: string): Promise<number> {
  const client = postgres(url, { max: 1 });
  try {
    const fromMs = performance.now();
    const events = await client`
      copy (
        select hub_id, event_seq, event_seq, 'capture', captured_at, captured_at, shopper_id, merchant_id, shop_id, terminal_id,
               amount_minor, currency
        from payments
        union all
        select m.hub_id, m.event_seq, p.event_seq, m.kind, m.moved_at, p.captured_at, p.shopper_id, p.merchant_id, p.shop_id,
               p.terminal_id, -m.amount_minor, m.currency
        from payment_moves m join payments p on p.hub_id = m.hub_id and p.payment_id = m.payment_id
        where m.kind in ('refund', 'reverse')
      ) to stdout`.readable();
    await finished(events.resume());
    return (performance.now() - fromMs) / 1_000;
  } finally {
    await client.end();
  }
}

/** Merchants from the largest to the smallest, spread evenly. */
export async function pickMerchants(db: Executor, count: number): Promise<string[]> {
  const rows = await db.execute<{ merchant: string }>(sql`
    select merchant from (
      select merchant, ntile(${count}::int) over (order by count(*) desc, merchant) as part,
             row_number() over (order by count(*) desc, merchant) as place
      from sale group by merchant) as ranked
    where place in (select min(place) from (
      select ntile(${count}::int) over (order by count(*) desc, merchant) as part,
             row_number() over (order by count(*) desc, merchant) as place
      from sale group by merchant) as firsts group by part)
    order by place`);
  return rows.map(({ merchant }) => merchant);
}

/** Asks PostgreSQL what the panels ask. */
export function postgresAnswers(db: Executor): {
  rows(query: string): Promise<readonly PanelRow[]>;
} {
  return { rows: async (query) => [...(await db.execute(sql.raw(query)))] };
}
