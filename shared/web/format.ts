import { type Currency, formatAmount, type Money } from '../domain/money.ts';

/** Where `Intl` would say "CN¥" or "US$", shops on the street say "¥". */
const currencyFormat = (language: string, currency: Currency): Intl.NumberFormat =>
  new Intl.NumberFormat(language, { style: 'currency', currency, currencyDisplay: 'narrowSymbol' });

/** "¥12.50" in the reader's language. Exact: the amount goes in as decimal text, never as a float. */
export function moneyText(money: Money, language: string): string {
  const decimal = formatAmount(money);
  // Intl takes a decimal string exactly (ECMA-402 NumberFormat v3); TypeScript types it as a numeric literal
  return currencyFormat(language, money.currency).format(decimal as Intl.StringNumericLiteral);
}

export function timeText(at: string, language: string): string {
  return new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).format(new Date(at));
}

/** Hours and minutes today, with the date on other days, and the year in other years. */
export function momentText(at: string, language: string, nowMs: number): string {
  const moment = new Date(at);
  const now = new Date(nowMs);
  const isToday = moment.toDateString() === now.toDateString();
  const year = moment.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return new Intl.DateTimeFormat(language, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    ...(isToday ? {} : { year, month: 'short', day: 'numeric' }),
  }).format(moment);
}

export function dateText(at: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium' }).format(new Date(at));
}

/** A day of a calendar (2026-11-28), the same wherever the reader is. */
export function dayText(day: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' }).format(
    new Date(day),
  );
}

/** The same without its year, where space is short: "Nov 28", "11月28日". */
export function shortDayText(day: string, language: string): string {
  return new Intl.DateTimeFormat(language, {
    month: 'short',
    day: 'numeric',
    timeZone: 'UTC',
  }).format(new Date(day));
}

/** A month (2026-11): "Nov 2026", "2026年11月". */
export function monthText(month: string, language: string): string {
  return new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'short',
    timeZone: 'UTC',
  }).format(new Date(`${month}-01`));
}

export function countText(count: number, language: string): string {
  return new Intl.NumberFormat(language).format(count);
}

export function millisText(ms: number, language: string): string {
  const format = new Intl.NumberFormat(language, { maximumFractionDigits: 0 });
  return `${format.format(ms)} ms`;
}

/** "3 h 05 min" style, in the reader's language, in the two largest units. */
export function durationText(ms: number, language: string): string {
  const minutes = Math.floor(ms / 60_000);
  const unit = (value: number, name: string): string =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(
      value,
    );
  if (minutes < 1) return unit(Math.floor(ms / 1_000), 'second');
  if (minutes < 60) return unit(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${unit(hours, 'hour')} ${unit(minutes % 60, 'minute')}`;
  return `${unit(Math.floor(hours / 24), 'day')} ${unit(hours % 24, 'hour')}`;
}
