const ROOT = -1;
const EMPTY = 0;

/**
 * Itemsets with their counts, as a tree of typed arrays: about 30 bytes each, however many items they have. Every
 * itemset is its longest proper prefix plus one item; items along a path are in one fixed order.
 */
export class ItemsetTrie {
  private parents = new Int32Array(1_024);
  private items = new Int32Array(1_024);
  private counts = new Int32Array(1_024);
  /** Open addressing from (parent, item) to node + 1. */
  private slots = new Int32Array(4_096);
  private used = 0;

  get size(): number {
    return this.used;
  }

  /** @returns the new itemset; its prefix must be there already */
  add(prefix: number | undefined, item: number, count: number): number {
    if (this.used === this.parents.length) this.grow();
    const node = this.used;
    this.used += 1;
    this.parents[node] = prefix ?? ROOT;
    this.items[node] = item;
    this.counts[node] = count;
    this.slots[this.slotOf(prefix ?? ROOT, item)] = node + 1;
    return node;
  }

  countOf(node: number): number {
    return this.counts[node] ?? 0;
  }

  /** The items of a set, in order. */
  itemsOf(node: number): number[] {
    const items: number[] = [];
    for (let at = node; at !== ROOT; at = this.parents[at] ?? ROOT) items.push(this.items[at] ?? 0);
    return items.toReversed();
  }

  /** @returns the set of these items, given in order, or undefined where it is not there */
  find(items: readonly number[]): number | undefined {
    let at = ROOT;
    for (const item of items) {
      const found = this.slots[this.slotOf(at, item)] ?? EMPTY;
      if (found === EMPTY) return undefined;
      at = found - 1;
    }
    return at === ROOT ? undefined : at;
  }

  /** The slot that holds (parent, item), or the empty one where it would go. */
  private slotOf(parent: number, item: number): number {
    const mask = this.slots.length - 1;
    let slot = (Math.imul(parent + 2, 0x9e3779b1) ^ Math.imul(item + 1, 0x85ebca6b)) >>> 7;
    for (slot &= mask; ; slot = (slot + 1) & mask) {
      const node = (this.slots[slot] ?? EMPTY) - 1;
      if (node < 0 || (this.parents[node] === parent && this.items[node] === item)) return slot;
    }
  }

  private grow(): void {
    this.parents = doubled(this.parents);
    this.items = doubled(this.items);
    this.counts = doubled(this.counts);
    this.slots = new Int32Array(this.slots.length * 2);
    for (let node = 0; node < this.used; node += 1) {
      this.slots[this.slotOf(this.parents[node] ?? ROOT, this.items[node] ?? 0)] = node + 1;
    }
  }
}

function doubled(values: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}
