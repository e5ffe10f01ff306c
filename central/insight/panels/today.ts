import type { PanelOf, Sentence } from '../../../shared/contracts/http-insight.ts';
import { type CityTime, weekdayName, weekdayOf } from './city-time.ts';
import { minorOf, numberOf, type PanelMaker, type PanelRow, quantile, textOf } from './panel.ts';
import { todayQuery } from './panel-queries-store.ts';

/** Below this nothing is usual. */
const LEAST_DAYS = 3;

/** Whole hours of today beside the same hours of the same weekday in the weeks before. */
export const todayPanel: PanelMaker<'today'> = {
  name: 'today',
  queries: (scope, at) => [todayQuery(scope, at)],
  make: ([rows = []], at) => {
    const today = soFar(
      rows.filter((row) => textOf(row, 'day') === at.day),
      at,
    );
    const before = [...Map.groupBy(rows, (row) => textOf(row, 'day'))]
      .filter(([day]) => day !== at.day)
      .map(([, ofDay]) => ofDay);
    const usual = usualOf(before.map((ofDay) => soFar(ofDay, at)));
    const index =
      usual.usualPayments === null || usual.usualPayments === 0
        ? null
        : (100 * today.payments) / usual.usualPayments;
    const panel = {
      panel: 'today' as const,
      day: at.day,
      untilHour: at.hour,
      payments: today.payments,
      sumMinor: today.amount.toString(),
      comparedDays: before.length,
      ...usual,
      index,
      hours: hoursOf(rows, before.length, at),
    };
    return { ...panel, sentence: todaySentence(panel) };
  },
};

interface SoFar {
  readonly payments: number;
  readonly amount: bigint;
}

/** What was sold before the hour that is running. */
function soFar(rows: readonly PanelRow[], { hour }: CityTime): SoFar {
  const whole = rows.filter((row) => numberOf(row, 'hour') < hour);
  return {
    payments: whole.reduce((sum, row) => sum + numberOf(row, 'payments'), 0),
    amount: whole.reduce((sum, row) => sum + minorOf(row, 'amount'), 0n),
  };
}

function usualOf(before: readonly SoFar[]) {
  if (before.length < LEAST_DAYS) {
    return { usualPayments: null, usualSumMinor: null, usualFrom: null, usualTo: null };
  }
  const payments = before.map((each) => each.payments);
  const usual = quantile(payments, 0.5);
  const amounts = before.map(({ amount }) => Number(amount));
  const onIndex = (count: number): number | null => (usual === 0 ? null : (100 * count) / usual);
  return {
    usualPayments: usual,
    usualSumMinor: Math.round(quantile(amounts, 0.5)).toString(),
    usualFrom: onIndex(quantile(payments, 0.1)),
    usualTo: onIndex(quantile(payments, 0.9)),
  };
}

function hoursOf(rows: readonly PanelRow[], days: number, at: CityTime): PanelOf<'today'>['hours'] {
  const byHour = Map.groupBy(rows, (row) => numberOf(row, 'hour'));
  const hours = [...byHour.keys()];
  if (hours.length === 0) return [];
  const first = Math.min(...hours);
  return Array.from({ length: Math.max(...hours) - first + 1 }, (_, i) => {
    const ofHour = byHour.get(first + i) ?? [];
    const count = (isToday: boolean): number =>
      ofHour
        .filter((row) => (textOf(row, 'day') === at.day) === isToday)
        .reduce((sum, row) => sum + numberOf(row, 'payments'), 0);
    return {
      hour: first + i,
      payments: first + i < at.hour ? count(true) : null,
      usual: days === 0 ? 0 : count(false) / days,
    };
  });
}

export function todaySentence(panel: Omit<PanelOf<'today'>, 'sentence'>): Sentence {
  const { payments, untilHour, index, usualPayments, usualFrom, usualTo } = panel;
  if (index === null || usualPayments === null || usualFrom === null || usualTo === null) {
    return {
      'zh-CN': `今天到 ${untilHour} 点共 ${payments} 笔；再过几周才能与往常比较。`,
      en: `${payments} payments today until ${untilHour}:00; what is usual shows after a few weeks.`,
    };
  }
  const weekday = weekdayOf(panel.day);
  const usual = Math.round(usualPayments);
  const more = Math.round(Math.abs(index - 100));
  const zhHow = index >= 100 ? `多 ${more} %` : `少 ${more} %`;
  const enHow = index >= 100 ? `${more} % more` : `${more} % fewer`;
  const within = index >= usualFrom && index <= usualTo;
  return {
    'zh-CN': `今天到 ${untilHour} 点有 ${payments} 笔付款，比往常的${weekdayName(weekday, 'zh-CN')}${zhHow}（往常 ${usual} 笔）；${within ? '在平常的起伏之内' : '超出平常的起伏'}。`,
    en: `Until ${untilHour}:00 there were ${payments} payments, ${enHow} than on a usual ${weekdayName(weekday, 'en')} (${usual}); that is ${within ? 'within' : 'outside'} the usual ups and downs.`,
  };
}
