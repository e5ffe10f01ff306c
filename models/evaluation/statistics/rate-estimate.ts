import { exactInterval, type Interval } from './binomial-interval.ts';
import { type PersonTrials, personInterval } from './person-bootstrap.ts';

/** A measured share with both its intervals. */
export interface RateEstimate {
  readonly rate: number;
  readonly events: number;
  readonly trials: number;
  /** As if every trial were independent of every other: see `exactInterval`. */
  readonly exact: Interval;
  /** By drawing people anew: see `personInterval`. */
  readonly byPerson: Interval | null;
}

/** How a bootstrap draws. */
export interface Draw {
  readonly replicates: number;
  readonly random: () => number;
}

/** @returns null without trials: nothing was measured */
export function estimateRate(byPerson: readonly PersonTrials[], draw: Draw): RateEstimate | null {
  const trials = byPerson.reduce((sum, person) => sum + person.trials, 0);
  const events = byPerson.reduce((sum, person) => sum + person.events, 0);
  return rateEstimate(events, trials, personInterval(byPerson, draw));
}

/** @returns null without trials: nothing was measured */
export function rateEstimate(
  events: number,
  trials: number,
  byPerson: Interval | null,
): RateEstimate | null {
  if (trials === 0) return null;
  return { rate: events / trials, events, trials, exact: exactInterval(events, trials), byPerson };
}

/** Counts trials and events of each person. */
export function trialsByPerson(
  trials: Iterable<{ readonly person: string; readonly event: boolean }>,
): PersonTrials[] {
  const people = new Map<string, { trials: number; events: number }>();
  for (const { person, event } of trials) {
    const own = people.get(person) ?? { trials: 0, events: 0 };
    own.trials += 1;
    if (event) own.events += 1;
    people.set(person, own);
  }
  return [...people.values()];
}
