/**
 * What each of a few parts adds to a value: Shapley's, exactly, over all sets of them (Shapley 1953). They add up to the value
 * of all parts less that of none.
 *
 * @param parts up to `MOST_PARTS`
 * @param valueOf the value of every set; bit `i` of the index says whether part `i` is in it; 2^parts of them
 */
export function shapleyValues(parts: number, valueOf: ArrayLike<number>): number[] {
  const weights = setWeights(parts);
  return Array.from({ length: parts }, (_, part) => {
    const bit = 1 << part;
    let sum = 0;
    for (let set = 0; set < 1 << parts; set += 1) {
      if (set & bit) continue;
      const gain = (valueOf[set | bit] ?? 0) - (valueOf[set] ?? 0);
      sum += (weights[bitsIn(set)] ?? 0) * gain;
    }
    return sum;
  });
}

/** Sets double with every part: 4,096 of them are asked in a few milliseconds. */
export const MOST_PARTS = 12;

/** Of a set of so many others: |S|! (n - |S| - 1)! / n! */
function setWeights(parts: number): number[] {
  const weights = [1 / Math.max(1, parts)];
  for (let size = 1; size < parts; size += 1) {
    weights.push(((weights[size - 1] ?? 0) * size) / (parts - size));
  }
  return weights;
}

function bitsIn(set: number): number {
  let bits = 0;
  for (let rest = set; rest > 0; rest >>= 1) bits += rest & 1;
  return bits;
}

/** Values as whole numbers that add up to `total`: rounded down, and what is missing given where most was cut off. */
export function wholeParts(values: readonly number[], total: number): number[] {
  const floors = values.map(Math.floor);
  const missing = total - floors.reduce((sum, value) => sum + value, 0);
  const most = values
    .map((value, i) => ({ i, cut: value - Math.floor(value) }))
    .toSorted((a, b) => b.cut - a.cut || a.i - b.i)
    .slice(0, Math.max(0, missing))
    .map(({ i }) => i);
  return floors.map((value, i) => value + (most.includes(i) ? 1 : 0));
}
