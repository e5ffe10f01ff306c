/** Terms at most; the tail is below the last bit long before, for the arguments of a purchase model. */
const MOST_TERMS = 100_000;
const LAST_BIT = 2 ** -53;

/** Arguments of 2F1. */
export interface HypergeometricArguments {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  /** In [0, 1). */
  readonly z: number;
}

/**
 * Gauss' hypergeometric function 2F1(a, b; c; z) for 0 <= z < 1 and c > 0.
 *
 * By Euler's transformation (Abramowitz and Stegun 15.3.3) where that makes the series end sooner: near z = 1 the plain one
 * crawls when c - a - b is negative.
 */
export function hypergeometric({ a, b, c, z }: HypergeometricArguments): number {
  if (z < 0 || z >= 1) throw new RangeError(`2F1 is worked out for 0 <= z < 1, not ${z}`);
  if (c - a - b < 0) {
    return (1 - z) ** (c - a - b) * series({ a: c - a, b: c - b, c, z });
  }
  return series({ a, b, c, z });
}

function series({ a, b, c, z }: HypergeometricArguments): number {
  let term = 1;
  let sum = 1;
  for (let n = 0; n < MOST_TERMS; n += 1) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    sum += term;
    if (Math.abs(term) <= LAST_BIT * Math.abs(sum)) return sum;
  }
  return sum;
}
