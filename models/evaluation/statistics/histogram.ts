import { assert } from '../../../shared/kernel/assert.ts';

/** Shares of values in bins of equal width; what lies outside counts in the first or last bin. */
export interface Histogram {
  readonly from: number;
  readonly binWidth: number;
  readonly shares: number[];
}

/** Counts weighted values; all of them together are 1. */
export function histogramOf(
  values: Iterable<readonly [value: number, times: number]>,
  range: { readonly from: number; readonly to: number; readonly bins: number },
): Histogram {
  const { from, to, bins } = range;
  const binWidth = (to - from) / bins;
  const counts = new Float64Array(bins);
  let total = 0;
  for (const [value, times] of values) {
    const bin = Math.max(0, Math.min(bins - 1, Math.floor((value - from) / binWidth)));
    counts[bin] = (counts[bin] as number) + times;
    total += times;
  }
  assert(total > 0, 'a histogram is of something');
  return { from, binWidth, shares: Array.from(counts, (n) => n / total) };
}
