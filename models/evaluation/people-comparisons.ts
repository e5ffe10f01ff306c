import { visitAllPairs } from './all-pairs.ts';
import { ScoreCounts, scoreOf, stepOf } from './score-counts.ts';
import type { PeopleComparisons } from './statistics/comparison-bootstrap.ts';

/** Highest impostor comparisons that are kept one by one: 12 bytes each, walked once a replicate. */
const MAX_KEPT = 400_000;

/** All comparisons of a set of pictures: counted, and the ones that errors come from kept. */
export interface ComparedPeople {
  readonly genuine: ScoreCounts;
  readonly impostor: ScoreCounts;
  readonly kept: PeopleComparisons;
}

/**
 * Compares every picture with every other, twice: to count the scores, and to keep all genuine and the highest impostor
 * comparisons with whose they are.
 *
 * @param embeddings unit vectors of one length  @param people whom each shows
 */
export function comparePeople(
  embeddings: readonly Float32Array[],
  people: readonly string[],
): ComparedPeople {
  const numbers = new Map([...new Set(people)].map((person, i) => [person, i]));
  const personOf = Uint32Array.from(people, (person) => numbers.get(person) as number);
  const genuine = new ScoreCounts();
  const impostor = new ScoreCounts();
  visitAllPairs(embeddings, (i, j, cosine) => {
    (personOf[i] === personOf[j] ? genuine : impostor).add(cosine);
  });
  const least = scoreOf(leastKeptStep(impostor));
  const own: Comparison[] = [];
  const others: Comparison[] = [];
  visitAllPairs(embeddings, (i, j, cosine) => {
    const first = personOf[i] as number;
    const second = personOf[j] as number;
    if (first === second) own.push({ first, second, step: stepOf(cosine) });
    else if (cosine >= least) others.push({ first, second, step: stepOf(cosine) });
  });
  const pictures = new Uint32Array(numbers.size);
  for (const person of personOf) pictures[person] = (pictures[person] as number) + 1;
  const genuineColumns = columnsOf(own);
  return {
    genuine,
    impostor,
    kept: {
      pictures,
      genuine: { person: genuineColumns.first, step: genuineColumns.step },
      impostor: columnsOf(others),
    },
  };
}

interface Comparison {
  readonly first: number;
  readonly second: number;
  readonly step: number;
}

/** The lowest step from which on no more are counted than are kept. */
function leastKeptStep({ counts }: ScoreCounts): number {
  let kept = 0;
  for (let step = counts.length - 1; step >= 0; step -= 1) {
    kept += counts[step] as number;
    if (kept > MAX_KEPT) return step + 1;
  }
  return 0;
}

function columnsOf(comparisons: readonly Comparison[]): PeopleComparisons['impostor'] {
  const sorted = comparisons.toSorted((p, q) => q.step - p.step);
  return {
    first: Uint32Array.from(sorted, ({ first }) => first),
    second: Uint32Array.from(sorted, ({ second }) => second),
    step: Int32Array.from(sorted, ({ step }) => step),
  };
}
