/**
 * The value that would stand at `rank` if the first `count` values were sorted (Hoare's quickselect). The values are put
 * into another order; nothing is allocated.
 */
export function selectRank(
  values: Uint16Array | Float64Array,
  count: number,
  rank: number,
): number {
  let from = 0;
  let to = count - 1;
  while (from < to) {
    const pivot = values[(from + to) >> 1] as number;
    let i = from;
    let j = to;
    while (i <= j) {
      while ((values[i] as number) < pivot) i += 1;
      while ((values[j] as number) > pivot) j -= 1;
      if (i <= j) {
        const swap = values[i] as number;
        values[i] = values[j] as number;
        values[j] = swap;
        i += 1;
        j -= 1;
      }
    }
    if (rank <= j) to = j;
    else if (rank >= i) from = i;
    else break;
  }
  return values[rank] as number;
}

/** The value below which a share of the first `count` lies; NaN of none. */
export function quantile(values: Float64Array, count: number, share: number): number {
  if (count === 0) return Number.NaN;
  return selectRank(values, count, Math.min(count - 1, Math.floor(share * count)));
}
