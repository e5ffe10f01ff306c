/** How far a population has moved from the one a score was learnt on. */
export interface PopulationStability {
  /** Population stability index: the sum over bins of (share now - share then) * ln(share now / share then). */
  readonly index: number;
  readonly verdict: 'stable' | 'moving' | 'moved';
}

/** The customary limits (Siddiqi 2006, "Credit Risk Scorecards"): below the first nothing to do, above the second learn anew. */
const MOVING = 0.1;
const MOVED = 0.25;

/**
 * Compares how many companies lie in each bin: of a score, or of a feature.
 *
 * @param before companies in each bin when the score was learnt
 * @param now companies in each bin today; half a company is added everywhere, so that an empty bin does not make the
 *   index infinite
 */
export function populationStability(
  before: ArrayLike<number>,
  now: ArrayLike<number>,
): PopulationStability {
  const bins = Math.max(before.length, now.length);
  const [then, today] = [sharesOf(before, bins), sharesOf(now, bins)];
  let index = 0;
  for (let bin = 0; bin < bins; bin += 1) {
    const [p, q] = [then[bin] ?? 0, today[bin] ?? 0];
    index += (q - p) * Math.log(q / p);
  }
  return { index, verdict: index < MOVING ? 'stable' : index < MOVED ? 'moving' : 'moved' };
}

function sharesOf(counts: ArrayLike<number>, bins: number): Float64Array {
  const padded = Float64Array.from({ length: bins }, (_, bin) => (counts[bin] ?? 0) + 0.5);
  const total = padded.reduce((sum, count) => sum + count, 0);
  return padded.map((count) => count / total);
}
