import { present } from '../../shared/kernel/assert.ts';

/** An enrolled person searched for among all the others: what the search of a stranger who looks like them would find. */
export interface LeaveOneOutSearch {
  readonly personId: string;
  /** The nearest others, best first, one entry each; the person themselves left out. */
  readonly others: readonly { readonly personId: string; readonly score: number }[];
}

/** What a gallery tells about impostors. Scores only: nobody can be recognised by it. */
export interface ImpostorSample {
  /** Enrolled people when it was taken. */
  readonly people: number;
  /** How many of them were searched for. */
  readonly searches: number;
  /** Pairs of two different people of which at least one was searched for. */
  readonly comparisons: number;
  /** The highest scores of such pairs, each pair once, best first. */
  readonly pairScores: Float64Array;
  /** Everything that the searches have found, best first; most pairs twice. */
  readonly foundScores: Float64Array;
}

/**
 * Impostors per search that make up the tail: high enough for the theory of extremes, low enough to have data.
 * One search in ten finds one.
 */
const TAIL_PER_SEARCH = 0.1;
/** A fit to fewer says nothing of its own. */
const MIN_TAIL = 50;
/** More do not change the fit; they cost the event loop. */
const MAX_TAIL = 500;

/** @param people how many are enrolled; all were candidates of each search */
export function impostorSample(
  searches: readonly LeaveOneOutSearch[],
  people: number,
): ImpostorSample {
  const count = searches.length;
  const comparisons = count * (people - 1) - (count * (count - 1)) / 2;
  const foundScores = Float64Array.from(
    searches.flatMap(({ others }) => others.map(({ score }) => score)),
  )
    .toSorted()
    .toReversed();
  const tail = Math.round((TAIL_PER_SEARCH * comparisons) / Math.max(1, people - 1));
  const wanted = Math.min(MAX_TAIL, Math.max(MIN_TAIL, tail)) + 1;
  return {
    people,
    searches: count,
    comparisons,
    pairScores: highestPairs(searches, foundScores, wanted),
    foundScores,
  };
}

/** A pair is found once or, where both were searched for, twice: the highest 2n findings hold at least n pairs. */
function highestPairs(
  searches: readonly LeaveOneOutSearch[],
  foundScores: Float64Array,
  wanted: number,
): Float64Array {
  if (foundScores.length === 0) return new Float64Array();
  const least = present(foundScores[Math.min(2 * wanted, foundScores.length) - 1], 'a score');
  const pairs = new Map<string, number>();
  for (const { personId, others } of searches) {
    for (const other of others) {
      if (other.score < least) break;
      const key = [personId, other.personId].toSorted().join(' ');
      pairs.set(key, other.score);
    }
  }
  return Float64Array.from(pairs.values()).toSorted().toReversed().slice(0, wanted);
}
