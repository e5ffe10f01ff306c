import type { MeasuredRate } from '../recognition-report.ts';

const WHOLE = new Intl.NumberFormat('en');
const MEGABYTE = 1e6;

/** 12,345 */
export function whole(value: number): string {
  return WHOLE.format(value);
}

/** A share in percent, with as many digits as it deserves; never 0 or 100 where it is not quite. */
export function percent(share: number): string {
  return `${digits(share)}\u00a0%`;
}

function digits(share: number): string {
  const value = share * 100;
  if (value === 0 || value === 100) return String(value);
  if (value > 99.9) return value.toFixed(Math.min(12, 1 - Math.floor(Math.log10(100 - value))));
  if (value >= 10) return value.toFixed(1);
  if (value >= 0.1) return value.toFixed(2);
  return value.toFixed(Math.min(12, 1 - Math.floor(Math.log10(value))));
}

/** A share that somebody chose, as they wrote it: 0.1 %. */
export function chosenPercent(share: number): string {
  return `${Number((share * 100).toPrecision(12))}\u00a0%`;
}

/** Both ends of an interval; a dash where there is none. */
export function between(interval: { readonly low: number; readonly high: number } | null): string {
  if (!interval) return '–';
  return `${digits(interval.low)} to\u00a0${percent(interval.high)}`;
}

/** The wider of both intervals: the honest one to draw. */
export function widest({ exact, byPerson }: MeasuredRate): {
  readonly low: number;
  readonly high: number;
} {
  if (!byPerson) return exact;
  return { low: Math.min(exact.low, byPerson.low), high: Math.max(exact.high, byPerson.high) };
}

/** 1 in 10,000 */
export function oneIn(rate: number): string {
  return `1 in\u00a0${whole(Math.round(1 / rate))}`;
}

/** Events of trials: 3 of 594. */
export function eventsOf({ events, trials }: MeasuredRate): string {
  return `${whole(events)} of ${whole(trials)}`;
}

export function score(value: number): string {
  return value.toFixed(3);
}

export function megabytes(bytes: number): string {
  const value = bytes / MEGABYTE;
  return `${value >= 10 ? whole(Math.round(value)) : value.toFixed(1)}\u00a0MB`;
}

export function milliseconds(value: number): string {
  return `${value >= 10 ? value.toFixed(1) : value.toFixed(2)}\u00a0ms`;
}
