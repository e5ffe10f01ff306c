import { drawPeople } from './person-bootstrap.ts';
import type { Draw } from './rate-estimate.ts';

/**
 * Comparisons of a closed set of people, with what a bootstrap over people needs. People have numbers from 0; scores are
 * whole steps.
 */
export interface PeopleComparisons {
  /** Pictures of each person. */
  readonly pictures: Uint32Array;
  /** Every genuine comparison: whose, and its step, going down. */
  readonly genuine: { readonly person: Uint32Array; readonly step: Int32Array };
  /** The impostor comparisons with the highest steps, going down, and whose they are. */
  readonly impostor: {
    readonly first: Uint32Array;
    readonly second: Uint32Array;
    readonly step: Int32Array;
  };
}

export interface DrawnErrors {
  /** By false match rate: the FNMR of each replicate at the replicate's own threshold; NaN where it has none. */
  readonly fnmrAtRate: readonly Float64Array[];
  /** By step: FMR and FNMR of each replicate at this very threshold. */
  readonly fmrAtStep: readonly Float64Array[];
  readonly fnmrAtStep: readonly Float64Array[];
}

/** Where errors are counted. */
export interface CountedAt {
  /** False match rates, going up. */
  readonly rates: readonly number[];
  /** Steps going down, none below the lowest impostor's. */
  readonly steps: readonly number[];
}

/**
 * Draws people anew and counts errors again. A person drawn w times brings their genuine comparisons w times; a
 * comparison of two people counts w1 * w2 times; a person is never compared with another copy of themselves.
 */
export function bootstrapComparisons(
  comparisons: PeopleComparisons,
  at: CountedAt,
  draw: Draw,
): DrawnErrors {
  const empty = (): Float64Array => new Float64Array(draw.replicates).fill(Number.NaN);
  const drawn = {
    fnmrAtRate: at.rates.map(empty),
    fmrAtStep: at.steps.map(empty),
    fnmrAtStep: at.steps.map(empty),
  };
  for (let replicate = 0; replicate < draw.replicates; replicate += 1) {
    const times = drawPeople(comparisons.pictures.length, draw.random);
    countErrors(comparisons, { at, times }, (list, i, value) => {
      const values = drawn[list][i];
      if (values) values[replicate] = value;
    });
  }
  return drawn;
}

/** Walks down the impostors once; the genuine ones follow, since every threshold lies below the one before. */
function countErrors(
  { pictures, genuine, impostor }: PeopleComparisons,
  { at, times }: { readonly at: CountedAt; readonly times: Uint16Array },
  tell: (list: keyof DrawnErrors, i: number, value: number) => void,
): void {
  const { rates, steps } = at;
  const drawnTimes = (person: number | undefined): number => times[person as number] as number;
  const impostors = impostorTotal(pictures, times);
  const genuines = genuine.person.reduce((sum, person) => sum + drawnTimes(person), 0);
  let accepted = 0;
  let nextGenuine = 0;
  const fnmrFrom = (step: number): number => {
    while (nextGenuine < genuine.step.length && (genuine.step[nextGenuine] as number) >= step) {
      accepted += drawnTimes(genuine.person[nextGenuine]);
      nextGenuine += 1;
    }
    return genuines === 0 ? Number.NaN : 1 - accepted / genuines;
  };
  let falseMatches = 0;
  let rate = 0;
  let fixed = 0;
  // by number: this is walked hundreds of millions of times
  for (let i = 0; i < impostor.step.length; i += 1) {
    const step = impostor.step[i] as number;
    while (fixed < steps.length && step < (steps[fixed] as number)) {
      tell('fmrAtStep', fixed, falseMatches / impostors);
      tell('fnmrAtStep', fixed, fnmrFrom(steps[fixed] as number));
      fixed += 1;
    }
    falseMatches += drawnTimes(impostor.first[i]) * drawnTimes(impostor.second[i]);
    // this one is a false match too many: the threshold lies just above it
    while (rate < rates.length && falseMatches > (rates[rate] as number) * impostors) {
      tell('fnmrAtRate', rate, fnmrFrom(step + 1));
      rate += 1;
    }
    if (rate === rates.length && fixed === steps.length) return;
  }
}

/** Comparisons of pictures of two different people. */
function impostorTotal(pictures: Uint32Array, times: Uint16Array): number {
  let sum = 0;
  let own = 0;
  for (const [i, count] of pictures.entries()) {
    const drawn = count * (times[i] as number);
    sum += drawn;
    own += drawn ** 2;
  }
  return (sum ** 2 - own) / 2;
}
