import chineseDays from 'chinese-days';
import { addDays } from '../merchants/china-time.ts';

/**
 * The days on which banks in China work, holidays and the weekends that make up for them as the State Council publishes
 * them. Years that are not published yet have weekends only, but for `extra`, which the operator gives.
 */
export class BusinessDays {
  private readonly extra: ReadonlySet<string>;

  /** @param extraHolidays days, `2026-11-28` */
  constructor(extraHolidays: readonly string[] = []) {
    this.extra = new Set(extraHolidays);
  }

  isBusinessDay(day: string): boolean {
    return !this.extra.has(day) && chineseDays.isWorkday(day);
  }

  /** The first business day that is not before this one. */
  onOrAfter(day: string): string {
    let found = day;
    while (!this.isBusinessDay(found)) found = addDays(found, 1);
    return found;
  }
}
