import { type Calibration, probabilityAt } from '../calibration.ts';
import { areaUnderRoc, brierScore, kolmogorovSmirnov } from '../discrimination.ts';
import { type PopulationStability, populationStability } from '../population-stability.ts';
import { EVEN_ODDS_SCORE, scoreOfLogOdds } from '../scorecard.ts';

/** How good one of the two is on companies of a later time. */
export interface ComparedQuality {
  readonly auc: number;
  readonly ks: number;
  /** Of the probability. */
  readonly brier: number;
}

/** Champion and challenger on the same companies, of which it is known what came. */
export interface ChallengerComparison {
  readonly companies: number;
  readonly bad: number;
  readonly champion: ComparedQuality;
  readonly challenger: ComparedQuality;
  readonly agreement: Agreement;
}

/** How alike two scores say things, whatever came. */
export interface Agreement {
  readonly companies: number;
  /** Spearman's: 1 where both put the companies in the same order. */
  readonly rankCorrelation: number;
  /** Share of companies of the same grade. */
  readonly sameGrade: number;
  /** Share of companies whose grades are two or more apart. */
  readonly farApart: number;
  /** Of the challenger's scores against the champion's, over ten bins of equally many of the champion's. */
  readonly stability: PopulationStability;
}

const LEAST_P = 1e-6;
const BINS = 10;

/** The score that belongs to a probability of going bad: the scale of every score here. */
export function scoreOfProbability(probability: number): number {
  const p = Math.min(1 - LEAST_P, Math.max(LEAST_P, probability));
  return Math.round(scoreOfLogOdds(Math.log(p / (1 - p))));
}

/** The score that a champion's own score is worth by its calibration, to compare like with like. */
export function calibratedScore(calibration: Calibration, score: number): number {
  return scoreOfProbability(probabilityAt(calibration, score));
}

/**
 * @param scores each company's by either; the challenger's are probabilities of going bad
 * @param gradeOf grade of a score, 0 the best
 */
export function compareScores(
  {
    scores,
    probabilities,
    bad,
    calibration,
  }: {
    readonly scores: ArrayLike<number>;
    readonly probabilities: ArrayLike<number>;
    readonly bad: Uint8Array;
    readonly calibration: Calibration;
  },
  gradeOf: (score: number) => number,
): ChallengerComparison {
  const champion = Float64Array.from(scores, (score) => probabilityAt(calibration, score));
  const challenger = Float64Array.from(probabilities);
  return {
    companies: bad.length,
    bad: bad.reduce((sum, label) => sum + label, 0),
    champion: qualityOf(
      Float64Array.from(scores, (score) => -score),
      champion,
      bad,
    ),
    challenger: qualityOf(challenger, challenger, bad),
    agreement: agreementOf(Array.from(scores), Array.from(challenger, scoreOfProbability), gradeOf),
  };
}

function qualityOf(
  risks: Float64Array,
  probabilities: Float64Array,
  bad: Uint8Array,
): ComparedQuality {
  return {
    auc: areaUnderRoc(risks, bad),
    ks: kolmogorovSmirnov(risks, bad),
    brier: brierScore(probabilities, bad),
  };
}

/** @param gradeOf grade of a score, 0 the best */
export function agreementOf(
  champion: readonly number[],
  challenger: readonly number[],
  gradeOf: (score: number) => number,
): Agreement {
  const apart = champion.map((score, i) =>
    Math.abs(gradeOf(score) - gradeOf(challenger[i] ?? EVEN_ODDS_SCORE)),
  );
  const share = (count: number): number => (champion.length === 0 ? 0 : count / champion.length);
  const cuts = quantiles(champion);
  return {
    companies: champion.length,
    rankCorrelation: correlation(ranksOf(champion), ranksOf(challenger)),
    sameGrade: share(apart.filter((distance) => distance === 0).length),
    farApart: share(apart.filter((distance) => distance > 1).length),
    stability: populationStability(countsIn(cuts, champion), countsIn(cuts, challenger)),
  };
}

function quantiles(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  const cuts = Array.from(
    { length: BINS - 1 },
    (_, i) => sorted[Math.floor(((i + 1) * sorted.length) / BINS)] ?? 0,
  );
  return [...new Set(cuts)];
}

function countsIn(cuts: readonly number[], values: readonly number[]): number[] {
  const counts = Array.from({ length: cuts.length + 1 }, () => 0);
  for (const value of values) {
    const bin = cuts.filter((cut) => value >= cut).length;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

/** From 1; equal values share the mean of their ranks. */
function ranksOf(values: readonly number[]): number[] {
  const order = values.map((value, row) => ({ value, row })).toSorted((a, b) => a.value - b.value);
  const ranks = Array.from({ length: values.length }, () => 0);
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (order[to]?.value === order[from]?.value && to < order.length) to += 1;
    for (const { row } of order.slice(from, to)) ranks[row] = (from + to + 1) / 2;
    from = to;
  }
  return ranks;
}

/** Pearson's; 0 where one of the two does not vary. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [both, ofA, ofB] = [0, 0, 0];
  for (const [i, value] of a.entries()) {
    const [x, y] = [value - meanA, (b[i] ?? 0) - meanB];
    both += x * y;
    ofA += x * x;
    ofB += y * y;
  }
  return ofA === 0 || ofB === 0 ? 0 : both / Math.sqrt(ofA * ofB);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
