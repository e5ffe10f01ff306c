import type { ReportPeriod } from '../../../shared/contracts/http-bureau.ts';
import { daysAfter } from '../panels/city-time.ts';

/** So many of the latest are made; of what is older the weeks themselves are there. */
const MOST_WEEKS = 8;
const MOST_MONTHS = 12;

/**
 * The reports that can be made of the weeks that were released: one for each week, and one for each month whose last Monday's
 * week is among them.
 *
 * @param weeks Mondays, the oldest first
 * @returns the oldest first, weeks before months
 */
export function dueReports(weeks: readonly string[]): ReportPeriod[] {
  const months = [...new Set(weeks.filter(isLastOfMonth).map((week) => week.slice(0, 7)))];
  return [
    ...weeks.slice(-MOST_WEEKS).map((period) => ({ kind: 'week', period }) as const),
    ...months.slice(-MOST_MONTHS).map((period) => ({ kind: 'month', period }) as const),
  ];
}

/** The weeks that a report is of: a month's are those whose Monday is in it. */
export function weeksOf({ kind, period }: ReportPeriod, weeks: readonly string[]): string[] {
  return weeks.filter((week) => (kind === 'week' ? week === period : week.startsWith(period)));
}

function isLastOfMonth(monday: string): boolean {
  return daysAfter(monday, 7).slice(0, 7) !== monday.slice(0, 7);
}
