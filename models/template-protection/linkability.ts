const MAX_BINS = 100;
const MATED_PER_BIN = 10;

/**
 * The global unlinkability measure of Gomez-Barrero, Galbally, Rathgeb and Busch ("General Framework to Evaluate
 * Unlinkability in Biometric Template Protection Systems", IEEE TIFS 13(6), 2018), with equal priors (omega = 1) and
 * the authors' histograms: where mated scores are likelier than non-mated ones, D(s) = 2 LR / (1 + LR) - 1, else 0;
 * D_sys is its mean over the mated scores.
 *
 * A finite number of scores lets it be a little above 0 where there is nothing to tell: compare with what two sets of
 * non-mated scores give.
 *
 * @param mated scores of pairs of one person, under two keys
 * @param nonMated scores of pairs of two people, under the same two keys
 */
export function systemLinkability(mated: Float64Array, nonMated: Float64Array): number {
  const bins = Math.max(1, Math.min(MAX_BINS, Math.floor(mated.length / MATED_PER_BIN)));
  const least = Math.min(lowest(mated), lowest(nonMated));
  const width = (highest(mated, nonMated) - least) / bins;
  const binOf = (score: number): number =>
    width > 0 ? Math.min(bins - 1, Math.floor((score - least) / width)) : 0;
  const share = (scores: Float64Array): Float64Array => {
    const shares = new Float64Array(bins);
    for (const score of scores) {
      const bin = binOf(score);
      shares[bin] = (shares[bin] as number) + 1 / scores.length;
    }
    return shares;
  };
  const ofMated = share(mated);
  const ofNonMated = share(nonMated);
  return ofMated.reduce((sum, p, bin) => {
    const ratio = p / (ofNonMated[bin] as number);
    if (p === 0 || ratio <= 1) return sum;
    const linked = ratio === Number.POSITIVE_INFINITY ? 1 : (2 * ratio) / (1 + ratio) - 1;
    return sum + p * linked;
  }, 0);
}

function lowest(scores: Float64Array): number {
  return scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY);
}

function highest(...sets: readonly Float64Array[]): number {
  return Math.max(
    ...sets.map((set) => set.reduce((most, s) => Math.max(most, s), Number.NEGATIVE_INFINITY)),
  );
}
