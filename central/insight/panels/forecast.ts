import type { PanelOf, Sentence } from '../../../shared/contracts/http-insight.ts';
import { type CityTime, daysAfter, daysBetween, weekdayName, weekdayOf } from './city-time.ts';
import { numberOf, type PanelMaker, type PanelRow, percent, textOf } from './panel.ts';
import {
  FORECAST_DAYS,
  recentHoursQuery,
  SEASON_DAYS,
  YEAR_DAYS,
  yearAgoQuery,
} from './panel-queries-store.ts';

/** A week further back counts so much less. */
const FADING = 0.8;
/** Weeks that the mean of an hour is of, and weeks that its errors are measured in. */
const WEEKS = 8;
const WEEK_DAYS = 7;
/** From the tenth to the ninetieth percentile of a normal distribution, in standard deviations. */
const EIGHTY_PERCENT = 1.2816;
/** What a season may do to a week: more is a shop that was closed, or not there yet. */
const SEASON_LIMITS = [0.5, 3] as const;
/** Below this mean a year-old week says nothing. */
const LEAST_A_DAY = 1;

type Hour = PanelOf<'forecast'>['hours'][number];
/** Payments of a day, by hour. */
type Days = ReadonlyMap<string, ReadonlyMap<number, number>>;

/**
 * Payments to expect in the next seven days: the mean of the same weekday and hour in the weeks before, recent ones counting
 * more, times what the same season did a year ago. How wrong that is is measured on the last week, which it is made without.
 */
export const forecastPanel: PanelMaker<'forecast'> = {
  name: 'forecast',
  queries: (scope, at) => [recentHoursQuery(scope, at), yearAgoQuery(scope, at)],
  make: ([recent = [], yearAgo = []], at) => {
    const days = daysOf(recent);
    const season = seasonOf(yearAgo, at);
    const test = backTest(days, at);
    const next = Array.from({ length: WEEK_DAYS }, (_, i) => daysAfter(at.day, i));
    const hours = next.flatMap((day) =>
      hoursOf(days, { day, from: at.day, season: season ?? 1, test }),
    );
    const { error, naiveError } = test;
    const panel = { panel: 'forecast' as const, day: at.day, hours, error, naiveError, season };
    return { ...panel, sentence: sentence(panel) };
  },
};

function daysOf(rows: readonly PanelRow[]): Days {
  const byDay = Map.groupBy(rows, (row) => textOf(row, 'day'));
  return new Map(
    [...byDay].map(([day, ofDay]) => [
      day,
      new Map(ofDay.map((row) => [numberOf(row, 'hour'), numberOf(row, 'payments')])),
    ]),
  );
}

/** What the coming week was to the four before it, a year ago. */
function seasonOf(rows: readonly PanelRow[], at: CityTime): number | null {
  const then = daysAfter(at.day, -YEAR_DAYS);
  const before = rows.filter((row) => textOf(row, 'day') < then);
  const week = rows.filter((row) => textOf(row, 'day') >= then);
  const level = meanOf(before, SEASON_DAYS);
  if (level < LEAST_A_DAY || before.length < SEASON_DAYS / 2 || week.length === 0) return null;
  const [least, most] = SEASON_LIMITS;
  return Math.min(most, Math.max(least, meanOf(week, WEEK_DAYS) / level));
}

/** Payments a day. */
function meanOf(rows: readonly PanelRow[], days: number): number {
  return rows.reduce((sum, row) => sum + numberOf(row, 'payments'), 0) / days;
}

/** The faded mean of an hour in the weeks before a day; weeks before the first sale don't count. */
function expected(
  days: Days,
  first: string,
  { day, hour, before }: { day: string; hour: number; before: string },
) {
  let sum = 0;
  let weights = 0;
  for (let week = 1; week <= WEEKS + 1; week += 1) {
    const then = daysAfter(day, -WEEK_DAYS * week);
    if (then >= before || then < first) continue;
    const weight = FADING ** week;
    sum += weight * (days.get(then)?.get(hour) ?? 0);
    weights += weight;
  }
  return weights === 0 ? 0 : sum / weights;
}

