import {
  type AdditiveModel,
  type AdditiveTerm,
  byName,
  cellsOfTerm,
  termName,
} from './additive-model.ts';
import { type Calibration, probabilityAt } from './calibration.ts';
import {
  binCount,
  binOfValue,
  describeRange,
  type FeatureBins,
  type FeatureValue,
  rangeOfBin,
  type ValueRange,
} from './feature-bins.ts';
import type { Feature } from './feature-table.ts';

/**
 * A score in whole points: a base and, for every term, the points of the cell that the company lies in. The sum is
 * the score, so the points of its terms are its reasons, with nothing left over.
 */
export interface Scorecard {
  readonly kind: 'glassbox' | 'woe';
  /** The score of a company whose terms are all as the average company's. */
  readonly basePoints: number;
  readonly terms: readonly ScoredTerm[];
  /** From the score to the probability of going bad. */
  readonly calibration: Calibration;
}

export interface ScoredTerm {
  /** One or two. */
  readonly bins: readonly FeatureBins[];
  /** Whole points of each cell; the more, the safer. Cells are ordered as in `AdditiveTerm`. */
  readonly points: Int32Array;
}

/** So many points more, and the odds of staying good are twice as high. */
export const POINTS_TO_DOUBLE_ODDS = 50;
/** The score at which going bad is as likely as staying good, before calibration. */
export const EVEN_ODDS_SCORE = 500;

const POINTS_PER_LOG_ODDS = POINTS_TO_DOUBLE_ODDS / Math.LN2;

/** An additive model in whole points. Terms that come to 0 points everywhere are left out. */
export function scorecardOf(
  { intercept, terms }: AdditiveModel,
  { kind, calibration }: Pick<Scorecard, 'kind' | 'calibration'>,
): Scorecard {
  return {
    kind,
    basePoints: EVEN_ODDS_SCORE + wholePoints(intercept),
    terms: terms.map(pointsOf).filter(({ points }) => points.some((value) => value !== 0)),
    calibration,
  };
}

/** The score, not rounded, that belongs to log odds of going bad; what calibration is learnt on. */
export function scoreOfLogOdds(logOdds: number): number {
  return EVEN_ODDS_SCORE - POINTS_PER_LOG_ODDS * logOdds;
}

function pointsOf({ bins, logOdds }: AdditiveTerm): ScoredTerm {
  return { bins, points: Int32Array.from(logOdds, wholePoints) };
}

function wholePoints(logOdds: number): number {
  return Math.round(-POINTS_PER_LOG_ODDS * logOdds);
}

/** The scores of a table's companies. */
export function scoresOf(scorecard: Scorecard, features: readonly Feature[]): Int32Array {
  const named = byName(features);
  const scores = new Int32Array(features[0]?.values.length ?? 0).fill(scorecard.basePoints);
  for (const term of scorecard.terms) {
    const cells = cellsOfTerm(term, named);
    for (let row = 0; row < scores.length; row += 1) {
      scores[row] = (scores[row] ?? 0) + (term.points[cells[row] ?? 0] ?? 0);
    }
  }
  return scores;
}

/** What is known of one company, by feature. */
export type Company = ReadonlyMap<string, FeatureValue>;

/** Why a score is what it is: what one term adds to the average company's score, or takes from it. */
export interface ScoreReason {
  /** The feature, or "one & other". */
  readonly term: string;
  /** Of the term in its scorecard: "R01" is the first. */
  readonly code: string;
  /** Where the company lies, in words. */
  readonly at: string;
  /** The same by feature: one, or two. */
  readonly parts: readonly { readonly feature: string; readonly range: ValueRange }[];
  readonly points: number;
}

/** A score with all of its reasons: `basePoints` and the points of `reasons` add up to `score`. */
export interface ExplainedScore {
  readonly score: number;
  readonly probabilityBad: number;
  readonly basePoints: number;
  /** Those with the most weight first; terms that add nothing are left out. */
  readonly reasons: readonly ScoreReason[];
}

/** Scores one company, with the reasons. */
export function explainScore(scorecard: Scorecard, company: Company): ExplainedScore {
  const { basePoints, calibration, terms } = scorecard;
  const all = terms.map((term, index) => {
    const parts = term.bins.map((bins) => {
      return { feature: bins.name, range: rangeOfBin(bins, binIn(bins, company)) };
    });
    return {
      term: termName(term),
      code: `R${String(index + 1).padStart(2, '0')}`,
      at: parts.map(({ range }) => describeRange(range)).join(' & '),
      parts,
      points: term.points[cellIn(term, company)] ?? 0,
    };
  });
  const reasons = all
    .filter(({ points }) => points !== 0)
    .toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points) || (a.term < b.term ? -1 : 1));
  const score = basePoints + all.reduce((sum, { points }) => sum + points, 0);
  return { score, probabilityBad: probabilityAt(calibration, score), basePoints, reasons };
}

/** One company's score, without the reasons. */
export function scoreOf({ basePoints, terms }: Scorecard, company: Company): number {
  return terms.reduce((sum, term) => sum + (term.points[cellIn(term, company)] ?? 0), basePoints);
}

/** One company's row of a table. */
export function companyAt(features: readonly Feature[], row: number): Company {
  return new Map(
    features.map((feature) => {
      const value = feature.values[row];
      return [feature.name, Number.isNaN(value) ? undefined : value];
    }),
  );
}

function binIn(bins: FeatureBins, company: Company): number {
  return binOfValue(bins, company.get(bins.name));
}

function cellIn({ bins }: ScoredTerm, company: Company): number {
  return bins.reduce((cell, each) => cell * binCount(each) + binIn(each, company), 0);
}
