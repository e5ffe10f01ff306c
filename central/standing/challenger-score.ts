import type { ChallengerModel } from '../credit/challenger/challenger-model.ts';
import { scoreOfProbability } from '../credit/challenger/comparison.ts';
import { MOST_PARTS, shapleyValues, wholeParts } from '../credit/challenger/shapley.ts';
import { describeRange, type FeatureValue, type ValueRange } from '../credit/feature-bins.ts';
import { type ScoredPast, scoreConfidence } from '../credit/score-confidence.ts';
import { LEAST_KNOWN_SHARE } from '../credit/score-refusal.ts';
import type { Company } from '../credit/scorecard.ts';
import { gradeOf, type Scored } from './standing-score.ts';

/** Inputs of a challenger that could decide: its reasons are worked out over all sets of them. */
export const MOST_DECIDING_INPUTS = MOST_PARTS;

/**
 * Scores a company by a challenger that was promoted. It has no terms of its own, so its reasons are Shapley's values of what is
 * known of the company, in whole points, against a company of which nothing is known: they add up to the score as well. What
 * would lift the company it cannot tell.
 */
export async function scoreByChallenger(
  { model, past }: { readonly model: ChallengerModel; readonly past: ScoredPast },
  company: Company,
): Promise<Scored> {
  const { inputs } = model.shape;
  const known = inputs.filter(({ feature, kind }) => isKnown(company.get(feature), kind));
  const knownShare = known.length / inputs.length;
  const answers = await model.probabilities(
    setsOf(known.map(({ feature }) => [feature, company.get(feature)] as const)),
  );
  if (!answers.ok) return refusedByModel(past, knownShare);
  if (knownShare < LEAST_KNOWN_SHARE) return refused('too-little-known', past, knownShare);
  const scores = Int32Array.from(answers.value, scoreOfProbability);
  const basePoints = scores[0] ?? 0;
  const score = scores.at(-1) ?? basePoints;
  const points = wholeParts(shapleyValues(known.length, scores), score - basePoints);
  const reasons = known
    .map(({ feature }, i) => {
      const range = rangeOf(company.get(feature));
      return {
        term: feature,
        code: `R${String(inputs.findIndex((each) => each.feature === feature) + 1).padStart(2, '0')}`,
        at: describeRange(range),
        parts: [{ feature, range }],
        points: points[i] ?? 0,
      };
    })
    .filter((reason) => reason.points !== 0)
    .toSorted((a, b) => Math.abs(b.points) - Math.abs(a.points) || (a.term < b.term ? -1 : 1));
  const shown = {
    grade: gradeOf(score),
    basePoints,
    reasons,
    probabilityBad: answers.value.at(-1) ?? null,
    confidence: scoreConfidence(past, score, knownShare),
    lift: null,
  };
  return { score, refusal: undefined, shown };
}

/** No score: the model in force gave no answer. */
export function refusedByModel(past: ScoredPast, knownShare: number): Scored {
  return refused('model-failed', past, knownShare);
}

function refused(refusal: string, past: ScoredPast, knownShare: number): Scored {
  const confidence = scoreConfidence(past, 0, knownShare);
  const nothing = { grade: null, basePoints: 0, reasons: [], probabilityBad: null, lift: null };
  return { score: undefined, refusal, shown: { ...nothing, confidence } };
}

function isKnown(value: FeatureValue, kind: 'number' | 'text'): boolean {
  return kind === 'number' ? typeof value === 'number' : value !== undefined;
}

/** A company for every set of what is known; bit `i` of its index says whether the `i`-th is in it. */
function setsOf(known: readonly (readonly [string, FeatureValue])[]): Company[] {
  return Array.from(
    { length: 1 << known.length },
    (_, set) => new Map(known.filter((__, i) => set & (1 << i))),
  );
}

function rangeOf(value: FeatureValue): ValueRange {
  if (value === undefined) return { kind: 'unknown' };
  return typeof value === 'number' ? { kind: 'exact', value } : { kind: 'levels', levels: [value] };
}
