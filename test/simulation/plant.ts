import type { Damage } from './damage.ts';

/** A fault of the software that a run can be given, behind this switch of the harness alone, and what the audit must find of it. */
const FOUND_AS = {
  /** No flush of a hub's disk is one: a power cut brings the morning back. */
  'lost-prefix': ({ lost }) => lost.prefix,
  /** A commit in a hundred is undone although it was reported as done. */
  'lost-middle': ({ lost }) => lost.middle,
  /** In the evening flushes are none any more. */
  'lost-tail': ({ lost }) => lost.tail,
  /** A terminal that has heard nothing tries again under a new id. */
  duplicated: ({ duplicated }) => duplicated,
  /** A hub adds what central says it has granted in all. */
  overdrawn: ({ overdrawn }) => overdrawn,
  /** A stray write in central's postings. */
  unbalanced: ({ unbalanced }) => unbalanced,
  /** Something between relay and stream writes events anew. */
  'chain-broken': ({ chainBreaks }) => chainBreaks,
  /** Central takes the stream's word for it that there is no more, and asks no hub for what the stream has lost. */
  'stream-trusted': ({ unsettled }) => unsettled,
  /** A hub does not see that a backup was put back, and spends what it was granted before. */
  'restored-unseen': ({ overdrawn }) => overdrawn,
} as const satisfies Record<string, (damage: Damage) => number>;

export type Plant = keyof typeof FOUND_AS;

export const PLANTS = Object.keys(FOUND_AS) as Plant[];

export function plantOf(name: string): Plant | undefined {
  return PLANTS.find((each) => each === name);
}

/** Whether the audit has found the planted bug as what it is. */
export function isFound(plant: Plant, damage: Damage): boolean {
  return FOUND_AS[plant](damage) > 0;
}
