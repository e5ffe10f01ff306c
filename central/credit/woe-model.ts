import { type AdditiveModel, logOddsOf } from './additive-model.ts';
import { assignBins } from './feature-bins.ts';
import { type LabelledTable, rowsOfTable } from './feature-table.ts';
import { splitByFold, stratifiedFolds } from './folds.ts';
import type { TrainedModel } from './glass-box.ts';
import { fitLogistic, type LogisticOptions } from './logistic-regression.ts';
import type { Direction } from './small-trees.ts';
import { WOE_DEFAULTS, type WoeOptions, woeBins } from './woe-bins.ts';

export interface WoeModelOptions {
  readonly seed: string;
  readonly binning: WoeOptions;
  readonly regression: LogisticOptions;
  /** Features below say too little to be taken in. */
  readonly leastInformationValue: number;
  /** Features on whose direction policy insists. */
  readonly directions: ReadonlyMap<string, Direction>;
  /** Told after each of the models that the calibration is learnt on. */
  readonly onProgress?: (done: number, all: number) => void;
}

export const WOE_MODEL_DEFAULTS: WoeModelOptions = {
  seed: '1',
  binning: WOE_DEFAULTS,
  regression: { ridge: 1, nonNegative: true },
  leastInformationValue: 0.02,
  directions: new Map(),
};

/** Parts that the rows are dealt into, to judge each by a model that has not seen it. */
const FOLDS = 5;

/** Learns the classic scorecard: weights of evidence of monotone bins, weighed by a logistic regression. */
export function trainWoeModel(table: LabelledTable, options: WoeModelOptions): TrainedModel {
  const outOfBag = new Float64Array(table.bad.length);
  const foldOf = stratifiedFolds(table.bad, FOLDS, `${options.seed}/woe`);
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const { inside, outside } = splitByFold(foldOf, fold);
    const model = fitWoe(rowsOfTable(table, outside), options);
    const logOdds = logOddsOf(model, rowsOfTable(table, inside).features);
    for (const [i, row] of inside.entries()) outOfBag[row] = logOdds[i] ?? 0;
    options.onProgress?.(fold + 1, FOLDS);
  }
  return { model: fitWoe(table, options), outOfBag };
}

function fitWoe(
  { features, bad }: LabelledTable,
  { binning, regression, leastInformationValue, directions }: WoeModelOptions,
): AdditiveModel {
  const kept = features
    .map((feature) => {
      const direction = directions.get(feature.name) ?? 0;
      return { feature, woe: woeBins(feature, { bad, direction }, binning) };
    })
    .filter(({ woe }) => woe.informationValue >= leastInformationValue);
  const columns = kept.map(({ feature, woe }) =>
    Float64Array.from(assignBins(woe.bins, feature), (bin) => woe.weights[bin] ?? 0),
  );
  const { intercept, coefficients } = fitLogistic(columns, bad, regression);
  return {
    intercept,
    terms: kept.map(({ woe }, i) => ({
      bins: [woe.bins],
      logOdds: woe.weights.map((weight) => weight * (coefficients[i] ?? 0)),
    })),
  };
}
