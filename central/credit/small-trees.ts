import type { CellSums } from './boosting.ts';
import { MISSING_BIN } from './feature-bins.ts';

/** What keeps a leaf from following chance. */
export interface LeafLimits {
  readonly leastRows: number;
  /** Added to a leaf's hessian: shrinks the steps of leaves that say little. */
  readonly ridge: number;
}

/** 1: the odds of going bad may only rise with the feature; -1: only fall; 0: free. */
export type Direction = -1 | 0 | 1;

/** A run of bins, `from` included, `to` not. */
interface Segment {
  readonly from: number;
  readonly to: number;
}

interface Split {
  readonly gain: number;
  readonly at: number;
}

const NO_SPLIT: Split = { gain: 0, at: -1 };

/** Running totals of a feature's known bins: entry i holds bins 1 to i. */
interface Totals {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly rows: Float64Array;
}

/**
 * Trees of three leaves over the ordered bins of one feature; the bin of what is not known is a leaf of its own.
 *
 * @returns the function that fits one: it writes each bin's value, a Newton step towards lower loss
 */
export function shapeTree(
  bins: number,
  limits: LeafLimits,
  direction: Direction = 0,
): (sums: CellSums, step: Float64Array) => void {
  const totals: Totals = {
    gradient: new Float64Array(bins),
    hessian: new Float64Array(bins),
    rows: new Float64Array(bins),
  };
  return (sums, step) => {
    accumulate(sums, totals);
    step.fill(0);
    const whole = { from: 1, to: bins };
    const first = bestSplit(totals, whole, { limits, direction });
    if (first.at >= 0) {
      const left = { from: 1, to: first.at };
      const right = { from: first.at, to: bins };
      for (const leaf of secondSplit(totals, [left, right], { limits, direction })) {
        step.fill(leafValue(totals, leaf, limits), leaf.from, leaf.to);
      }
    }
    const missingRows = sums.rows[MISSING_BIN] ?? 0;
    if (missingRows >= limits.leastRows) {
      step[MISSING_BIN] =
        -(sums.gradient[MISSING_BIN] ?? 0) / ((sums.hessian[MISSING_BIN] ?? 0) + limits.ridge);
    }
  };
}

interface SplitRules {
  readonly limits: LeafLimits;
  readonly direction: Direction;
}

/** Splits one of the two leaves again, the one that gains more, unless the direction forbids it. */
function secondSplit(
  totals: Totals,
  [left, right]: readonly [Segment, Segment],
  rules: SplitRules,
): readonly Segment[] {
  const inLeft = bestSplit(totals, left, rules);
  const inRight = bestSplit(totals, right, rules);
  if (inLeft.at < 0 && inRight.at < 0) return [left, right];
  const leaves =
    inLeft.gain >= inRight.gain
      ? [{ from: left.from, to: inLeft.at }, { from: inLeft.at, to: left.to }, right]
      : [left, { from: right.from, to: inRight.at }, { from: inRight.at, to: right.to }];
  if (rules.direction === 0) return leaves;
  const values = leaves.map((leaf) => leafValue(totals, leaf, rules.limits));
  const inOrder = values.every(
    (value, i) => i === 0 || rules.direction * (value - (values[i - 1] ?? value)) >= 0,
  );
  return inOrder ? leaves : [left, right];
}

function bestSplit(
  { gradient, hessian, rows }: Totals,
  { from, to }: Segment,
  { limits, direction }: SplitRules,
): Split {
  const { leastRows, ridge } = limits;
  const [g0, h0, n0] = [gradient[from - 1] ?? 0, hessian[from - 1] ?? 0, rows[from - 1] ?? 0];
  const g = (gradient[to - 1] ?? 0) - g0;
  const h = (hessian[to - 1] ?? 0) - h0;
  const n = (rows[to - 1] ?? 0) - n0;
  if (n < 2 * leastRows) return NO_SPLIT;
  const parent = (g * g) / (h + ridge);
  let bestGain = 1e-12;
  let bestAt = -1;
  for (let at = from + 1; at < to; at += 1) {
    const nLeft = (rows[at - 1] ?? 0) - n0;
    if (nLeft < leastRows) continue;
    if (n - nLeft < leastRows) break;
    const gLeft = (gradient[at - 1] ?? 0) - g0;
    const hLeft = (hessian[at - 1] ?? 0) - h0 + ridge;
    const gRight = g - gLeft;
    const hRight = h + 2 * ridge - hLeft;
    const gain = (gLeft * gLeft) / hLeft + (gRight * gRight) / hRight - parent;
    if (gain <= bestGain) continue;
    if (direction !== 0 && direction * (gLeft / hLeft - gRight / hRight) < 0) continue;
    bestGain = gain;
    bestAt = at;
  }
  return bestAt < 0 ? NO_SPLIT : { gain: bestGain, at: bestAt };
}

function leafValue(totals: Totals, { from, to }: Segment, { ridge }: LeafLimits): number {
  const g = (totals.gradient[to - 1] ?? 0) - (totals.gradient[from - 1] ?? 0);
  const h = (totals.hessian[to - 1] ?? 0) - (totals.hessian[from - 1] ?? 0);
  return -g / (h + ridge);
}

function accumulate(sums: CellSums, totals: Totals): void {
  let [g, h, n] = [0, 0, 0];
  for (let bin = 1; bin < sums.rows.length; bin += 1) {
    g += sums.gradient[bin] ?? 0;
    h += sums.hessian[bin] ?? 0;
    n += sums.rows[bin] ?? 0;
    totals.gradient[bin] = g;
    totals.hessian[bin] = h;
    totals.rows[bin] = n;
  }
}
