import { shuffled } from '../../shared/kernel/seeded-random.ts';
import type { ReportImageSet } from '../report/recognition-report.ts';
import { personOf } from './picture-tree.ts';

/** Bins of the pictures that a person has; the last is open. */
const BINS = [
  { from: 1, to: 1 },
  { from: 2, to: 2 },
  { from: 3, to: 4 },
  { from: 5, to: 9 },
  { from: 10, to: 19 },
  { from: 20, to: null },
] as const;

/** Counts a set, without naming anybody. */
export function describeImageSet(paths: readonly string[], label: string | null): ReportImageSet {
  const people = [...Map.groupBy(paths, personOf).values()].map((own) => own.length);
  return {
    label,
    pictures: paths.length,
    people: people.length,
    peopleWithSeveral: people.filter((pictures) => pictures > 1).length,
    picturesPerPerson: BINS.map(({ from, to }) => ({
      from,
      to,
      people: people.filter((pictures) => pictures >= from && (to === null || pictures <= to))
        .length,
    })),
  };
}

/**
 * About so many pictures of people drawn by lot, all pictures of each: comparisons of one person need them together.
 *
 * @returns sorted, at least `limit` where there are as many
 */
export function someOf(
  paths: readonly string[],
  limit: number,
  random: () => number,
): readonly string[] {
  const chosen: string[] = [];
  for (const own of shuffled([...Map.groupBy(paths, personOf).values()], random)) {
    if (chosen.length >= limit) break;
    chosen.push(...own);
  }
  return chosen.toSorted();
}
