import { GRADES } from '../../shared/contracts/http-standing.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Calibration } from '../credit/calibration.ts';
import type { ChallengerModel, RunFailure } from '../credit/challenger/challenger-model.ts';
import {
  type ChallengerComparison,
  compareScores,
  scoreOfProbability,
} from '../credit/challenger/comparison.ts';
import type { LabelledTable } from '../credit/feature-table.ts';
import { type ScoredPast, scoredPast } from '../credit/score-confidence.ts';
import {
  companyAt,
  EVEN_ODDS_SCORE,
  POINTS_TO_DOUBLE_ODDS,
  type Scorecard,
  scoreOf,
} from '../credit/scorecard.ts';
import { gradeOf } from './standing-score.ts';

/** What a challenger is compared with: a scorecard, or a challenger that was promoted before. */
export type Champion =
  | { readonly kind: 'scorecard'; readonly scorecard: Scorecard }
  | { readonly kind: 'onnx'; readonly model: ChallengerModel };

export interface JudgedChallenger {
  readonly comparison: ChallengerComparison;
  /** The challenger's scores of these companies and what came. */
  readonly past: ScoredPast;
}

/** Of scores that come from probabilities. */
const AS_SAID: Calibration = {
  centre: EVEN_ODDS_SCORE,
  offset: 0,
  slope: -Math.LN2 / POINTS_TO_DOUBLE_ODDS,
};

/** The place of a score's grade; 0 is the best. */
export function gradePlace(score: number): number {
  return GRADES.indexOf(gradeOf(score));
}

/** Asks both for the same companies, of which it is known what came. */
export async function judgeChallenger(
  champion: Champion,
  challenger: ChallengerModel,
  { features, bad }: LabelledTable,
): Promise<Result<JudgedChallenger, RunFailure>> {
  const companies = Array.from(bad, (_, row) => companyAt(features, row));
  const probabilities = await challenger.probabilities(companies);
  if (!probabilities.ok) return err(probabilities.error);
  const calibration = champion.kind === 'scorecard' ? champion.scorecard.calibration : AS_SAID;
  let scores: number[];
  if (champion.kind === 'scorecard') {
    scores = companies.map((company) => scoreOf(champion.scorecard, company));
  } else {
    const said = await champion.model.probabilities(companies);
    if (!said.ok) return err(said.error);
    scores = Array.from(said.value, scoreOfProbability);
  }
  const comparison = compareScores(
    { scores, probabilities: probabilities.value, bad, calibration },
    gradePlace,
  );
  const past = scoredPast(Array.from(probabilities.value, scoreOfProbability), bad);
  return ok({ comparison, past });
}
