import { sql } from 'drizzle-orm';
import {
  type BureauWeek,
  type BureauWeekBody,
  bureauWeekBodySchema,
} from '../../../shared/contracts/http-bureau.ts';
import type { Trade } from '../../../shared/contracts/trades.ts';
import type { Executor } from '../../db/database.ts';
import { daysAfter } from '../panels/city-time.ts';
import type { TradeOfMerchant } from './week-queries-store.ts';
import type { StreetOperation } from './week-release.ts';

/** What each merchant deals in, as far as the administration has said. */
export async function readTrades(db: Executor): Promise<TradeOfMerchant> {
  const rows = await db.execute<{ merchant: string; trade: string }>(sql`
    select merchant_id as merchant, trade from merchant_trades order by merchant_id`);
  return rows.map(({ merchant, trade }) => [merchant, trade] as const);
}

/** Says what a merchant deals in, from the next week on. */
export async function writeTrade(db: Executor, merchantId: string, trade: Trade): Promise<void> {
  await db.execute(sql`
    insert into merchant_trades (merchant_id, trade) values (${merchantId}, ${trade})
    on conflict (merchant_id) do update set trade = excluded.trade`);
}

/** A street's terminals and its link in a week. */
export async function readOperations(
  db: Executor,
  monday: string,
  timeZone: string,
): Promise<StreetOperation[]> {
  const rows = await db.execute<Record<string, string>>(sql`
    with week as (
      select coalesce(h.street_id, h.hub_id) as street, p.terminal_id, p.captured_at,
             p.booked_at - p.captured_at > interval '5 minutes' as late
      from payments p join hubs h on h.hub_id = p.hub_id
      where p.captured_at >= ${monday}::timestamp at time zone ${timeZone}
        and p.captured_at < ${daysAfter(monday, 7)}::timestamp at time zone ${timeZone})
    select street, count(distinct terminal_id) as terminals, count(*) filter (where late) as late,
           count(distinct date_trunc('hour', captured_at)) filter (where late) as hours
    from week group by street order by street`);
  return rows.map((row) => ({
    street: row['street'] ?? '',
    terminals: Number(row['terminals']),
    latePayments: Number(row['late']),
    lateHours: Number(row['hours']),
  }));
}

/** The Mondays of all weeks that were released, the oldest first. */
export async function listWeeks(db: Executor): Promise<string[]> {
  const rows = await db.execute<{ week: string }>(sql`
    select to_char(week, 'YYYY-MM-DD') as week from bureau_releases order by bureau_releases.week`);
  return rows.map(({ week }) => week);
}

/** Keeps a week, unless there is one: whichever was first stays. */
export async function insertWeek(
  db: Executor,
  { week, body, at }: { readonly week: string; readonly body: BureauWeekBody; readonly at: Date },
): Promise<void> {
  await db.execute(sql`
    insert into bureau_releases (week, body, released_at)
    values (${week}::date, ${JSON.stringify(body)}::text::jsonb, ${at.toISOString()}) on conflict do nothing`);
}

/** A week as it was released. */
export async function findWeek(db: Executor, week: string): Promise<BureauWeek | undefined> {
  const rows = await db.execute<{ body: unknown; released: string }>(sql`
    select body, released_at as released from bureau_releases where week = ${week}::date`);
  const [row] = rows;
  if (!row) return undefined;
  const body = bureauWeekBodySchema.parse(row.body);
  return { week, releasedAt: new Date(row.released).toISOString(), ...body };
}

/** Sums of a week, of which series are made. */
export type WeekSums = Pick<BureauWeekBody, 'city' | 'streets' | 'trades'> & {
  readonly week: string;
};

const sumsSchema = bureauWeekBodySchema.pick({ city: true, streets: true, trades: true });

/** Sums of the latest weeks, the oldest first. */
export async function readSums(db: Executor, mostWeeks: number): Promise<WeekSums[]> {
  const rows = await db.execute<{ week: string; sums: unknown }>(sql`
    select to_char(week, 'YYYY-MM-DD') as week,
           jsonb_build_object('city', body -> 'city', 'streets', body -> 'streets', 'trades', body -> 'trades') as sums
    from bureau_releases order by bureau_releases.week desc limit ${mostWeeks}`);
  return rows.map(({ week, sums }) => ({ week, ...sumsSchema.parse(sums) })).toReversed();
}

/** What streets are called. */
export async function readStreetNames(
  db: Executor,
): Promise<{ readonly street: string; readonly name: string }[]> {
  const rows = await db.execute<{ street: string; name: string }>(sql`
    select distinct on (street) coalesce(street_id, hub_id) as street, coalesce(street_name, street_id, hub_id) as name
    from hubs order by street, name`);
  return [...rows];
}
