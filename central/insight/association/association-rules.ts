import { ok, type Result } from '../../../shared/kernel/result.ts';
import type { Baskets } from './baskets.ts';
import { type FrequentItemsets, frequentItemsets } from './frequent-itemsets.ts';

/** Who buys all of `given` also buys `also`. */
export interface AssociationRule {
  readonly given: string[];
  readonly also: string;
  /** Baskets that hold all of it. */
  readonly count: number;
  /** Share of all baskets that hold all of it. */
  readonly support: number;
  /** Share of the baskets with `given` that hold `also` too. */
  readonly confidence: number;
  /** Confidence over the share of all baskets that hold `also`: 1 means they have nothing to do with each other. */
  readonly lift: number;
}

export interface RuleLimits {
  readonly support: number;
  readonly confidence: number;
  readonly mostItemsets?: number;
  readonly mostItems?: number;
}

const MOST_ITEMSETS = 10_000_000;
const MOST_ITEMS = 64;
/** What a product of a share and a count may be off by. */
const ROUNDING = 1e-9;

/** Itemsets of baskets, from which rules are read. */
export interface MinedBaskets {
  readonly baskets: Baskets;
  readonly itemsets: FrequentItemsets;
  readonly limits: RuleLimits;
}

/** Finds the frequent itemsets that rules are made of. */
export function mineBaskets(
  baskets: Baskets,
  limits: RuleLimits,
): Result<MinedBaskets, 'too-many'> {
  const itemsets = frequentItemsets(baskets, {
    leastCount: Math.max(1, Math.ceil(limits.support * baskets.count - ROUNDING)),
    mostItemsets: limits.mostItemsets ?? MOST_ITEMSETS,
    mostItems: limits.mostItems ?? MOST_ITEMS,
  });
  return itemsets.ok ? ok({ baskets, itemsets: itemsets.value, limits }) : itemsets;
}

/**
 * The rules with one item on the right and at least one on the left (Agrawal and Srikant 1994; what `arules`
 * counts with minlen = 2), in no order; they are made while they are read.
 */
export function* associationRules(mined: MinedBaskets): Generator<AssociationRule> {
  const { trie, itemOfRank } = mined.itemsets;
  const { count: total, itemNames } = mined.baskets;
  const nameOf = (rank: number): string => itemNames[itemOfRank[rank] ?? -1] ?? '';
  for (const { given, also, count, givenCount } of confidentSplits(mined)) {
    const confidence = count / givenCount;
    const thenCount = trie.countOf(trie.find([also]) ?? -1);
    yield {
      given: given.map(nameOf),
      also: nameOf(also),
      count,
      support: count / total,
      confidence,
      lift: (confidence * total) / thenCount,
    };
  }
}

/** How many rules there are. */
export function countRules(mined: MinedBaskets): number {
  const splits = confidentSplits(mined);
  let count = 0;
  while (!splits.next().done) count += 1;
  return count;
}

interface Split {
  /** Ranks. */
  readonly given: readonly number[];
  readonly also: number;
  readonly count: number;
  readonly givenCount: number;
}

function* confidentSplits({ itemsets: { trie }, limits }: MinedBaskets): Generator<Split> {
  for (let node = 0; node < trie.size; node += 1) {
    const items = trie.itemsOf(node);
    if (items.length < 2) continue;
    const count = trie.countOf(node);
    for (const [i, also] of items.entries()) {
      const given = items.toSpliced(i, 1);
      const givenCount = trie.countOf(trie.find(given) ?? -1);
      if (count >= limits.confidence * givenCount - ROUNDING) {
        yield { given, also, count, givenCount };
      }
    }
  }
}
