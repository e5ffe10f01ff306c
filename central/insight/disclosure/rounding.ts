/** People are told in steps of so many. */
export const PEOPLE_STEP = 5;
/** Payments are told in steps of so many. */
export const PAYMENTS_STEP = 10;
/** Sums are told in steps of ¥1,000. */
const SUM_STEP_MINOR = 100_000n;

/**
 * A count in whole steps, rounded down. The same count is always rounded in the same way, and what is less than a step more
 * or less does not show, or shows as a step: no two answers tell of one person that they differ in.
 */
export function inSteps(count: number, step: number): number {
  return count - (count % step);
}

/** A sum of money in whole steps, towards zero. @param minor minor units as decimal text */
export function sumInSteps(minor: string): string {
  return ((BigInt(minor) / SUM_STEP_MINOR) * SUM_STEP_MINOR).toString();
}
