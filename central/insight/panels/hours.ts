import type { PanelOf, Sentence } from '../../../shared/contracts/http-insight.ts';
import { weekdayName } from './city-time.ts';
import { numberOf, type PanelMaker, percent, shareOf } from './panel.ts';
import { hoursQuery, USUAL_WEEKS } from './panel-queries-store.ts';

type Cell = PanelOf<'hours'>['cells'][number];

/** As long as a shift can be shortened or lengthened. */
const BLOCK_HOURS = 3;
const WEEKDAYS = [1, 2, 3, 4, 5, 6, 7];

/** Payments by weekday and hour, a week's mean. */
export const hoursPanel: PanelMaker<'hours'> = {
  name: 'hours',
  queries: (scope, at) => [hoursQuery(scope, at)],
  make: ([rows = []], at) => {
    const cells = rows
      .map((row) => ({
        weekday: numberOf(row, 'weekday'),
        hour: numberOf(row, 'hour'),
        payments: numberOf(row, 'payments') / USUAL_WEEKS,
      }))
      .toSorted((a, b) => a.weekday - b.weekday || a.hour - b.hour);
    return {
      panel: 'hours',
      day: at.day,
      weeks: USUAL_WEEKS,
      cells,
      sentence: hoursSentence(cells),
    };
  },
};

export function hoursSentence(cells: readonly Cell[]): Sentence {
  const all = cells.reduce((sum, { payments }) => sum + payments, 0);
  if (all === 0) {
    return { 'zh-CN': '过去八周没有付款。', en: 'No payments in the past eight weeks.' };
  }
  const blocks = WEEKDAYS.flatMap((weekday) =>
    Array.from({ length: 24 - BLOCK_HOURS + 1 }, (_, from) => ({
      weekday,
      from,
      payments: cells
        .filter((cell) => cell.weekday === weekday)
        .filter(({ hour }) => hour >= from && hour < from + BLOCK_HOURS)
        .reduce((sum, { payments }) => sum + payments, 0),
    })),
  );
  const [best] = blocks.toSorted((a, b) => b.payments - a.payments);
  const { weekday, from, payments } = best ?? { weekday: 1, from: 0, payments: 0 };
  const share = percent(shareOf(payments, all));
  const times = `${from}–${from + BLOCK_HOURS}`;
  return {
    'zh-CN': `${weekdayName(weekday, 'zh-CN')} ${times} 点最忙，占一周付款的 ${share}。`,
    en: `${weekdayName(weekday, 'en')} ${times} h is the busiest time, with ${share} of a week’s payments.`,
  };
}
