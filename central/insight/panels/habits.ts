import type { PanelOf, Sentence } from '../../../shared/contracts/http-insight.ts';
import { minorOf, numberOf, type PanelMaker, type PanelRow, percent, shareOf } from './panel.ts';
import { habitsQuery } from './panel-queries-store.ts';

/** The query's groups of times in a year, and of days since the last one. */
const OFTEN = [
  [1, 1],
  [2, 3],
  [4, 9],
  [10, null],
] as const;
const AGO = [
  [0, 6],
  [7, 29],
  [30, 89],
  [90, null],
] as const;
const TENTHS = 10;

type Group = PanelOf<'habits'>['groups'][number];

/** How often customers came in a year, how long ago, and what they spent. */
export const habitsPanel: PanelMaker<'habits'> = {
  name: 'habits',
  queries: (scope, at) => [habitsQuery(scope, at)],
  make: ([rows = []], at) => {
    const people = sum(rows, 'people');
    const total = rows.reduce((all, row) => all + minorOf(row, 'amount'), 0n);
    const groups = OFTEN.flatMap((_, often) => AGO.flatMap((__, ago) => groupOf(rows, often, ago)));
    const tenths = Array.from({ length: TENTHS }, (_, i) => {
      const ofTenth = rows.filter((row) => numberOf(row, 'tenth') === i + 1);
      const spent = ofTenth.reduce((all, row) => all + minorOf(row, 'amount'), 0n);
      return shareOf(Number(spent), Number(total));
    });
    const panel = { panel: 'habits' as const, day: at.day, people, groups, tenths };
    return { ...panel, sentence: habitsSentence(panel) };
  },
};

function groupOf(rows: readonly PanelRow[], often: number, ago: number): Group[] {
  const those = rows.filter(
    (row) => numberOf(row, 'often') === often && numberOf(row, 'ago') === ago,
  );
  const [timesFrom = 1, timesTo = null] = OFTEN[often] ?? [];
  const [daysAgoFrom = 0, daysAgoTo = null] = AGO[ago] ?? [];
  if (those.length === 0) return [];
  const sumMinor = those.reduce((all, row) => all + minorOf(row, 'amount'), 0n).toString();
  return [{ timesFrom, timesTo, daysAgoFrom, daysAgoTo, people: sum(those, 'people'), sumMinor }];
}

function sum(rows: readonly PanelRow[], column: string): number {
  return rows.reduce((all, row) => all + numberOf(row, column), 0);
}

export function habitsSentence({
  people,
  groups,
  tenths,
}: Omit<PanelOf<'habits'>, 'sentence'>): Sentence {
  if (people === 0) {
    return { 'zh-CN': '过去一年还没有顾客。', en: 'No customers in the past year yet.' };
  }
  const regularsGone = groups
    .filter(({ timesFrom, daysAgoFrom }) => timesFrom >= 4 && daysAgoFrom >= 30)
    .reduce((all, group) => all + group.people, 0);
  const [best] = tenths;
  if (best === undefined) {
    return {
      'zh-CN': `过去一年有 ${people} 位顾客；人数不多，细分暂不显示。`,
      en: `${people} customers in the past year: too few to be told apart here.`,
    };
  }
  const top = percent(best);
  return {
    'zh-CN': `花得最多的十分之一顾客带来 ${top} 的销售额；${people} 位顾客中有 ${regularsGone} 位常客（来过 4 次以上）已 30 天没来。`,
    en: `The tenth of customers who spend most bring ${top} of sales; of ${people} customers, ${regularsGone} regulars (4 times or more) have not come for 30 days.`,
  };
}
