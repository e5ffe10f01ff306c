import { createHash } from 'node:crypto';
import type {
  Candidate,
  Measure,
  ProgrammeRules,
  Ranked,
} from '../../shared/contracts/http-programmes.ts';

/** Points of a weight of 1 for the best of all eligible companies. */
const FULL = 1_000;

/** Of the rules and of everything that was known: equal inputs, equal hash, equal list. */
export function programmeHash(rules: ProgrammeRules, candidates: readonly Candidate[]): string {
  const known = sorted(candidates).map(({ merchantId, appliedAt, measures }) => [
    merchantId,
    appliedAt,
    Object.entries(measures).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ]);
  return createHash('sha256')
    .update(JSON.stringify(['wuma-programme-1', canonical(rules), known]))
    .digest('hex');
}

/**
 * Ranks companies by the rules. For each weight a company gets `weight` times its place among the eligible: 1,000 times the
 * share of the others whose value is lower, rounded down; whole points, which are its reasons. Of equal points the company
 * that applied for the street earlier is first; of those too, a draw by the hash of the run and the company, which nobody
 * chooses. Awards go down the list while budget and number last; a loan priority ranks the same and pays nothing.
 */
export function rankCompanies(rules: ProgrammeRules, candidates: readonly Candidate[]): Ranked[] {
  const hash = programmeHash(rules, candidates);
  const judged = sorted(candidates).map((company) => ({ company, unmet: unmetBy(rules, company) }));
  const eligible = judged.filter(({ unmet }) => unmet.length === 0).map(({ company }) => company);
  const places = placesAmong(eligible);
  const scored = eligible
    .map((company) => scoredBy(rules.weights, { company, places, hash }))
    .toSorted(inOrder);
  const awards = Math.min(
    rules.mostCompanies,
    Number(BigInt(rules.budgetMinor) / BigInt(rules.awardMinor)),
  );
  const ranked = scored.map((each, index): Ranked => {
    const { company, points, reasons } = each;
    const tie = tieOf(each, [scored[index - 1], scored[index + 1]]);
    const place = { rank: index + 1, awarded: index < awards, tie };
    return { merchantId: company.merchantId, points, reasons, unmet: [], ...place };
  });
  const out = judged.filter(({ unmet }) => unmet.length > 0);
  const nothing = { rank: null, points: 0, reasons: [], tie: null, awarded: false };
  return [
    ...ranked,
    ...out.map(({ company, unmet }): Ranked => {
      return { merchantId: company.merchantId, unmet, ...nothing };
    }),
  ];
}

interface Scored {
  readonly company: Candidate;
  readonly points: number;
  readonly reasons: Ranked['reasons'];
  readonly draw: string;
}

function scoredBy(
  weights: ProgrammeRules['weights'],
  of: { readonly company: Candidate; readonly places: Places; readonly hash: string },
): Scored {
  const { company, places, hash } = of;
  const reasons = weights.map(({ measure, weight }) => {
    const value = company.measures[measure];
    const points = weight * (value === undefined ? 0 : places(measure, value));
    return { measure, value: value ?? null, points: points === 0 ? 0 : points };
  });
  const points = reasons.reduce((sum, reason) => sum + reason.points, 0);
  const draw = createHash('sha256').update(`${hash} ${company.merchantId}`).digest('hex');
  return { company, points, reasons, draw };
}

/** From 0 to 1,000: how many of the other eligible companies have less, or are not known. */
type Places = (measure: Measure, value: number) => number;

/** By halving in values that are sorted once: every view of a run ranks all its companies anew. */
function placesAmong(eligible: readonly Candidate[]): Places {
  const sortedValues = new Map<Measure, Float64Array>();
  return (measure, value) => {
    if (eligible.length < 2) return 0;
    const values =
      sortedValues.get(measure) ??
      Float64Array.from(eligible, ({ measures }) => measures[measure] ?? -Infinity).toSorted();
    sortedValues.set(measure, values);
    return Math.floor((FULL * lowerThan(values, value)) / (eligible.length - 1));
  };
}

/** How many of rising values are below one. */
function lowerThan(values: Float64Array, value: number): number {
  let [from, to] = [0, values.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((values[middle] ?? Infinity) < value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function unmetBy({ eligibility }: ProgrammeRules, { measures }: Candidate): Measure[] {
  const unmet = eligibility.filter(({ measure, atLeast, atMost }) => {
    const value = measures[measure];
    if (value === undefined) return true;
    return value < (atLeast ?? -Infinity) || value > (atMost ?? Infinity);
  });
  return [...new Set(unmet.map(({ measure }) => measure))];
}

function inOrder(a: Scored, b: Scored): number {
  if (a.points !== b.points) return b.points - a.points;
  if (a.company.appliedAt !== b.company.appliedAt) {
    return a.company.appliedAt < b.company.appliedAt ? -1 : 1;
  }
  return a.draw < b.draw ? -1 : 1;
}

function tieOf(own: Scored, others: readonly (Scored | undefined)[]): Ranked['tie'] {
  const equal = others.filter((other) => other?.points === own.points);
  if (equal.length === 0) return null;
  const isDrawn = equal.some((other) => other?.company.appliedAt === own.company.appliedAt);
  return isDrawn ? 'draw' : 'applied';
}

function sorted(candidates: readonly Candidate[]): Candidate[] {
  return candidates.toSorted((a, b) => (a.merchantId < b.merchantId ? -1 : 1));
}

/** Rules with their fields in one order, however they were written or kept. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, below]) => [name, canonical(below)]);
}
