import { MIN_EXPECTED_FALSE_MATCHES, type ScoreCounts } from './score-counts.ts';

/** What a threshold does: comparisons from its step on are accepted. */
export interface ThresholdErrors {
  readonly step: number;
  readonly falseMatches: number;
  readonly falseNonMatches: number;
}

interface Scores {
  readonly genuine: ScoreCounts;
  readonly impostor: ScoreCounts;
}

/** The errors at given steps, which go down. */
export function errorsAt(steps: readonly number[], scores: Scores): ThresholdErrors[] {
  const { genuine, impostor } = scores;
  let falseMatches = 0;
  let accepted = 0;
  let next = genuine.counts.length - 1;
  return steps.map((step) => {
    for (; next >= step; next -= 1) {
      falseMatches += impostor.counts[next] as number;
      accepted += genuine.counts[next] as number;
    }
    return { step, falseMatches, falseNonMatches: genuine.total - accepted };
  });
}

/**
 * For each false match rate the lowest step whose rate is at most that; null where fewer than 10 false matches
 * would be expected: too few impostors to tell.
 *
 * @param rates going up
 */
export function stepsFor(rates: readonly number[], impostor: ScoreCounts): (number | null)[] {
  let falseMatches = 0;
  let step = impostor.counts.length;
  return rates.map((rate) => {
    const allowed = rate * impostor.total;
    if (allowed < MIN_EXPECTED_FALSE_MATCHES) return null;
    while (step > 0) {
      const more = impostor.counts[step - 1] as number;
      if (falseMatches + more > allowed) break;
      falseMatches += more;
      step -= 1;
    }
    return step;
  });
}

/** False match rates evenly apart on a logarithmic axis, both ends included. */
export function ratesBetween(lowest: number, highest: number, perDecade: number): number[] {
  const decades = Math.log10(highest / lowest);
  const count = Math.max(1, Math.ceil(decades * perDecade));
  return Array.from({ length: count + 1 }, (_, i) => lowest * 10 ** ((decades * i) / count));
}
