import type { Fairness, ModelCard } from '../../shared/contracts/model-card.ts';
import { fitCalibration, probabilityAt } from './calibration.ts';
import { areaUnderRoc, brierScore, calibrationError, kolmogorovSmirnov } from './discrimination.ts';
import { type LabelledTable, rowsOfTable } from './feature-table.ts';
import { splitByFold, stratifiedFolds } from './folds.ts';
import type { TrainedModel } from './glass-box.ts';
import { type ScoredPast, scoredPast } from './score-confidence.ts';
import {
  companyAt,
  explainScore,
  type Scorecard,
  scorecardOf,
  scoreOfLogOdds,
  scoresOf,
} from './scorecard.ts';

/** Learns a model; the kinds differ in nothing else. */
export interface ScoreTrainer {
  readonly kind: Scorecard['kind'];
  readonly train: (table: LabelledTable) => TrainedModel;
}

/** How good a score is, on companies that it was not learnt from. */
export interface ScoreQuality {
  /** Of the score in whole points, as `ks` and `gini`; the mean over the folds where there are several. */
  readonly auc: number;
  readonly ks: number;
  readonly gini: number;
  /** Of the probability, over all companies. */
  readonly brier: number;
  readonly calibrationError: number;
  readonly features: number;
  readonly companies: number;
  readonly bad: number;
  /** Whether of every company the reasons were whole points that added up to the score. */
  readonly reasonsExact: boolean;
}

/** Learns a scorecard: a model in whole points, calibrated on what its bags had not learnt from. */
export function trainScorecard(table: LabelledTable, trainer: ScoreTrainer): Scorecard {
  return trainWithPast(table, trainer).scorecard;
}

/** The same, with what its bags say of companies they had not learnt from. */
export function trainWithPast(
  table: LabelledTable,
  { kind, train }: ScoreTrainer,
): {
  readonly scorecard: Scorecard;
  readonly past: ScoredPast;
  /** By company, in the table's order. */
  readonly outOfBag: Float64Array;
} {
  const { model, outOfBag } = train(table);
  const scores = outOfBag.map(scoreOfLogOdds);
  const calibration = fitCalibration(scores, table.bad);
  return {
    scorecard: scorecardOf(model, { kind, calibration }),
    past: scoredPast(scores, table.bad),
    outOfBag: scores,
  };
}

/** What came of one test. */
interface Judged {
  readonly scores: Int32Array;
  readonly probabilities: Float64Array;
  readonly bad: Uint8Array;
  readonly reasonsExact: boolean;
}

function judge(scorecard: Scorecard, { features, bad }: LabelledTable): Judged {
  const scores = scoresOf(scorecard, features);
  return {
    scores,
    bad,
    probabilities: Float64Array.from(scores, (score) =>
      probabilityAt(scorecard.calibration, score),
    ),
    reasonsExact: scores.every((score, row) => {
      const explained = explainScore(scorecard, companyAt(features, row));
      const sum = explained.reasons.reduce((points, reason) => points + reason.points, 0);
      const whole = explained.reasons.every(({ points }) => Number.isInteger(points));
      return whole && explained.basePoints + sum === score && explained.score === score;
    }),
  };
}

/** Learns from one table and judges on another, whose features have the same names and kinds. */
export function evaluateOnTest(
  trainer: ScoreTrainer,
  train: LabelledTable,
  test: LabelledTable,
): ScoreQuality {
  return qualityOf([judge(trainScorecard(train, trainer), test)], train.features.length);
}

/** Learns on all folds but one and judges on that one, for each. The trainer is asked for anew in each fold. */
export function crossValidate(
  trainerOf: (fold: number) => ScoreTrainer,
  table: LabelledTable,
  { folds, seed }: { readonly folds: number; readonly seed: string },
): ScoreQuality {
  const foldOf = stratifiedFolds(table.bad, folds, seed);
  const judged = Array.from({ length: folds }, (_, fold) => {
    const { inside, outside } = splitByFold(foldOf, fold);
    const scorecard = trainScorecard(rowsOfTable(table, outside), trainerOf(fold));
    return judge(scorecard, rowsOfTable(table, inside));
  });
  return qualityOf(judged, table.features.length);
}

function qualityOf(judged: readonly Judged[], features: number): ScoreQuality {
  const mean = (of: (each: Judged) => number): number =>
    judged.reduce((sum, each) => sum + of(each) / judged.length, 0);
  const auc = mean(({ scores, bad }) => areaUnderRoc(risks(scores), bad));
  const bad = Uint8Array.from(judged.flatMap((each) => [...each.bad]));
  const probabilities = judged.flatMap((each) => [...each.probabilities]);
  return {
    auc,
    ks: mean(({ scores, bad: came }) => kolmogorovSmirnov(risks(scores), came)),
    gini: 2 * auc - 1,
    brier: brierScore(probabilities, bad),
    calibrationError: calibrationError(probabilities, bad),
    features,
    companies: bad.length,
    bad: bad.reduce((sum, label) => sum + label, 0),
    reasonsExact: judged.every((each) => each.reasonsExact),
  };
}

/** The higher the score, the lower the risk. */
function risks(scores: Int32Array): Int32Array {
  return scores.map((score) => -score);
}

/** What a scorecard's file says of itself: of companies that its bags had not learnt from, by their scores. */
export function modelCard(
  { calibration }: Scorecard,
  { features, bad }: LabelledTable,
  { scores, fairness }: { readonly scores: Float64Array; readonly fairness: readonly Fairness[] },
): ModelCard {
  const probabilities = scores.map((score) => probabilityAt(calibration, score));
  return {
    companies: bad.length,
    bad: bad.reduce((sum, label) => sum + label, 0),
    features: features.length,
    auc: areaUnderRoc(probabilities, bad),
    ks: kolmogorovSmirnov(probabilities, bad),
    brier: brierScore(probabilities, bad),
    calibrationError: calibrationError(probabilities, bad),
    fairness: [...fairness],
  };
}
