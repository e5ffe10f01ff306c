/**
 * The rows with the highest values of a stream. Keeps more than asked for until it is shrunk; from then on
 * `least` tells which values need not be offered any more.
 */
export class BestRows {
  /** Lower values are not among the best; equal ones may be. */
  least = -Infinity;
  private readonly most: number;
  private readonly rows: Uint32Array;
  private readonly values: Float32Array;
  private readonly order: Float32Array;
  private count = 0;

  /** @param most how many are wanted  @param atOnce how many are offered at most before a shrink */
  constructor(most: number, atOnce: number) {
    this.most = most;
    // room for as many again, so that shrinking is rare
    const room = 2 * most + atOnce;
    this.rows = new Uint32Array(room);
    this.values = new Float32Array(room);
    this.order = new Float32Array(room);
  }

  offer(row: number, value: number): void {
    this.rows[this.count] = row;
    this.values[this.count] = value;
    this.count += 1;
  }

  /** Call after each offering: drops what is not among the best once there are twice as many. */
  shrinkIfFull(): void {
    if (this.count >= 2 * this.most) this.shrink();
  }

  /** @returns the best rows, in no order; of equal values at the end any, so that there are not more than asked for */
  take(): Uint32Array {
    this.shrink();
    return this.rows.subarray(0, this.count);
  }

  private shrink(): void {
    if (this.count <= this.most) return;
    const { rows, values, most } = this;
    this.order.set(values.subarray(0, this.count));
    const limit = selectHighest(this.order.subarray(0, this.count), most);
    let equal = most;
    for (let i = 0; i < this.count; i += 1) if ((values[i] as number) > limit) equal -= 1;
    let kept = 0;
    for (let i = 0; i < this.count; i += 1) {
      const value = values[i] as number;
      if (value < limit || (value === limit && equal <= 0)) continue;
      if (value === limit) equal -= 1;
      rows[kept] = rows[i] as number;
      values[kept] = value;
      kept += 1;
    }
    this.count = kept;
    this.least = limit;
  }
}

/** The n-th highest value (Hoare's quickselect). Reorders `values`. */
function selectHighest(values: Float32Array, n: number): number {
  let from = 0;
  let to = values.length - 1;
  const wanted = n - 1;
  while (from < to) {
    const pivot = values[(from + to) >> 1] as number;
    let i = from;
    let j = to;
    while (i <= j) {
      while ((values[i] as number) > pivot) i += 1;
      while ((values[j] as number) < pivot) j -= 1;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i] = values[j] as number;
      values[j] = swapped;
      i += 1;
      j -= 1;
    }
    if (wanted <= j) to = j;
    else if (wanted >= i) from = i;
    else break;
  }
  return values[wanted] as number;
}
