import { randomInt } from 'node:crypto';
import type { OpenDatabase } from '../../db/database.ts';
import { type CityTime, daysAfter, mondayOf, weekdayOf } from '../panels/city-time.ts';
import { type Answering, numberOf, textOf } from '../panels/panel.ts';
import { streetVisitorsQuery } from '../panels/panel-queries-store.ts';
import { discreteLaplace, type Uniform } from './discrete-laplace.ts';
import { insertRelease, isReleased, listStreets } from './release-store.ts';

export const VISITORS = 'visitors';
/** Streets in which a visitor counts in a week: those where they paid most often. What one person can change in all. */
export const STREETS_A_VISITOR = 2;
/** Privacy spent on a week, in thousandths. */
const EPSILON_MILLI = 500;
/** Tuesday: a street that was offline over the weekend has told by then. */
const RELEASED_FROM_WEEKDAY = 2;

/**
 * Publishes last week's visitors of every street, once, with discrete Laplace noise: whoever sees all that was published can
 * tell hardly better than without it whether a person was there (differential privacy, e^epsilon a week).
 *
 * @returns whether something was published
 */
export async function publishVisitors(
  engine: Answering,
  {
    database,
    at,
    now,
    uniform = (below) => randomInt(below),
  }: {
    readonly database: OpenDatabase;
    readonly at: CityTime;
    readonly now: Date;
    readonly uniform?: Uniform;
  },
): Promise<boolean> {
  if (weekdayOf(at.day) < RELEASED_FROM_WEEKDAY) return false;
  const week = daysAfter(mondayOf(at.day), -7);
  if (await isReleased(database.db, VISITORS, week)) return false;
  const rows = await engine.rows(streetVisitorsQuery(week, STREETS_A_VISITOR));
  const people = new Map(rows.map((row) => [textOf(row, 'street'), numberOf(row, 'people')]));
  const rate = { numerator: EPSILON_MILLI, denominator: 1_000 * STREETS_A_VISITOR };
  // every street, or the list itself would tell that nobody was there
  const streets = (await listStreets(database.db)).map((street) => ({
    street,
    visitors: Math.max(0, (people.get(street) ?? 0) + discreteLaplace(rate, uniform)),
  }));
  const release = { week, epsilonMilli: EPSILON_MILLI, streets, releasedAt: now };
  await database.transact((tx) => insertRelease(tx, VISITORS, release));
  return true;
}
