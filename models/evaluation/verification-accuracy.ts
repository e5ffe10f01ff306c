/** A scored pair of one fold. */
export interface ScoredPair {
  readonly score: number;
  readonly genuine: boolean;
  readonly fold: number;
}

/**
 * Mean over the folds of the share of right decisions, each fold judged with the threshold that is best on
 * all the others (LFW's image-restricted protocol).
 *
 * @returns null with fewer than two folds
 */
export function crossValidatedAccuracy(pairs: readonly ScoredPair[]): number | null {
  const folds = [...new Set(pairs.map((pair) => pair.fold))];
  if (folds.length < 2) return null;
  let sum = 0;
  for (const fold of folds) {
    const threshold = bestThreshold(pairs.filter((pair) => pair.fold !== fold));
    const held = pairs.filter((pair) => pair.fold === fold);
    const right = held.filter(({ score, genuine }) => score >= threshold === genuine).length;
    sum += right / held.length;
  }
  return sum / folds.length;
}

/** Half way between the two scores that part right from wrong best; the lowest such where several do. */
function bestThreshold(pairs: readonly ScoredPair[]): number {
  const rising = pairs.toSorted((p, q) => p.score - q.score);
  // With the threshold below all scores, every genuine pair is right.
  let right = rising.filter((pair) => pair.genuine).length;
  let best = { right, threshold: Number.NEGATIVE_INFINITY };
  rising.forEach((pair, i) => {
    right += pair.genuine ? -1 : 1;
    const next = rising[i + 1];
    // Equal scores cannot be parted.
    if (next?.score === pair.score) return;
    const threshold = next ? (pair.score + next.score) / 2 : Number.POSITIVE_INFINITY;
    if (right > best.right) best = { right, threshold };
  });
  return best.threshold;
}
