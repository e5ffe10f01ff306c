import type { Play } from './play-policy.ts';
import type { StreetProbe } from './street-draw.ts';

const COUNTED = [
  'mated',
  'nonMated',
  /** Strangers of whom the first look was sure. */
  'falsePositives',
  /** Enrolled people of whom the first look was not sure, or sure of somebody else. */
  'falseNegatives',
  'straightThrough',
  'afterLast4',
  'afterPin',
  'wrongCharges',
] as const;

/** What came of the searches of one street. */
export type StreetTally = Record<(typeof COUNTED)[number], number>;

export function emptyTally(): StreetTally {
  return {
    mated: 0,
    nonMated: 0,
    falsePositives: 0,
    falseNegatives: 0,
    straightThrough: 0,
    afterLast4: 0,
    afterPin: 0,
    wrongCharges: 0,
  };
}

export function count(tally: StreetTally, { personId }: StreetProbe, play: Play): void {
  if (play.charged !== undefined && play.charged !== personId) tally.wrongCharges += 1;
  if (personId === undefined) {
    tally.nonMated += 1;
    if (play.sureOf !== undefined) tally.falsePositives += 1;
    return;
  }
  tally.mated += 1;
  if (play.sureOf !== personId) tally.falseNegatives += 1;
  if (play.charged !== personId) return;
  if (play.asked.has('pin')) tally.afterPin += 1;
  else if (play.asked.has('last4')) tally.afterLast4 += 1;
  else tally.straightThrough += 1;
}

export function sumOf(tallies: readonly StreetTally[]): StreetTally {
  const sum = emptyTally();
  for (const tally of tallies) {
    for (const what of COUNTED) sum[what] += tally[what];
  }
  return sum;
}

/** Shares of the searches, 0 to 1. */
export interface StreetRates {
  /** Of the strangers. */
  readonly fpir: number;
  /** The rest of the enrolled. */
  readonly fnir: number;
  readonly straightThrough: number;
  readonly afterLast4: number;
  readonly afterPin: number;
  /** The three together. */
  readonly served: number;
  /** Of all searches. */
  readonly wrongCharges: number;
}

export function ratesOf(tally: StreetTally): StreetRates {
  const { mated, nonMated } = tally;
  return {
    fpir: share(tally.falsePositives, nonMated),
    fnir: share(tally.falseNegatives, mated),
    straightThrough: share(tally.straightThrough, mated),
    afterLast4: share(tally.afterLast4, mated),
    afterPin: share(tally.afterPin, mated),
    served: share(tally.straightThrough + tally.afterLast4 + tally.afterPin, mated),
    wrongCharges: share(tally.wrongCharges, mated + nonMated),
  };
}

/** To six digits. */
function share(some: number, all: number): number {
  return all === 0 ? 0 : Math.round((some / all) * 1e6) / 1e6;
}
