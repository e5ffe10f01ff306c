import { sql } from 'drizzle-orm';
import type { Executor } from '../../db/database.ts';

/** A week that was published. */
export interface Release {
  /** The Monday, 2026-11-23. */
  readonly week: string;
  /** Thousandths. */
  readonly epsilonMilli: number;
  readonly streets: readonly { readonly street: string; readonly visitors: number }[];
  readonly releasedAt: Date;
}

/** Whether the week is published already. */
export async function isReleased(db: Executor, dataset: string, week: string): Promise<boolean> {
  const rows = await db.execute(sql`
    select 1 from public_releases where dataset = ${dataset} and week = ${week}::date`);
  return rows.length > 0;
}

/** Keeps a release, unless the week has one: whichever was first stays. */
export async function insertRelease(
  db: Executor,
  dataset: string,
  release: Release,
): Promise<void> {
  await db.execute(sql`
    insert into public_releases (dataset, week, epsilon_milli, rows, released_at)
    values (${dataset}, ${release.week}::date, ${release.epsilonMilli}, ${JSON.stringify(release.streets)}::text::jsonb,
            ${release.releasedAt.toISOString()})
    on conflict do nothing`);
}

/** Everything published of a dataset, newest week first. */
export async function listReleases(db: Executor, dataset: string): Promise<Release[]> {
  const rows = await db.execute<{
    week: string;
    epsilon: number;
    rows: Release['streets'];
    released: string;
  }>(sql`
    select to_char(week, 'YYYY-MM-DD') as week, epsilon_milli as epsilon, rows, released_at as released
    from public_releases where dataset = ${dataset} order by week desc`);
  return [...rows].map((row) => ({
    week: row.week,
    epsilonMilli: row.epsilon,
    streets: row.rows,
    releasedAt: new Date(row.released),
  }));
}

/** The streets of the city, whether anybody paid there or not. */
export async function listStreets(db: Executor): Promise<string[]> {
  const rows = await db.execute<{ street: string }>(sql`
    select distinct coalesce(street_id, hub_id) as street from hubs order by street`);
  return rows.map(({ street }) => street);
}
