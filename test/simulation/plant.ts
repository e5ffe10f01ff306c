/** Faults of the software that a run can be given, each behind this switch of the harness alone: the audit must find them. */
export const PLANTS = [
  /** No flush of a hub's disk is one: a power cut brings the morning back. */
  'lost-prefix',
  /** A commit in a hundred is undone although it was reported as done. */
  'lost-middle',
  /** In the evening flushes are none any more. */
  'lost-tail',
  /** A terminal that has heard nothing tries again under a new id. */
  'duplicated',
  /** A hub adds what central says it has granted in all. */
  'overdrawn',
  /** A stray write in central's postings. */
  'unbalanced',
  /** Something between relay and stream writes events anew. */
  'chain-broken',
] as const;

export type Plant = (typeof PLANTS)[number];

export function plantOf(name: string): Plant | undefined {
  return PLANTS.find((each) => each === name);
}
