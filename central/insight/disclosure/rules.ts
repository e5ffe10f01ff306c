/** Which cells may be told, as official statistics have it (Hundepool et al. 2012, *Statistical Disclosure Control*, chapter 4). */
export interface DisclosureRules {
  /** Fewer people than this are told to nobody but the merchant whose customers they are. */
  readonly leastPeople: number;
  /** (1, k): the largest contributor may bring this share of a cell at most. */
  readonly mostShare: number;
  /** p %: what is left without the two largest is at least this share of the largest, so that the second cannot work out the first. */
  readonly leastRest: number;
}

export const DISCLOSURE_RULES: DisclosureRules = {
  leastPeople: 10,
  mostShare: 0.75,
  leastRest: 0.1,
};

/** What is summed up in a cell, in whole numbers, and what its two largest contributors bring of it. */
export interface Measure {
  readonly total: number;
  readonly largest: number;
  readonly second: number;
}

/** A cell as the rules see it. */
export interface CellFacts {
  /** Different people, whoever was erased left out. */
  readonly people: number;
  readonly measures: readonly Measure[];
}

/** Whether so many people may be told of. */
export function isEnough(people: number, { leastPeople }: DisclosureRules): boolean {
  return people >= leastPeople;
}

/** Whether one contributor, or two, are so large that a sum tells what they bring. */
export function isDominated(
  { total, largest, second }: Measure,
  { mostShare, leastRest }: DisclosureRules,
): boolean {
  return largest > mostShare * total || total - largest - second < leastRest * largest;
}

/** Whether a cell may be told by itself. A cell with nothing in it tells of nobody. */
export function isSafe(cell: CellFacts, rules: DisclosureRules): boolean {
  if (isEmpty(cell)) return true;
  return (
    isEnough(cell.people, rules) && !cell.measures.some((measure) => isDominated(measure, rules))
  );
}

export function isEmpty({ people, measures }: CellFacts): boolean {
  return people === 0 && measures.every(({ total }) => total === 0);
}
