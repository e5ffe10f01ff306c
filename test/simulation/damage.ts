/** What must not be, counted. */
export interface Damage {
  /** Told to a terminal and not in the hub's ledger and central's inbox alike, by where it stood among what was told. */
  readonly lost: { prefix: number; middle: number; tail: number };
  /** Sales that were taken more than once, payments that nobody began, captures booked twice. */
  duplicated: number;
  /** Shoppers who have spent more than they have, or could; payments of which more was given back than taken. */
  overdrawn: number;
  /** Rows, balances and postings that do not agree with the events, at a hub, at central, or between them. */
  unbalanced: number;
  /** Links that do not fit, chains that differ between hub and central. */
  chainBreaks: number;
  /** Events that had not reached central long after all was whole again. */
  unsettled: number;
}

export function noDamage(): Damage {
  return {
    lost: { prefix: 0, middle: 0, tail: 0 },
    duplicated: 0,
    overdrawn: 0,
    unbalanced: 0,
    chainBreaks: 0,
    unsettled: 0,
  };
}

export function addDamage(sum: Damage, more: Damage): void {
  const { lost, ...counts } = more;
  for (const place of ['prefix', 'middle', 'tail'] as const) sum.lost[place] += lost[place];
  for (const name of Object.keys(counts) as (keyof typeof counts)[]) sum[name] += counts[name];
}

export function isDamaged({ lost, ...counts }: Damage): boolean {
  return [...Object.values(lost), ...Object.values(counts)].some((count) => count > 0);
}
