import chineseDays from 'chinese-days';
import { daysAfter } from '../panels/city-time.ts';

const HOLIDAYS_OF_SEASON = 3;
const SUMMER_MONTHS = new Set(['07', '08']);

/** A week as the tourist season has it. */
export interface SeasonWeek {
  readonly week: string;
  readonly isSeason: boolean;
  /** The public holiday with the most days in it, in Chinese; null in other weeks. */
  readonly holiday: string | null;
}

/** Whether a week is of the tourist season: three or more public holidays, or summer. @param monday the week's */
export function seasonWeek(monday: string): SeasonWeek {
  const days = Array.from({ length: 7 }, (_, i) => daysAfter(monday, i));
  const holidays = days.flatMap((day) => {
    const { name, work } = chineseDays.getDayDetail(day);
    // "National Day,国庆节,3"; plain weekends are called by their weekday
    const [, chinese] = name.split(',');
    return !work && chinese ? [chinese] : [];
  });
  const isHolidays = holidays.length >= HOLIDAYS_OF_SEASON;
  const isSummer =
    SUMMER_MONTHS.has(monday.slice(5, 7)) && SUMMER_MONTHS.has(daysAfter(monday, 6).slice(5, 7));
  return {
    week: monday,
    isSeason: isHolidays || isSummer,
    holiday: isHolidays ? (holidays[0] ?? null) : null,
  };
}
