/** How sure a score is: what came of companies like this one, and how much is known of it. */
export interface ScoreConfidence {
  /** Companies with a like score that the model had not learnt from. */
  readonly comparable: number;
  /** How many of them went bad. */
  readonly bad: number;
  /** 95 % interval of the share that goes bad at such a score (Wilson). */
  readonly low: number;
  readonly high: number;
  /** Share of the score's features that are known of the company. */
  readonly knownShare: number;
}

/** Scores and what came, of companies that the model had not learnt from; by rising score. */
export interface ScoredPast {
  readonly scores: Float64Array;
  readonly bad: Uint8Array;
}

/** Companies on either side that a score is compared with. */
const NEIGHBOURS = 100;
const Z_95 = 1.959964;

/** Puts the past in order of the score. */
export function scoredPast(scores: ArrayLike<number>, bad: Uint8Array): ScoredPast {
  const order = Array.from(bad.keys()).toSorted(
    (a, b) => (scores[a] ?? 0) - (scores[b] ?? 0) || a - b,
  );
  return {
    scores: Float64Array.from(order, (row) => scores[row] ?? 0),
    bad: Uint8Array.from(order, (row) => bad[row] ?? 0),
  };
}

/** @param knownShare see `ScoreConfidence` */
export function scoreConfidence(
  past: ScoredPast,
  score: number,
  knownShare: number,
): ScoreConfidence {
  let at = past.scores.findIndex((other) => other >= score);
  if (at < 0) at = past.scores.length;
  const neighbours = past.bad.subarray(Math.max(0, at - NEIGHBOURS), at + NEIGHBOURS);
  const bad = neighbours.reduce((sum, label) => sum + label, 0);
  return { comparable: neighbours.length, bad, ...wilson(bad, neighbours.length), knownShare };
}

/** Wilson's score interval (1927); of nothing it is everything. */
function wilson(hits: number, trials: number): { readonly low: number; readonly high: number } {
  if (trials === 0) return { low: 0, high: 1 };
  const share = hits / trials;
  const z2 = Z_95 ** 2 / trials;
  const centre = (share + z2 / 2) / (1 + z2);
  const half = (Math.sqrt((share * (1 - share)) / trials + z2 / (4 * trials)) * Z_95) / (1 + z2);
  return { low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}
