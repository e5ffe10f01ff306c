/** A comparison of two pictures of one person. */
export interface JudgedComparison {
  /** The poorer picture's; higher is better. */
  readonly goodness: number;
  /** Whether it was a false non-match. */
  readonly failed: boolean;
  readonly person: string;
}

export interface DiscardPoint {
  /** Share of the comparisons that is left out, the poorest first. */
  readonly discarded: number;
  /** False non-match rate of the others. */
  readonly fnmr: number;
}

/**
 * The error versus discard characteristic (ISO/IEC 29794-1): what the false non-match rate falls to when the poorest
 * comparisons are left out. A measure that predicts failure makes it fall fast; one that does not leaves it as it is.
 *
 * @param comparisons at least one, the poorest first
 */
export function errorVersusDiscard(
  comparisons: readonly JudgedComparison[],
  shares: readonly number[],
): DiscardPoint[] {
  return shares.map((discarded) => {
    const kept = comparisons.slice(Math.floor(discarded * comparisons.length));
    return { discarded, fnmr: kept.filter(({ failed }) => failed).length / kept.length };
  });
}

/** What the two outcomes cost the shopper, in seconds. */
export interface Costs {
  /** To be asked to look again. */
  readonly again: number;
  /** To be asked for digits, or sent to another way of paying, though they are enrolled. */
  readonly failure: number;
}

export interface Limit {
  /** From here on a picture is taken; below, the shopper is asked to look again. */
  readonly goodness: number;
  /** Share of the comparisons below. */
  readonly refused: number;
  /** What the limit saves a comparison in the mean, seconds. */
  readonly saved: number;
}

/**
 * The limit that costs the least: who is refused looks again, and may then fail as often as everybody does. Where no limit
 * saves anything, the lowest goodness that occurs, which refuses nobody.
 *
 * @param comparisons at least one, the poorest first
 */
export function cheapestLimit(comparisons: readonly JudgedComparison[], costs: Costs): Limit {
  const total = comparisons.length;
  const failures = comparisons.filter(({ failed }) => failed).length;
  const lookingAgain = costs.again + (costs.failure * failures) / total;
  let best = { goodness: comparisons[0]?.goodness ?? 0, refused: 0, saved: 0 };
  let saved = 0;
  comparisons.forEach(({ goodness, failed }, i) => {
    saved += (failed ? costs.failure : 0) - lookingAgain;
    const next = comparisons[i + 1];
    // equal qualities are refused together or not at all
    if (!next || next.goodness === goodness || saved / total <= best.saved) return;
    best = { goodness: next.goodness, refused: (i + 1) / total, saved: saved / total };
  });
  return best;
}

/** What a limit saves on comparisons that it was not chosen on, seconds a comparison; negative when it costs. */
export function savedBy(
  limit: number,
  comparisons: readonly JudgedComparison[],
  costs: Costs,
): number {
  const failures = comparisons.filter(({ failed }) => failed).length;
  const lookingAgain = costs.again + (costs.failure * failures) / comparisons.length;
  let saved = 0;
  for (const { goodness, failed } of comparisons) {
    if (goodness < limit) saved += (failed ? costs.failure : 0) - lookingAgain;
  }
  return saved / comparisons.length;
}
