import { assert, present } from '../../../shared/kernel/assert.ts';
import { CONFIDENCE, type Interval } from './binomial-interval.ts';

/**
 * The q-quantile, between neighbours by proportion (type 7 of Hyndman and Fan 1996, the usual one).
 *
 * @param ascending sorted, not empty  @param q 0 to 1
 */
export function quantileOf(ascending: ArrayLike<number>, q: number): number {
  assert(ascending.length > 0, 'there is a value');
  const at = q * (ascending.length - 1);
  const below = present(ascending[Math.floor(at)], 'a value');
  const above = present(ascending[Math.ceil(at)], 'a value');
  return below + (above - below) * (at - Math.floor(at));
}

/** The middle of what was drawn, as an interval (the bootstrap's percentile interval). */
export function percentileInterval(drawn: Float64Array, confidence = CONFIDENCE): Interval {
  const ascending = drawn.toSorted();
  const beyond = (1 - confidence) / 2;
  return { low: quantileOf(ascending, beyond), high: quantileOf(ascending, 1 - beyond) };
}
