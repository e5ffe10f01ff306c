import type { PanelOf, Sentence } from '../../../shared/contracts/http-insight.ts';
import {
  type AssociationRule,
  associationRules,
  mineBaskets,
} from '../association/association-rules.ts';
import { BasketCollector, type Baskets } from '../association/baskets.ts';
import { percent } from './panel.ts';

/** Days that are looked at, and the most baskets of them. */
export const TOGETHER = { days: 91, mostBaskets: 20_000 };
/** Fewer baskets than these are chance. */
const LEAST_BASKETS = 10;
const LEAST_SUPPORT = 0.005;
const LEAST_CONFIDENCE = 0.2;
/** Standard deviations above what there would be if the two had nothing to do with each other: hundreds of rules are tried. */
const LEAST_DEVIATION = 4;
const MOST_ITEMSETS = 200_000;
/** Items of a rule: more are read by nobody. */
const MOST_ITEMS = 3;
const SHOWN_RULES = 20;

/** What sells together, by association rules over a merchant's baskets. @param day the city's day of now */
export function togetherPanel(day: string, told: Iterable<readonly string[]>): PanelOf<'together'> {
  const collector = new BasketCollector();
  for (const basket of told) collector.add(basket);
  const baskets = collector.finish();
  const rules = rulesOf(baskets);
  return {
    panel: 'together',
    day,
    baskets: baskets.count,
    rules,
    sentence: sentence(baskets.count, rules),
  };
}

/** Those that tell most: by how many more baskets hold both than if the two had nothing to do with each other. */
function rulesOf(baskets: Baskets): AssociationRule[] {
  if (baskets.count < LEAST_BASKETS) return [];
  let support = Math.max(LEAST_SUPPORT, LEAST_BASKETS / baskets.count);
  for (;;) {
    const limits = {
      support,
      confidence: LEAST_CONFIDENCE,
      mostItemsets: MOST_ITEMSETS,
      mostItems: MOST_ITEMS,
    };
    const mined = mineBaskets(baskets, limits);
    // too many to look through: only what is bought more often is
    support *= 2;
    if (!mined.ok) continue;
    return [...associationRules(mined.value)]
      .filter((rule) => deviation(rule) >= LEAST_DEVIATION)
      .toSorted((a, b) => surplus(b) - surplus(a) || (nameOf(a) < nameOf(b) ? -1 : 1))
      .slice(0, SHOWN_RULES);
  }
}

/** By Poisson's distribution, whose variance is its mean. */
function deviation({ count, lift }: AssociationRule): number {
  const expected = count / lift;
  return (count - expected) / Math.sqrt(expected);
}

function surplus({ support, lift }: AssociationRule): number {
  return support * (1 - 1 / lift);
}

function nameOf({ given, also }: AssociationRule): string {
  return [...given, also].join('\n');
}

function sentence(baskets: number, [first]: readonly AssociationRule[]): Sentence {
  if (baskets === 0) {
    return {
      'zh-CN': '收款时还没有上传商品明细，看不出哪些商品一起卖得好。',
      en: 'No items are sent with payments yet, so nobody can say what sells together.',
    };
  }
  if (!first) {
    return {
      'zh-CN': `${baskets} 单中还没有哪些商品明显常被一起购买。`,
      en: `Nothing stands out yet in ${baskets} baskets: no two things are bought together more than by chance.`,
    };
  }
  const { given, also, confidence, lift, support } = first;
  const times = lift.toFixed(1);
  return {
    'zh-CN': `买${given.join('、')}的顾客有 ${percent(confidence)} 也买${also}，是平常的 ${times} 倍；这样的有全部 ${baskets} 单的 ${percent(support)}。`,
    en: `Of those who buy ${given.join(' and ')}, ${percent(confidence)} also buy ${also}, ${times} times as many as usual; that is ${percent(support)} of all ${baskets} baskets.`,
  };
}
