import {
  assignBins,
  type BinningData,
  binCount,
  binsOf,
  type CategoryBins,
  type FeatureBins,
  MISSING_BIN,
  type NumberBins,
} from './feature-bins.ts';
import type { Feature } from './feature-table.ts';
import type { Direction } from './small-trees.ts';

/** Bins of a feature with the weight of evidence of each. */
export interface WoeBins {
  readonly bins: FeatureBins;
  /** Log of (share of the bad in the bin / share of the good in it), by bin: above 0 is riskier than the average. */
  readonly weights: Float64Array;
  /** Information value: how well the bins tell bad from good. */
  readonly informationValue: number;
}

export interface WoeOptions {
  /** Fine bins that the coarse ones are made of. */
  readonly fineBins: number;
  readonly mostBins: number;
  /** Share of the rows that a bin has at least. */
  readonly leastShare: number;
}

export const WOE_DEFAULTS: WoeOptions = { fineBins: 40, mostBins: 8, leastShare: 0.04 };

/** Rows of the average company mixed into every bin. */
const PRIOR_ROWS = 10;
/** What another bin must add, in multiples of the information that a cut through pure chance adds on average. */
const CHANCE_FACTOR = 2;

interface Counts {
  readonly rows: Float64Array;
  readonly bads: Float64Array;
}

/**
 * Optimal binning: of all ways to join neighbouring fine bins into at most `mostBins`, the one with the highest
 * information value whose risk only rises or only falls (dynamic programming over the last two cuts). Categories are put in
 * the order of their risk first.
 *
 * @param direction 1 or -1 where policy says how the risk must go; 0 takes the better one
 */
export function woeBins(
  feature: Feature,
  { bad, direction = 0 }: Pick<BinningData, 'bad'> & { readonly direction?: Direction },
  options: WoeOptions = WOE_DEFAULTS,
): WoeBins {
  const fine = binsOf(feature, { bad, mostBins: options.fineBins });
  const counts = countBins(assignBins(fine, feature), bad, binCount(fine));
  const total = { rows: bad.length, bads: sum(counts.bads) };
  const directions: readonly (1 | -1)[] = direction === 0 ? [1, -1] : [direction];
  const plans = directions.map((each) => bestCuts(counts, total, { ...options, direction: each }));
  const [best] = plans.toSorted((a, b) => b.value - a.value);
  const bins = joinBins(fine, best?.cuts ?? []);
  const joined = countBins(assignBins(bins, feature), bad, binCount(bins));
  const weights = Float64Array.from(joined.rows, (rows, bin) =>
    smoothedWeight(rows, joined.bads[bin] ?? 0, total),
  );
  return { bins, weights, informationValue: informationValue(joined, weights, total) };
}

interface Total {
  readonly rows: number;
  readonly bads: number;
}

interface CutPlan {
  readonly value: number;
  /** Fine bins that a coarse bin begins with, the first excepted. */
  readonly cuts: readonly number[];
}

/** The best way to end a coarse bin at some fine bin, given where it begins. */
interface Cell {
  readonly value: number;
  readonly weight: number;
  readonly bins: number;
  readonly previous: Cell | undefined;
  readonly from: number;
}

function bestCuts(
  { rows, bads }: Counts,
  total: Total,
  { mostBins, leastShare, direction }: WoeOptions & { readonly direction: 1 | -1 },
): CutPlan {
  const leastRows = Math.max(1, leastShare * total.rows);
  const price =
    CHANCE_FACTOR * (1 / Math.max(1, total.bads) + 1 / Math.max(1, total.rows - total.bads));
  /** Entry `to`: the ways to cut bins 1 to `to - 1`, one for each start of the last coarse bin and count. */
  const ways: Cell[][] = Array.from({ length: rows.length + 1 }, () => []);
  for (let to = 2; to <= rows.length; to += 1) {
    let [n, b] = [0, 0];
    for (let from = to - 1; from >= 1; from -= 1) {
      n += rows[from] ?? 0;
      b += bads[from] ?? 0;
      if (n < leastRows && from > 1) continue;
      const weight = smoothedWeight(n, b, total);
      const value = information(n, b, { weight, total }) - price;
      if (from === 1) {
        ways[to]?.push({ value, weight, bins: 1, previous: undefined, from });
        continue;
      }
      const before = (ways[from] ?? []).filter(
        (cell) => cell.bins < mostBins && direction * (weight - cell.weight) > 0,
      );
      for (const previous of bestByCount(before)) {
        ways[to]?.push({
          value: value + previous.value,
          weight,
          bins: previous.bins + 1,
          previous,
          from,
        });
      }
    }
  }
  const [best] = (ways[rows.length] ?? []).toSorted((p, q) => q.value - p.value);
  const cuts: number[] = [];
  for (let cell = best; cell?.previous; cell = cell.previous) cuts.push(cell.from);
  return { value: best?.value ?? 0, cuts: cuts.toReversed() };
}

/** Of the ways with equally many bins, the best. */
function bestByCount(cells: readonly Cell[]): Iterable<Cell> {
  const best = new Map<number, Cell>();
  for (const cell of cells) {
    if (cell.value > (best.get(cell.bins)?.value ?? Number.NEGATIVE_INFINITY))
      best.set(cell.bins, cell);
  }
  return best.values();
}

function joinBins(fine: FeatureBins, cuts: readonly number[]): FeatureBins {
  return fine.kind === 'number' ? joinNumbers(fine, cuts) : joinLevels(fine, cuts);
}

function joinNumbers(
  { kind, name, cuts: fineCuts }: NumberBins,
  cuts: readonly number[],
): NumberBins {
  return { kind, name, cuts: cuts.flatMap((bin) => fineCuts[bin - 2] ?? []) };
}

function joinLevels(
  { kind, name, levels, otherBin }: CategoryBins,
  cuts: readonly number[],
): CategoryBins {
  const starts = [1, ...cuts];
  return {
    kind,
    name,
    levels: starts.map((start, i) =>
      levels.slice(start - 1, (starts[i + 1] ?? levels.length + 1) - 1).flat(),
    ),
    otherBin: starts.findLastIndex((start) => start <= otherBin) + 1,
  };
}

function countBins(bins: Uint8Array, bad: Uint8Array, count: number): Counts {
  const counts = { rows: new Float64Array(count), bads: new Float64Array(count) };
  for (const [row, bin] of bins.entries()) {
    counts.rows[bin] = (counts.rows[bin] ?? 0) + 1;
    counts.bads[bin] = (counts.bads[bin] ?? 0) + (bad[row] ?? 0);
  }
  return counts;
}

/** Weight of evidence, with some rows of the average company mixed in. */
function smoothedWeight(rows: number, bads: number, total: Total): number {
  const average = (total.bads + 0.5) / (total.rows + 1);
  const rate = (bads + PRIOR_ROWS * average) / (rows + PRIOR_ROWS);
  return Math.log(rate / (1 - rate)) - Math.log(average / (1 - average));
}

function information(
  rows: number,
  bads: number,
  { weight, total }: { readonly weight: number; readonly total: Total },
): number {
  const goods = Math.max(1, total.rows - total.bads);
  return (bads / Math.max(1, total.bads) - (rows - bads) / goods) * weight;
}

function informationValue({ rows, bads }: Counts, weights: Float64Array, total: Total): number {
  let value = 0;
  for (let bin = MISSING_BIN; bin < rows.length; bin += 1) {
    value += information(rows[bin] ?? 0, bads[bin] ?? 0, { weight: weights[bin] ?? 0, total });
  }
  return value;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
