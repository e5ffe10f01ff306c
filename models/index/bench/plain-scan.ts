/** The best row for a probe. */
export interface ScanBest {
  readonly row: number;
  readonly score: number;
}

/** Rows or bytes from one number to before another. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Vectors of one dimension, one after the other. */
export interface Vectors {
  readonly dimension: number;
  readonly values: Float32Array;
}

/** Probes that are compared with a row while it is at hand. */
const AT_ONCE = 4;

/**
 * Each probe's best row, in plain JavaScript with float64 sums: what every engine is judged by. Equal scores go
 * to the first row.
 */
export function bestOfEach(rows: Vectors, probes: Vectors, stretch: Stretch): ScanBest[] {
  const best: ScanBest[] = [];
  const { dimension } = rows;
  for (let first = 0; first < probes.values.length; first += AT_ONCE * dimension) {
    const some = probes.values.subarray(first, first + AT_ONCE * dimension);
    const four = new Float32Array(AT_ONCE * dimension);
    four.set(some);
    best.push(...bestOfFour(rows, four, stretch).slice(0, some.length / dimension));
  }
  return best;
}

function bestOfFour(rows: Vectors, probes: Float32Array, { from, to }: Stretch): ScanBest[] {
  const { dimension: d, values } = rows;
  const best = Array.from({ length: AT_ONCE }, () => ({ row: -1, score: -Infinity }));
  const sums = new Float64Array(AT_ONCE);
  for (let row = from; row < to; row += 1) {
    let [a, b, c, e] = [0, 0, 0, 0];
    for (let i = 0, at = row * d; i < d; i += 1, at += 1) {
      const value = values[at] as number;
      a += (probes[i] as number) * value;
      b += (probes[i + d] as number) * value;
      c += (probes[i + 2 * d] as number) * value;
      e += (probes[i + 3 * d] as number) * value;
    }
    sums[0] = a;
    sums[1] = b;
    sums[2] = c;
    sums[3] = e;
    for (const [k, one] of best.entries()) {
      const score = sums[k] as number;
      if (score > one.score) Object.assign(one, { row, score });
    }
  }
  return best;
}

/** The best row for one probe: what a search in plain JavaScript takes. */
export function bestOfOne({ dimension, values }: Vectors, probe: Float32Array): ScanBest {
  let [bestRow, best] = [-1, -Infinity];
  const end = values.length;
  for (let at = 0, row = 0; at < end; at += dimension, row += 1) {
    let score = 0;
    for (let i = 0; i < dimension; i += 1) {
      score += (probe[i] as number) * (values[at + i] as number);
    }
    if (score > best) [bestRow, best] = [row, score];
  }
  return { row: bestRow, score: best };
}
