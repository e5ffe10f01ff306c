import type { PanelOf, Sentence } from '../../../shared/contracts/http-insight.ts';
import { mondayOf } from './city-time.ts';
import {
  minorOf,
  numberOf,
  type PanelMaker,
  type PanelRow,
  percent,
  shareOf,
  textOf,
} from './panel.ts';
import { returningQuery } from './panel-queries-store.ts';

type Week = PanelOf<'returning'>['weeks'][number];

/** Customers by week: those who came for the first time, and those who came again. */
export const returningPanel: PanelMaker<'returning'> = {
  name: 'returning',
  queries: (scope, at) => [returningQuery(scope, at)],
  make: ([rows = []], at) => {
    const byWeek = Map.groupBy(rows, (row) => textOf(row, 'monday'));
    const weeks = [...byWeek]
      .map(([monday, ofWeek]) => weekOf(monday, ofWeek))
      .toSorted((a, b) => (a.monday < b.monday ? -1 : 1));
    return { panel: 'returning', day: at.day, weeks, sentence: returningSentence(weeks, at.day) };
  },
};

function weekOf(monday: string, rows: readonly PanelRow[]): Week {
  const of = (fresh: number): PanelRow =>
    rows.find((row) => numberOf(row, 'fresh') === fresh) ?? {};
  return {
    monday,
    fresh: numberOf(of(1), 'people'),
    returning: numberOf(of(0), 'people'),
    freshSumMinor: minorOf(of(1), 'amount').toString(),
    returningSumMinor: minorOf(of(0), 'amount').toString(),
  };
}

/** @param day the week that it lies in is not over */
export function returningSentence(weeks: readonly Week[], day: string): Sentence {
  const whole = weeks.filter(({ monday }) => monday !== mondayOf(day));
  const last = whole.at(-1);
  const before = whole.slice(0, -1);
  if (!last || before.length === 0) {
    return {
      'zh-CN': '还不到两个完整的星期，新老顾客要再等等才看得出。',
      en: 'Not two whole weeks yet: new and returning customers show later.',
    };
  }
  const all = last.fresh + last.returning;
  const share = shareOf(last.fresh, all);
  const freshBefore = before.reduce((sum, week) => sum + week.fresh, 0);
  const allBefore = before.reduce((sum, week) => sum + week.fresh + week.returning, 0);
  const usual = shareOf(freshBefore, allBefore);
  return {
    'zh-CN': `上周 ${all} 位顾客中有 ${last.fresh} 位是第一次来（${percent(share)}）；之前 ${before.length} 周为 ${percent(usual)}。`,
    en: `Last week ${last.fresh} of ${all} customers came for the first time (${percent(share)}); in the ${before.length} weeks before it was ${percent(usual)}.`,
  };
}
