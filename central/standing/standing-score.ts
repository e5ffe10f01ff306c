import { createHash } from 'node:crypto';
import {
  type FeatureWords,
  GRADES,
  type Grade,
  type StandingShown,
} from '../../shared/contracts/http-standing.ts';
import { counterfactual } from '../credit/counterfactual.ts';
import { type ScoredPast, scoreConfidence } from '../credit/score-confidence.ts';
import { knownShare, refusalToScore } from '../credit/score-refusal.ts';
import { type Company, explainScore, type Scorecard } from '../credit/scorecard.ts';

/** The least score of each grade but the last; 50 points double the odds of staying good, 500 are even odds. */
const LEAST: Readonly<Record<Exclude<Grade, 'D'>, number>> = { A: 650, B: 600, C: 550 };
const MOST_CHANGES = 3;

/** Names of what nobody may be judged by, and of what stands for it; a model that looks at one is not taken. */
const SENSITIVE =
  /(^|_)(age|birth\w*|sex|gender|ethnic\w*|race|religion|nationality|party|marital\w*|disab\w*|health|face\w*|shopper\w*|hukou|hometown|name)(_|$)/i;

/** Of these features, those that nobody may be judged by. */
export function sensitiveFeatures(names: readonly string[]): string[] {
  return names.filter((name) => SENSITIVE.test(name));
}

/** Features that nobody could be told of: the pages know what the street's own (`street_*`) are called, and no others. */
export function wordlessFeatures(scorecard: Scorecard, words: FeatureWords): string[] {
  return featuresOf(scorecard).filter(
    (name) => !name.startsWith('street_') && !Object.hasOwn(words, name),
  );
}

/** Names of everything a scorecard looks at. */
export function featuresOf({ terms }: Scorecard): string[] {
  const names = terms.flatMap(({ bins }) => bins.map(({ name }) => name));
  return [...new Set(names)].toSorted();
}

export interface Learnt {
  readonly scorecard: Scorecard;
  readonly past: ScoredPast;
  readonly changeable: readonly string[];
}

export interface Scored {
  /** Undefined where it is refused. */
  readonly score: number | undefined;
  readonly refusal: string | undefined;
  readonly shown: StandingShown;
}

/** Scores a company with everything that explains it, or says that too little is known. */
export function scoreCompany({ scorecard, past, changeable }: Learnt, company: Company): Scored {
  const { score, basePoints, reasons, probabilityBad } = explainScore(scorecard, company);
  const confidence = scoreConfidence(past, score, knownShare(scorecard, company));
  const refusal = refusalToScore(scorecard, company);
  if (refusal !== undefined) {
    const nothing = { grade: null, basePoints, reasons: [], probabilityBad: null, lift: null };
    return { score: undefined, refusal, shown: { ...nothing, confidence } };
  }
  const grade = gradeOf(score);
  const next = GRADES[GRADES.indexOf(grade) - 1];
  const shown = { grade, basePoints, reasons: [...reasons], probabilityBad, confidence };
  if (next === undefined || next === 'D') {
    return { score, refusal: undefined, shown: { ...shown, lift: null } };
  }
  const { changes, reached } = counterfactual(scorecard, company, {
    score: LEAST[next],
    changeable: new Set(changeable),
    mostChanges: MOST_CHANGES,
  });
  const told = changes.map(({ feature, to, range, points }) => ({ feature, to, range, points }));
  const lift = { grade: next, reached, changes: told };
  return { score, refusal: undefined, shown: { ...shown, lift } };
}

export function gradeOf(score: number): Grade {
  if (score >= LEAST.A) return 'A';
  if (score >= LEAST.B) return 'B';
  return score >= LEAST.C ? 'C' : 'D';
}

/** Of the model and all that is known of a company: equal inputs, equal hash, equal score. */
export function inputHash(modelSha256: string, company: Company): string {
  const sorted = [...company].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(['wuma-standing-1', modelSha256, sorted]))
    .digest('hex');
}
