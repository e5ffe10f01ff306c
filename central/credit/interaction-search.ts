import type { CellSums } from './boosting.ts';
import { pairGain } from './pair-trees.ts';

/** A feature's bins over the rows searched. */
export interface SearchedFeature {
  readonly bins: Uint8Array;
  readonly binCount: number;
}

/**
 * Which pairs of features say something together that they don't say one by one: for every pair, how much a small tree
 * on both lowers what the sum of single features left over (FAST, Lou et al. 2013, section 4).
 *
 * @param leftOver the gradient and hessian of each row under the model without pairs
 * @returns pairs of feature numbers, the strongest first
 */
export function rankPairs(
  features: readonly SearchedFeature[],
  leftOver: { readonly gradient: Float64Array; readonly hessian: Float64Array },
): (readonly [number, number])[] {
  const ranked: { readonly pair: readonly [number, number]; readonly gain: number }[] = [];
  for (const [i, first] of features.entries()) {
    for (let j = i + 1; j < features.length; j += 1) {
      const second = features[j];
      if (!second) continue;
      const grid = { rows: first.binCount, columns: second.binCount };
      const gain = pairGain(sumsOf([first, second], leftOver), grid, {
        leastRows: LEAST_LEAF_ROWS,
        ridge: LEAF_RIDGE,
      });
      ranked.push({ pair: [i, j], gain });
    }
  }
  return ranked.toSorted((a, b) => b.gain - a.gain).map(({ pair }) => pair);
}

const LEAST_LEAF_ROWS = 10;
const LEAF_RIDGE = 1;

function sumsOf(
  [first, second]: readonly [SearchedFeature, SearchedFeature],
  { gradient, hessian }: { readonly gradient: Float64Array; readonly hessian: Float64Array },
): CellSums {
  const size = first.binCount * second.binCount;
  const sums = {
    gradient: new Float64Array(size),
    hessian: new Float64Array(size),
    rows: new Float64Array(size),
  };
  for (let row = 0; row < gradient.length; row += 1) {
    const cell = (first.bins[row] ?? 0) * second.binCount + (second.bins[row] ?? 0);
    sums.gradient[cell] = (sums.gradient[cell] ?? 0) + (gradient[row] ?? 0);
    sums.hessian[cell] = (sums.hessian[cell] ?? 0) + (hessian[row] ?? 0);
    sums.rows[cell] = (sums.rows[cell] ?? 0) + 1;
  }
  return sums;
}
