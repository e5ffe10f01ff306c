import type { BureauLine, BureauSeries, Figures } from '../../../shared/contracts/http-bureau.ts';
import type { WeekSums } from './bureau-store.ts';
import { seasonWeek } from './tourist-season.ts';

/** Weeks that it takes before something is ordinary. */
const LEAST_WEEKS = 4;

/** How the city, its streets and its trades went, on an index: 100 is the mean of a line's weeks outside the tourist season. */
export function seriesOf(weeks: readonly WeekSums[]): Omit<BureauSeries, 'streets'> {
  const seasons = weeks.map(({ week }) => seasonWeek(week));
  const isSeason = seasons.map((week) => week.isSeason);
  const line = (
    kind: BureauLine['kind'],
    id: string,
    of: (week: WeekSums) => Figures | undefined,
  ): BureauLine => {
    const payments = weeks.map((week) => of(week)?.payments ?? null);
    return { kind, id, ...onIndex(payments, isSeason) };
  };
  const ids = (of: (week: WeekSums) => readonly string[]): string[] =>
    [...new Set(weeks.flatMap(of))].toSorted();
  return {
    weeks: seasons,
    lines: [
      line('city', '', ({ city }) => city),
      ...ids(({ streets }) => streets.map(({ street }) => street)).map((id) =>
        line('street', id, ({ streets }) => streets.find(({ street }) => street === id)),
      ),
      ...ids(({ trades }) => trades.map(({ trade }) => trade)).map((id) =>
        line('trade', id, ({ trades }) => trades.find(({ trade }) => trade === id)),
      ),
    ],
  };
}

function onIndex(
  payments: readonly (number | null)[],
  isSeason: readonly boolean[],
): Pick<BureauLine, 'index' | 'seasonIndex'> {
  const of = (season: boolean): number[] =>
    payments.flatMap((count, i) => (count !== null && isSeason[i] === season ? [count] : []));
  const ordinary = of(false);
  const base = ordinary.length < LEAST_WEEKS ? 0 : mean(ordinary);
  const index = (count: number): number | null =>
    base === 0 ? null : Math.round((1_000 * count) / base) / 10;
  const inSeason = of(true);
  return {
    index: payments.map((count) => (count === null ? null : index(count))),
    seasonIndex: inSeason.length === 0 ? null : index(mean(inSeason)),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
