/** How well scores tell bad companies from good ones, and probabilities from shares. */

/**
 * Area under the ROC curve: how often a bad company's risk is above a good one's; ties count half.
 *
 * @param risks the higher, the more likely bad
 * @returns NaN where there are no bad ones, or no good ones
 */
export function areaUnderRoc(risks: ArrayLike<number>, bad: Uint8Array): number {
  let pairs = 0;
  let goodsBelow = 0;
  let bads = 0;
  for (const { goodsHere, badsHere } of tiedGroups(risks, bad)) {
    pairs += badsHere * (goodsBelow + goodsHere / 2);
    goodsBelow += goodsHere;
    bads += badsHere;
  }
  return pairs / (bads * goodsBelow);
}

/** Kolmogorov-Smirnov: the widest gap between the two cumulative distributions. */
export function kolmogorovSmirnov(risks: ArrayLike<number>, bad: Uint8Array): number {
  const bads = sum(bad);
  const goods = bad.length - bads;
  let [badsBelow, goodsBelow, widest] = [0, 0, 0];
  for (const { goodsHere, badsHere } of tiedGroups(risks, bad)) {
    badsBelow += badsHere;
    goodsBelow += goodsHere;
    widest = Math.max(widest, Math.abs(goodsBelow / goods - badsBelow / bads));
  }
  return widest;
}

/** Brier score: the mean squared distance of the probabilities from what came. */
export function brierScore(probabilities: ArrayLike<number>, bad: Uint8Array): number {
  let squares = 0;
  for (let i = 0; i < bad.length; i += 1) {
    squares += ((probabilities[i] ?? 0) - (bad[i] ?? 0)) ** 2;
  }
  return squares / bad.length;
}

/**
 * Expected calibration error: the mean distance between the probability told and the share that went bad,
 * over groups of equally many companies by rising probability.
 */
export function calibrationError(
  probabilities: ArrayLike<number>,
  bad: Uint8Array,
  groups = 10,
): number {
  const order = risingOrder(probabilities);
  let error = 0;
  for (let group = 0; group < groups; group += 1) {
    const rows = order.slice(
      Math.floor((group * order.length) / groups),
      Math.floor(((group + 1) * order.length) / groups),
    );
    let told = 0;
    for (const row of rows) told += (probabilities[row] ?? 0) - (bad[row] ?? 0);
    error += Math.abs(told);
  }
  return error / bad.length;
}

/** Rows of equal risk, from the lowest on. */
function* tiedGroups(
  risks: ArrayLike<number>,
  bad: Uint8Array,
): Generator<{ readonly goodsHere: number; readonly badsHere: number }> {
  const order = risingOrder(risks);
  let from = 0;
  while (from < order.length) {
    let to = from;
    let badsHere = 0;
    const risk = risks[order[from] ?? 0];
    while (to < order.length && risks[order[to] ?? 0] === risk) {
      badsHere += bad[order[to] ?? 0] ?? 0;
      to += 1;
    }
    yield { goodsHere: to - from - badsHere, badsHere };
    from = to;
  }
}

function risingOrder(values: ArrayLike<number>): Uint32Array {
  return Uint32Array.from({ length: values.length }, (_, i) => i).toSorted(
    (a, b) => (values[a] ?? 0) - (values[b] ?? 0) || a - b,
  );
}

function sum(values: Uint8Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
