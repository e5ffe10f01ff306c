/** A moment as the city's clocks and calendars show it. */
export interface CityTime {
  /** 2026-11-28 */
  readonly day: string;
  readonly hour: number;
}

const DAY_MS = 86_400_000;

/** @param nowMs milliseconds since the Unix epoch */
export function cityTime(nowMs: number, timeZone: string): CityTime {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(nowMs);
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  return { day: `${part('year')}-${part('month')}-${part('day')}`, hour: Number(part('hour')) };
}

/** The day so many days later. */
export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one to the other. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);
}

/** Monday is 1. */
export function weekdayOf(day: string): number {
  return new Date(Date.parse(day)).getUTCDay() || 7;
}

/** The Monday of the day's week. */
export function mondayOf(day: string): string {
  return daysAfter(day, 1 - weekdayOf(day));
}

/** The last Sunday before the day's week: what is told up to it stays the same for a week. */
export function lastSunday(day: string): string {
  return daysAfter(mondayOf(day), -1);
}

/** Months since the year 0. */
export function monthOf(day: string): number {
  return Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
}

/** 2026-11 */
export function monthText(month: number): string {
  return `${Math.floor(month / 12)}-${String((month % 12) + 1).padStart(2, '0')}`;
}

const WEEKDAYS = {
  'zh-CN': ['周一', '周二', '周三', '周四', '周五', '周六', '周日'],
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
} as const;

/** What a weekday is called; Monday is 1. */
export function weekdayName(weekday: number, language: keyof typeof WEEKDAYS): string {
  return WEEKDAYS[language][weekday - 1] ?? '';
}

/** 2026-11 as people say it: "November 2026", "2026年11月". */
export function monthName(month: string, language: keyof typeof WEEKDAYS): string {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'long',
    timeZone: 'UTC',
  }).format(Date.parse(`${month}-01`));
}
