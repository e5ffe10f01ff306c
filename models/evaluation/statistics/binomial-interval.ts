import { assert } from '../../../shared/kernel/assert.ts';
import { betaQuantile } from './beta-distribution.ts';

/** Ends included. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Confidence of every interval of a report. */
export const CONFIDENCE = 0.95;

/**
 * Clopper and Pearson's exact interval for a share (Biometrika 26, 1934): it covers the true share at least as
 * often as promised, for **independent** trials. With no event in n trials its upper end is about 3.7 / n.
 *
 * @param events how many of the trials, 0 to trials
 */
export function exactInterval(events: number, trials: number, confidence = CONFIDENCE): Interval {
  assert(events >= 0 && events <= trials && trials > 0, 'events are some of the trials');
  const beyond = (1 - confidence) / 2;
  return {
    low: events === 0 ? 0 : betaQuantile(beyond, events, trials - events + 1),
    high: events === trials ? 1 : betaQuantile(1 - beyond, events + 1, trials - events),
  };
}
