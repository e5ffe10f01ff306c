import { err, ok, type Result } from '../../../shared/kernel/result.ts';
import type { Baskets } from './baskets.ts';
import { ItemsetTrie } from './itemset-trie.ts';

export interface MiningLimits {
  /** Baskets that an itemset must be in. */
  readonly leastCount: number;
  /** Memory is bounded by it: about 30 bytes an itemset. */
  readonly mostItemsets: number;
  /** Items in a set at most. */
  readonly mostItems: number;
}

/** All itemsets in at least so many baskets. Items are renumbered by rising count: `trie` holds these ranks. */
export interface FrequentItemsets {
  readonly trie: ItemsetTrie;
  /** Item id of each rank. */
  readonly itemOfRank: Int32Array;
}

/**
 * Finds every itemset in at least so many baskets (Eclat, Zaki 2000): for each item, the baskets that hold it are
 * laid out as bits, one row of bits for each more frequent item, and rows are intersected depth first. Only one
 * item's baskets are laid out at a time.
 *
 * @returns `too-many` as soon as there are more than `mostItemsets`
 */
export function frequentItemsets(
  baskets: Baskets,
  limits: MiningLimits,
): Result<FrequentItemsets, 'too-many'> {
  const ranked = rankItems(baskets, limits.leastCount);
  const trie = new ItemsetTrie();
  for (let rank = 0; rank < ranked.itemOfRank.length; rank += 1) {
    const count = ranked.counts[rank] ?? 0;
    const node = trie.add(undefined, rank, count);
    if (limits.mostItems > 1) {
      extend(rowsWith(rank, ranked, limits), { node, items: 1, trie, limits });
    }
    if (trie.size > limits.mostItemsets) return err('too-many');
  }
  return ok({ trie, itemOfRank: ranked.itemOfRank });
}

/** Baskets of frequent items only, by rank, ascending; and for each rank the baskets it is in. */
interface RankedBaskets {
  readonly itemOfRank: Int32Array;
  readonly counts: Int32Array;
  readonly starts: Int32Array;
  readonly ranks: Int32Array;
  readonly basketsOf: readonly Int32Array[];
}

function rankItems(
  { count, starts, items, itemNames }: Baskets,
  leastCount: number,
): RankedBaskets {
  const itemCounts = new Int32Array(itemNames.length);
  for (const item of items) itemCounts[item] = (itemCounts[item] ?? 0) + 1;
  const itemOfRank = Int32Array.from(itemNames.keys())
    .filter((item) => (itemCounts[item] ?? 0) >= leastCount)
    .toSorted((a, b) => (itemCounts[a] ?? 0) - (itemCounts[b] ?? 0) || a - b);
  const rankOf = new Int32Array(itemNames.length).fill(-1);
  for (const [rank, item] of itemOfRank.entries()) rankOf[item] = rank;
  const counts = Int32Array.from(itemOfRank, (item) => itemCounts[item] ?? 0);
  const basketsOf = Array.from(counts, (each) => new Int32Array(each));
  const filled = new Int32Array(counts.length);
  const newStarts = new Int32Array(count + 1);
  const ranks = new Int32Array(items.length);
  let used = 0;
  for (let basket = 0; basket < count; basket += 1) {
    const from = used;
    for (let i = starts[basket] ?? 0; i < (starts[basket + 1] ?? 0); i += 1) {
      const rank = rankOf[items[i] ?? 0] ?? -1;
      if (rank < 0) continue;
      ranks[used] = rank;
      used += 1;
      const list = basketsOf[rank];
      if (list) list[filled[rank] ?? 0] = basket;
      filled[rank] = (filled[rank] ?? 0) + 1;
    }
    ranks.subarray(from, used).sort();
    newStarts[basket + 1] = used;
  }
  return { itemOfRank, counts, starts: newStarts, ranks, basketsOf };
}

/** An item that a set can be extended by: the baskets of the set that hold it too, as bits. */
interface Row {
  readonly rank: number;
  readonly bits: Int32Array;
  readonly count: number;
}

/** For the baskets that hold a rank: which of them hold each higher rank that is frequent among them. */
function rowsWith(
  rank: number,
  { starts, ranks, basketsOf, counts }: RankedBaskets,
  { leastCount }: MiningLimits,
): Row[] {
  const holders = basketsOf[rank] ?? new Int32Array(0);
  const together = new Int32Array(counts.length);
  const eachHigher = (visit: (higher: number, position: number) => void): void => {
    for (let position = 0; position < holders.length; position += 1) {
      const basket = holders[position] ?? 0;
      for (let i = (starts[basket + 1] ?? 0) - 1; (ranks[i] ?? -1) > rank; i -= 1) {
        visit(ranks[i] ?? 0, position);
      }
    }
  };
  eachHigher((higher) => {
    together[higher] = (together[higher] ?? 0) + 1;
  });
  const words = (holders.length + 31) >>> 5;
  const rows = new Map<number, Row>();
  for (let higher = rank + 1; higher < together.length; higher += 1) {
    const count = together[higher] ?? 0;
    if (count >= leastCount) rows.set(higher, { rank: higher, bits: new Int32Array(words), count });
  }
  eachHigher((higher, position) => {
    const bits = rows.get(higher)?.bits;
    if (bits) bits[position >>> 5] = (bits[position >>> 5] ?? 0) | (1 << (position & 31));
  });
  return [...rows.values()];
}

interface Extension {
  /** The set in the trie, and how many items it has. */
  readonly node: number;
  readonly items: number;
  readonly trie: ItemsetTrie;
  readonly limits: MiningLimits;
}

function extend(rows: readonly Row[], { node, items, trie, limits }: Extension): void {
  for (const [i, { rank, bits, count }] of rows.entries()) {
    const extended = trie.add(node, rank, count);
    if (trie.size > limits.mostItemsets) return;
    if (items + 1 >= limits.mostItems) continue;
    const further: Row[] = [];
    for (let j = i + 1; j < rows.length; j += 1) {
      const other = rows[j];
      const both = other && intersection(bits, other.bits, limits.leastCount);
      if (both) further.push({ rank: other.rank, ...both });
    }
    if (further.length > 0) extend(further, { node: extended, items: items + 1, trie, limits });
  }
}

/** @returns undefined where too few baskets are in both */
function intersection(
  a: Int32Array,
  b: Int32Array,
  leastCount: number,
): { readonly bits: Int32Array; readonly count: number } | undefined {
  let count = 0;
  for (let i = 0; i < a.length; i += 1) count += ones((a[i] ?? 0) & (b[i] ?? 0));
  if (count < leastCount) return undefined;
  const bits = new Int32Array(a.length);
  for (let i = 0; i < a.length; i += 1) bits[i] = (a[i] ?? 0) & (b[i] ?? 0);
  return { bits, count };
}

/** How many bits are set (Warren, Hacker's Delight, figure 5-2). */
function ones(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  x = (x + (x >>> 4)) & 0x0f0f0f0f;
  return Math.imul(x, 0x01010101) >>> 24;
}
