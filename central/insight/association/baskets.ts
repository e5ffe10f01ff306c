/** Baskets as numbers: item ids are given in the order of appearance. */
export interface Baskets {
  readonly count: number;
  readonly itemNames: readonly string[];
  /** The distinct items of basket i are `items[starts[i]]` up to `items[starts[i + 1]]`. */
  readonly starts: Int32Array;
  readonly items: Int32Array;
}

/** Takes baskets in one by one; an item that is in a basket twice counts once. */
export class BasketCollector {
  private readonly ids = new Map<string, number>();
  private readonly starts: number[] = [0];
  private items = new Int32Array(1_024);
  private used = 0;

  /** Baskets without items are none. */
  add(basket: Iterable<string>): void {
    const from = this.used;
    for (const name of basket) {
      const id = this.ids.get(name) ?? this.ids.size;
      this.ids.set(name, id);
      if (this.items.subarray(from, this.used).includes(id)) continue;
      if (this.used === this.items.length) this.grow();
      this.items[this.used] = id;
      this.used += 1;
    }
    if (this.used > from) this.starts.push(this.used);
  }

  finish(): Baskets {
    return {
      count: this.starts.length - 1,
      itemNames: [...this.ids.keys()],
      starts: Int32Array.from(this.starts),
      items: this.items.slice(0, this.used),
    };
  }

  private grow(): void {
    const larger = new Int32Array(this.items.length * 2);
    larger.set(this.items);
    this.items = larger;
  }
}
