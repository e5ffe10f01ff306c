import type { PanelOf, Sentence } from '../../../shared/contracts/http-insight.ts';
import { monthName, monthOf, monthText } from './city-time.ts';
import { numberOf, type PanelMaker, percent, shareOf } from './panel.ts';
import { cohortsQuery } from './panel-queries-store.ts';

type Cohort = PanelOf<'cohorts'>['cohorts'][number];

/** Who came back, by the month of the first purchase. */
export const cohortsPanel: PanelMaker<'cohorts'> = {
  name: 'cohorts',
  queries: (scope, at) => [cohortsQuery(scope, at)],
  make: ([rows = []], at) => {
    const now = monthOf(at.day);
    const months = [...new Set(rows.map((row) => numberOf(row, 'cohort')))].toSorted(
      (a, b) => a - b,
    );
    const cohorts = months.map((month) => ({
      month: monthText(month),
      active: Array.from({ length: now - month + 1 }, (_, k) => {
        const cell = rows.find(
          (row) => numberOf(row, 'cohort') === month && numberOf(row, 'k') === k,
        );
        return cell ? numberOf(cell, 'n') : 0;
      }),
    }));
    return { panel: 'cohorts', day: at.day, cohorts, sentence: cohortsSentence(cohorts) };
  },
};

/** Of the cohorts whose month after is over: the latest beside those before. */
export function cohortsSentence(cohorts: readonly Cohort[]): Sentence {
  const over = cohorts.filter(({ active }) => active.length >= 3);
  const latest = over.at(-1);
  if (!latest) {
    return {
      'zh-CN': '满两个月后才看得出顾客是否再来。',
      en: 'Who comes back shows after two whole months.',
    };
  }
  const back = (those: readonly Cohort[]): number =>
    shareOf(
      those.reduce((all, { active }) => all + (active[1] ?? 0), 0),
      those.reduce((all, { active }) => all + (active[0] ?? 0), 0),
    );
  const before = over.slice(0, -1);
  const [zhBefore, enBefore] =
    before.length === 0
      ? ['', '']
      : [
          `；之前各月为 ${percent(back(before))}`,
          `; of those of earlier months, ${percent(back(before))}`,
        ];
  return {
    'zh-CN': `${monthName(latest.month, 'zh-CN')}第一次来的顾客中，${percent(back([latest]))} 下个月又来了${zhBefore}。`,
    en: `Of the customers who first came in ${monthName(latest.month, 'en')}, ${percent(back([latest]))} bought again in the month after${enBefore}.`,
  };
}