interface BackTest {
  readonly error: number | null;
  readonly naiveError: number | null;
  /** Variance of an hour over its mean. */
  readonly dispersion: number;
}

/** Forecasts the last week from the weeks before it. */
function backTest(days: Days, at: CityTime): BackTest {
  const first = firstDay(days, at);
  const from = daysAfter(at.day, -WEEK_DAYS);
  // without two weeks before it, nothing can be said
  if (daysBetween(first, from) < 2 * WEEK_DAYS) {
    return { error: null, naiveError: null, dispersion: 1 };
  }
  let payments = 0;
  let wrong = 0;
  let naiveWrong = 0;
  let squares = 0;
  let cells = 0;
  for (let i = 0; i < WEEK_DAYS; i += 1) {
    const day = daysAfter(from, i);
    for (const hour of openHours(days)) {
      const actual = days.get(day)?.get(hour) ?? 0;
      const guess = expected(days, first, { day, hour, before: from });
      const naive = days.get(daysAfter(day, -WEEK_DAYS))?.get(hour) ?? 0;
      payments += actual;
      wrong += Math.abs(actual - guess);
      naiveWrong += Math.abs(actual - naive);
      if (guess <= 0) continue;
      squares += (actual - guess) ** 2 / guess;
      cells += 1;
    }
  }
  return {
    error: payments === 0 ? null : wrong / payments,
    naiveError: payments === 0 ? null : naiveWrong / payments,
    dispersion: cells === 0 ? 1 : squares / cells,
  };
}

function firstDay(days: Days, at: CityTime): string {
  return [...days.keys()].reduce((a, b) => (a < b ? a : b), at.day);
}

function openHours(days: Days): readonly number[] {
  const hours = new Set([...days.values()].flatMap((day) => [...day.keys()]));
  return [...hours].toSorted((a, b) => a - b);
}

function hoursOf(
  days: Days,
  on: {
    readonly day: string;
    readonly from: string;
    readonly season: number;
    readonly test: BackTest;
  },
): Hour[] {
  const { day, from, season, test } = on;
  const first = firstDay(days, { day: from, hour: 0 });
  return openHours(days).map((hour) => {
    const mean = season * expected(days, first, { day, hour, before: from });
    const spread = EIGHTY_PERCENT * Math.sqrt(Math.max(test.dispersion, 1) * mean);
    return {
      day,
      hour,
      expected: rounded(mean),
      from: rounded(Math.max(0, mean - spread)),
      to: rounded(mean + spread),
    };
  });
}

function rounded(payments: number): number {
  return Math.round(payments * 10) / 10;
}

function sentence({ hours, error, season }: Omit<PanelOf<'forecast'>, 'sentence'>): Sentence {
  const [peak] = hours.toSorted((a, b) => b.expected - a.expected);
  if (!peak || peak.expected === 0 || error === null) {
    return {
      'zh-CN': `有了 ${FORECAST_DAYS / WEEK_DAYS} 周的销售才能预测。`,
      en: 'A forecast needs a few weeks of sales.',
    };
  }
  const weekday = weekdayOf(peak.day);
  const [about, low, high] = [peak.expected, peak.from, peak.to].map(Math.round);
  const zhSeason = season === null ? '' : `按去年同期，季节系数为 ${season.toFixed(2)}；`;
  const enSeason = season === null ? '' : `the season counts ${season.toFixed(2)} by last year; `;
  return {
    'zh-CN': `下一周最忙的是${weekdayName(weekday, 'zh-CN')} ${peak.hour} 点，约 ${about} 笔（${low}–${high}）；${zhSeason}上周的预测误差为 ${percent(error)}。`,
    en: `The busiest hour ahead is ${weekdayName(weekday, 'en')} ${peak.hour}:00 with about ${about} ${about === 1 ? 'payment' : 'payments'} (${low}–${high}); ${enSeason}last week’s forecast was ${percent(error)} off.`,
  };
}
