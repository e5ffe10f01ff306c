import type { AdditiveModel, AdditiveTerm } from './additive-model.ts';
import { type BoostedTerm, type BoostingOptions, boost } from './boosting.ts';
import { assignBins, binCount, binsOf, type FeatureBins } from './feature-bins.ts';
import type { LabelledTable } from './feature-table.ts';
import { splitByFold, stratifiedFolds } from './folds.ts';
import { rankPairs } from './interaction-search.ts';
import { pairTree } from './pair-trees.ts';
import { type Direction, type LeafLimits, shapeTree } from './small-trees.ts';

export interface GlassBoxOptions {
  readonly seed: string;
  /** Bags a round: each leaves another part of the rows out, to stop by and to calibrate on. */
  readonly bags: number;
  /** How often the rows are dealt into bags anew. */
  readonly deals: number;
  /** Bins of a feature on its own, and of one in a pair. */
  readonly bins: number;
  readonly pairBins: number;
  /** More pairs fit chance: the strongest are enough. */
  readonly mostPairs: number;
  readonly boosting: BoostingOptions;
  readonly pairBoosting: BoostingOptions;
  readonly leaf: LeafLimits;
  readonly pairLeaf: LeafLimits;
  /** Features on whose direction policy insists. */
  readonly directions: ReadonlyMap<string, Direction>;
  /** Told after each round. */
  readonly onProgress?: (of: 'features' | 'pairs', round: number) => void;
}

export const GLASS_BOX_DEFAULTS: GlassBoxOptions = {
  seed: '1',
  bags: 8,
  deals: 2,
  bins: 128,
  pairBins: 16,
  mostPairs: 15,
  boosting: { learningRate: 0.06, mostRounds: 1_000, patience: 20 },
  pairBoosting: { learningRate: 0.06, mostRounds: 500, patience: 20 },
  leaf: { leastRows: 5, ridge: 1 },
  pairLeaf: { leastRows: 5, ridge: 1 },
  directions: new Map(),
};

/** A model, and what it says of each training row by those bags alone that had not learnt from it. */
export interface TrainedModel {
  readonly model: AdditiveModel;
  readonly outOfBag: Float64Array;
}

/** A term to be learnt, with the cell of every training row. */
interface TermPlan {
  readonly bins: readonly FeatureBins[];
  readonly cells: Uint16Array;
  readonly cellCount: number;
  readonly tree: () => BoostedTerm['fit'];
}

/** Learns an additive model by bagged cyclic boosting: single features first, then pairs on what they left over. */
export function trainGlassBox(table: LabelledTable, options: GlassBoxOptions): TrainedModel {
  const { bad } = table;
  const intercept = priorLogOdds(bad);
  const singles = planSingles(table, options);
  const start = new Float64Array(bad.length).fill(intercept);
  const bags = baggedFrom(start, bad, options);
  const first = boostBags(singles, {
    bad,
    bags,
    options,
    boosting: options.boosting,
    progress: (round) => options.onProgress?.('features', round),
  });
  const pairs = planPairs(table, { scores: first.outOfBag, options });
  const second = boostBags(pairs, {
    bad,
    bags,
    options,
    boosting: options.pairBoosting,
    progress: (round) => options.onProgress?.('pairs', round),
  });
  const terms = [...termsOf(singles, first.shapes), ...termsOf(pairs, second.shapes)];
  return {
    model: centred({ intercept, terms }, [...singles, ...pairs]),
    outOfBag: second.outOfBag,
  };
}

/** Log odds of the share of bad ones, a half added to both sides so that it is finite. */
function priorLogOdds(bad: Uint8Array): number {
  const bads = bad.reduce((sum, label) => sum + label, 0);
  return Math.log((bads + 0.5) / (bad.length - bads + 0.5));
}

function planSingles(
  table: LabelledTable,
  { bins: mostBins, leaf, directions }: GlassBoxOptions,
): TermPlan[] {
  return table.features.map((feature) => {
    const bins = binsOf(feature, { bad: table.bad, mostBins });
    const direction = directions.get(feature.name) ?? 0;
    return {
      bins: [bins],
      cells: Uint16Array.from(assignBins(bins, feature)),
      cellCount: binCount(bins),
      tree: () => shapeTree(binCount(bins), leaf, direction),
    };
  });
}

