/** Steps that a score from -1 to 1 is counted in; one is 1e-6 wide. */
const STEPS = 2_000_000;

/**
 * How many scores fell into each step of 1e-6. A billion comparisons fit, and they are counted, not
 * sampled. Scores within one step count as equal, and equal to a threshold means accepted.
 */
export class ScoreCounts {
  readonly counts = new Uint32Array(STEPS + 1);
  total = 0;

  add(score: number): void {
    const step = stepOf(score);
    this.counts[step] = (this.counts[step] as number) + 1;
    this.total += 1;
  }
}

/** The step that a score is counted in. */
export function stepOf(score: number): number {
  return Math.max(0, Math.min(STEPS, Math.floor(((score + 1) / 2) * STEPS)));
}

/** The lowest score of a step. */
export function scoreOf(step: number): number {
  return (step / STEPS) * 2 - 1;
}

/** False matches that a rate must let one expect before a threshold for it means anything. */
export const MIN_EXPECTED_FALSE_MATCHES = 10;

/**
 * True acceptance rate (1 - FNMR) at the lowest threshold whose false match rate is at most `rate`.
 *
 * @returns null when there are too few impostors to tell, or nobody genuine
 */
export function acceptanceAt(
  rate: number,
  scores: { readonly genuine: ScoreCounts; readonly impostor: ScoreCounts },
): number | null {
  const { genuine, impostor } = scores;
  const lowest = lowestStepAt(rate, impostor);
  if (lowest === null || genuine.total === 0) return null;
  let accepted = 0;
  for (let step = lowest; step <= STEPS; step += 1) accepted += genuine.counts[step] as number;
  return accepted / genuine.total;
}

/** The lowest score whose false match rate is at most `rate`; null when there are too few impostors to tell. */
export function thresholdAt(rate: number, impostor: ScoreCounts): number | null {
  const lowest = lowestStepAt(rate, impostor);
  return lowest === null ? null : scoreOf(lowest);
}

function lowestStepAt(rate: number, impostor: ScoreCounts): number | null {
  const allowed = rate * impostor.total;
  if (allowed < MIN_EXPECTED_FALSE_MATCHES) return null;
  let falseMatches = 0;
  let step = STEPS + 1;
  while (step > 0 && falseMatches + (impostor.counts[step - 1] as number) <= allowed) {
    step -= 1;
    falseMatches += impostor.counts[step] as number;
  }
  return step;
}

/**
 * Equal error rate: the mean of the false match and the false non-match rate at the step where they are
 * nearest to each other; null without both kinds.
 */
export function equalErrorRate(scores: {
  readonly genuine: ScoreCounts;
  readonly impostor: ScoreCounts;
}): number | null {
  const { genuine, impostor } = scores;
  if (genuine.total === 0 || impostor.total === 0) return null;
  let falseMatches = 0;
  let missed = genuine.total;
  let best = { gap: Number.POSITIVE_INFINITY, rate: 1 };
  for (let step = STEPS; step >= 0; step -= 1) {
    falseMatches += impostor.counts[step] as number;
    missed -= genuine.counts[step] as number;
    const fmr = falseMatches / impostor.total;
    const fnmr = missed / genuine.total;
    const gap = Math.abs(fmr - fnmr);
    if (gap < best.gap) best = { gap, rate: (fmr + fnmr) / 2 };
    if (fmr > fnmr) break;
  }
  return best.rate;
}
