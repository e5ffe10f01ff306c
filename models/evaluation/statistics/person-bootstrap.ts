import { type Interval } from './binomial-interval.ts';
import { percentileInterval } from './quantiles.ts';

/**
 * How often each person is drawn when as many people as there are are drawn with replacement: one replicate of a
 * bootstrap over people. Comparisons of one person depend on one another (one odd face is in many of them), people
 * do not: intervals that draw comparisons are too narrow (Bolle, Ratha and Pankanti 2004, the subsets bootstrap).
 */
export function drawPeople(people: number, random: () => number): Uint16Array {
  const times = new Uint16Array(people);
  for (let i = 0; i < people; i += 1) {
    const drawn = Math.floor(random() * people);
    times[drawn] = (times[drawn] as number) + 1;
  }
  return times;
}

/** Trials of one person and how many of them were events. */
export interface PersonTrials {
  readonly trials: number;
  readonly events: number;
}

/**
 * Interval for a share of trials by drawing people anew.
 *
 * @returns null where it could say nothing: no event, or all of them, among fewer than two people
 */
export function personInterval(
  byPerson: readonly PersonTrials[],
  draw: { readonly replicates: number; readonly random: () => number },
): Interval | null {
  const trials = byPerson.reduce((sum, person) => sum + person.trials, 0);
  const events = byPerson.reduce((sum, person) => sum + person.events, 0);
  // redrawing people who all have no event gives no event every time: that is no interval
  if (byPerson.length < 2 || events === 0 || events === trials) return null;
  const shares = Float64Array.from({ length: draw.replicates }, () => {
    const times = drawPeople(byPerson.length, draw.random);
    let all = 0;
    let hits = 0;
    for (const [i, person] of byPerson.entries()) {
      all += (times[i] as number) * person.trials;
      hits += (times[i] as number) * person.events;
    }
    return all === 0 ? Number.NaN : hits / all;
  });
  return percentileInterval(shares.filter((share) => !Number.isNaN(share)));
}
