import type { FindingCode } from '../../shared/contracts/ledger-verdict.ts';

const OF_THE_CHAIN: ReadonlySet<FindingCode> = new Set([
  'gap',
  'prev_hash_differs',
  'hash_differs',
  'head_differs',
  'unreadable',
  'audit_differs',
]);

/** What a cut has done that it must not: counts of each class, over all cuts together where they are added up. */
export interface Damage {
  /** The hub did not open, or its database is not whole. */
  unopened: number;
  /** Acknowledged and not in the ledger, by where they stood among the acknowledged. */
  lost: { prefix: number; middle: number; tail: number };
  /** In the ledger more than once. */
  duplicated: number;
  /** Payments of which more was given back than taken. */
  overdrawn: number;
  /** Balances, postings and rows that do not agree with the events. */
  unbalanced: number;
  /** Links of the chains of events and of the audit log that do not fit, and events that central has and the hub has not. */
  chainBreaks: number;
  /** People enrolled who are gone, erased who are back, or whose templates open no more. */
  people: number;
  /** The opened hub did not take another payment. */
  unusable: number;
}

export function noDamage(): Damage {
  return {
    unopened: 0,
    lost: { prefix: 0, middle: 0, tail: 0 },
    duplicated: 0,
    overdrawn: 0,
    unbalanced: 0,
    chainBreaks: 0,
    people: 0,
    unusable: 0,
  };
}

export function addDamage(sum: Damage, more: Damage): void {
  const { lost, ...counts } = more;
  for (const place of ['prefix', 'middle', 'tail'] as const) sum.lost[place] += lost[place];
  for (const name of Object.keys(counts) as (keyof typeof counts)[]) sum[name] += counts[name];
}

export function isDamaged(damage: Damage): boolean {
  const { lost, unopened, duplicated, overdrawn, unbalanced, chainBreaks, people, unusable } =
    damage;
  const booked = [lost.prefix, lost.middle, lost.tail, duplicated, overdrawn, unbalanced];
  return [...booked, chainBreaks, unopened, people, unusable].some((count) => count > 0);
}

/**
 * Where the missing ones stood: an unbroken run from the first is a prefix (an older state came back), one to the last a
 * tail (the end was not kept), all else the middle (something was overwritten).
 *
 * @param isThere of each acknowledged, in order
 */
export function classifyLost(isThere: readonly boolean[]): Damage['lost'] {
  const lost = { prefix: 0, middle: 0, tail: 0 };
  const first = isThere.indexOf(true);
  const last = isThere.lastIndexOf(true);
  for (const [at, there] of isThere.entries()) {
    if (there) continue;
    if (at > last) lost.tail += 1;
    else if (at < first) lost.prefix += 1;
    else lost.middle += 1;
  }
  return lost;
}

/** Whether what `ledger verify` found is of a chain of hashes; everything else is of rows and balances. */
export function isOfTheChain(code: FindingCode): boolean {
  return OF_THE_CHAIN.has(code);
}