function planPairs(
  table: LabelledTable,
  { scores, options }: { readonly scores: Float64Array; readonly options: GlassBoxOptions },
): TermPlan[] {
  const { bad } = table;
  const free = table.features.filter(({ name }) => (options.directions.get(name) ?? 0) === 0);
  const searched = free.map((feature) => {
    const bins = binsOf(feature, { bad, mostBins: options.pairBins });
    return { featureBins: bins, bins: assignBins(bins, feature), binCount: binCount(bins) };
  });
  const probabilities = scores.map((score) => 1 / (1 + Math.exp(-score)));
  const leftOver = {
    gradient: probabilities.map((p, row) => p - (bad[row] ?? 0)),
    hessian: probabilities.map((p) => p * (1 - p)),
  };
  return rankPairs(searched, leftOver)
    .slice(0, options.mostPairs)
    .flatMap(([i, j]) => {
      const [a, b] = [searched[i], searched[j]];
      if (!a || !b) return [];
      const grid = { rows: a.binCount, columns: b.binCount };
      return [
        {
          bins: [a.featureBins, b.featureBins],
          cells: Uint16Array.from(a.bins, (bin, row) => bin * b.binCount + (b.bins[row] ?? 0)),
          cellCount: a.binCount * b.binCount,
          tree: () => pairTree(grid, options.pairLeaf),
        },
      ];
    });
}

/** The rows one bag learns from and those it is judged by, with the log odds reached so far. */
interface Bag {
  readonly inside: Uint32Array;
  readonly outside: Uint32Array;
  readonly insideScores: Float64Array;
  readonly outsideScores: Float64Array;
}

function baggedFrom(
  start: Float64Array,
  bad: Uint8Array,
  { bags, deals, seed }: GlassBoxOptions,
): Bag[] {
  return Array.from({ length: deals }, (_, deal) => {
    const foldOf = stratifiedFolds(bad, bags, `${seed}/bags/${deal}`);
    return Array.from({ length: bags }, (__, bag) => {
      const { inside: outside, outside: inside } = splitByFold(foldOf, bag);
      return {
        inside,
        outside,
        insideScores: start.slice(0, inside.length),
        outsideScores: start.slice(0, outside.length),
      };
    });
  }).flat();
}

interface BaggedBoosting {
  readonly bad: Uint8Array;
  readonly bags: readonly Bag[];
  readonly options: GlassBoxOptions;
  readonly boosting: BoostingOptions;
  readonly progress: (round: number) => void;
}

/** Boosts terms in all bags: their mean shapes, and what the bags say of the rows that each left out. */
function boostBags(
  plans: readonly TermPlan[],
  { bad, bags, options, boosting, progress }: BaggedBoosting,
): { readonly shapes: Float64Array[]; readonly outOfBag: Float64Array } {
  const pick = (rows: Uint32Array): Uint8Array => Uint8Array.from(rows, (row) => bad[row] ?? 0);
  const data = bags.map(({ inside, outside, insideScores, outsideScores }) => ({
    terms: plans.map(({ cells, cellCount, tree }) => ({
      cellCount,
      trainCells: Uint16Array.from(inside, (row) => cells[row] ?? 0),
      holdoutCells: Uint16Array.from(outside, (row) => cells[row] ?? 0),
      fit: tree(),
    })),
    train: { scores: insideScores, bad: pick(inside) },
    holdout: { scores: outsideScores, bad: pick(outside) },
  }));
  const shapesOfBags = boost(data, boosting, progress);
  const outOfBag = new Float64Array(bad.length);
  for (const { outside, outsideScores } of bags) {
    for (const [i, row] of outside.entries()) {
      outOfBag[row] = (outOfBag[row] ?? 0) + (outsideScores[i] ?? 0) / options.deals;
    }
  }
  return { shapes: plans.map((plan, i) => meanShape(plan, shapesOfBags, i)), outOfBag };
}

function meanShape(
  { cellCount }: TermPlan,
  shapesOfBags: readonly (readonly Float64Array[])[],
  term: number,
): Float64Array {
  const mean = new Float64Array(cellCount);
  for (const shapes of shapesOfBags) {
    for (let cell = 0; cell < cellCount; cell += 1) {
      mean[cell] = (mean[cell] ?? 0) + (shapes[term]?.[cell] ?? 0) / shapesOfBags.length;
    }
  }
  return mean;
}

function termsOf(plans: readonly TermPlan[], shapes: readonly Float64Array[]): AdditiveTerm[] {
  return plans.map(({ bins }, i) => ({ bins, logOdds: shapes[i] ?? new Float64Array(0) }));
}

/** Moves each term's mean over the training rows into the intercept: 0 then means "as the average company". */
function centred({ intercept, terms }: AdditiveModel, plans: readonly TermPlan[]): AdditiveModel {
  let moved = intercept;
  const centredTerms = terms.map(({ bins, logOdds }, i) => {
    const cells = plans[i]?.cells ?? new Uint16Array(0);
    let mean = 0;
    for (const cell of cells) mean += (logOdds[cell] ?? 0) / cells.length;
    moved += mean;
    return { bins, logOdds: logOdds.map((value) => value - mean) };
  });
  return { intercept: moved, terms: centredTerms };
}
