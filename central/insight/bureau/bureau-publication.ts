import type { OpenDatabase } from '../../db/database.ts';
import { type CityTime, daysAfter, mondayOf, weekdayOf } from '../panels/city-time.ts';
import { type Answering, textOf } from '../panels/panel.ts';
import { insertWeek, listWeeks, readOperations, readTrades } from './bureau-store.ts';
import { SPAN_QUERY } from './week-queries-store.ts';
import { makeWeek } from './week-release.ts';

/** Tuesday: what hubs without a link have taken over the weekend has come in. */
const RELEASED_FROM_WEEKDAY = 2;
/** Of a lake that was there before, so many weeks are released at most. */
const MOST_WEEKS = 156;

/**
 * Makes the weeks of the bureau's that are due and not there yet, the oldest first, each once and for good: what comes too late
 * for a week is in none.
 *
 * @param most weeks at a time
 * @returns how many were made
 */
export async function publishWeeks(
  sales: Answering,
  {
    database,
    at,
    now,
    timeZone,
    most,
  }: {
    readonly database: OpenDatabase;
    readonly at: CityTime;
    readonly now: Date;
    readonly timeZone: string;
    readonly most: number;
  },
): Promise<number> {
  const { db } = database;
  const due = await dueWeeks(sales, at);
  if (due.length === 0) return 0;
  const made = new Set(await listWeeks(db));
  const missing = due.filter((week) => !made.has(week)).slice(0, most);
  if (missing.length === 0) return 0;
  const trades = await readTrades(db);
  for (const week of missing) {
    const operations = await readOperations(db, week, timeZone);
    const body = await makeWeek(sales, week, { trades, operations });
    await database.transact((tx) => insertWeek(tx, { week, body, at: now }));
  }
  return missing.length;
}

/** From the first week with sales to the last one that is over. */
async function dueWeeks(sales: Answering, at: CityTime): Promise<string[]> {
  const [span] = await sales.rows(SPAN_QUERY);
  const first = span ? textOf(span, 'first_day') : '';
  if (first === '') return [];
  const over = weekdayOf(at.day) < RELEASED_FROM_WEEKDAY ? 14 : 7;
  const last = daysAfter(mondayOf(at.day), -over);
  const weeks: string[] = [];
  for (let week = last; week >= mondayOf(first) && weeks.length < MOST_WEEKS; ) {
    weeks.unshift(week);
    week = daysAfter(week, -7);
  }
  return weeks;
}
