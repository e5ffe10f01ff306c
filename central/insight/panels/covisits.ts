import type { PanelOf, Sentence } from '../../../shared/contracts/http-insight.ts';
import { inSteps, PEOPLE_STEP } from '../disclosure/rounding.ts';
import { daysAfter, lastSunday } from './city-time.ts';
import { numberOf, type PanelMaker, type PanelRow, percent, textOf } from './panel.ts';
import { COVISIT_DAYS, neighboursQuery, pairsQuery } from './panel-queries-store.ts';

/**
 * Shops whose customers also come here: never fewer than ten, told in fives and for whole weeks only, so that nobody's
 * visits can be found by taking one answer from another.
 */
export const covisitsPanel: PanelMaker<'covisits'> = {
  name: 'covisits',
  queries: (scope, at) => [
    scope.kind === 'merchant' ? neighboursQuery(scope.merchantId, at) : pairsQuery(at),
  ],
  make: ([rows = []], at) => {
    const to = lastSunday(at.day);
    const pairs = rows.map(pairOf);
    const from = daysAfter(to, 1 - COVISIT_DAYS);
    return { panel: 'covisits', day: at.day, from, to, pairs, sentence: sentence(pairs) };
  },
};

/** The panel with the shops' names in it. @param nameOf undefined where a shop has told none */
export function withNames(
  panel: PanelOf<'covisits'>,
  nameOf: (street: string, shop: string) => string | undefined,
): PanelOf<'covisits'> {
  const pairs = panel.pairs.map((pair) => ({
    ...pair,
    shopName: pair.shop && (nameOf(pair.street, pair.shop) ?? pair.shop),
    otherName: nameOf(pair.street, pair.other) ?? pair.other,
  }));
  return { ...panel, pairs, sentence: sentence(pairs) };
}

type Pair = PanelOf<'covisits'>['pairs'][number];

function pairOf(row: PanelRow): Pair {
  const shared = numberOf(row, 'shared');
  const rounded = inSteps(shared, PEOPLE_STEP);
  const people = numberOf(row, 'people');
  return {
    street: textOf(row, 'street'),
    shop: textOf(row, 'shop') || null,
    shopName: textOf(row, 'shop') || null,
    other: textOf(row, 'other'),
    otherName: textOf(row, 'other'),
    shared: rounded,
    share: people === 0 ? null : Math.round((100 * rounded) / people) / 100,
  };
}

function sentence(pairs: readonly Pair[]): Sentence {
  const [first] = pairs;
  if (!first) {
    return {
      'zh-CN': '还没有哪两家店有十位以上的共同顾客。',
      en: 'No two shops have ten customers in common yet.',
    };
  }
  if (first.share === null) {
    return {
      'zh-CN': `共同顾客最多的是 ${first.shopName}与${first.otherName}，至少 ${first.shared} 位。`,
      en: `${first.shopName} and ${first.otherName} have most customers in common, at least ${first.shared}.`,
    };
  }
  return {
    'zh-CN': `您的顾客中约 ${percent(first.share)} 也在${first.otherName}消费，至少 ${first.shared} 位。`,
    en: `About ${percent(first.share)} of your customers also buy at ${first.otherName}, at least ${first.shared} people.`,
  };
}
