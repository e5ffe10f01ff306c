import type { LeaveOneOutSearch } from '../../models/calibration/impostor-sample.ts';
import type { Gallery } from './gallery.ts';

/**
 * Templates that each search looks at. The thresholds need the scores of sixteen others in the mean, and the
 * mean is made by people who have many.
 */
const TOP = 48;

/**
 * Searches for enrolled people among all the others, one after the other, so that a payment's search waits for
 * one of these at most.
 *
 * @param templateOf opens a person's template; undefined when they are gone meanwhile. It is overwritten after use
 * @param goOn asked before each search
 */
export async function searchLeaveOneOut(options: {
  readonly gallery: Gallery;
  readonly people: Iterable<string>;
  readonly templateOf: (personId: string) => Float32Array | undefined;
  readonly goOn: (searchesDone: number) => boolean;
}): Promise<LeaveOneOutSearch[]> {
  const { gallery, people, templateOf, goOn } = options;
  const searches: LeaveOneOutSearch[] = [];
  for (const personId of people) {
    if (!goOn(searches.length)) break;
    const embedding = templateOf(personId);
    if (!embedding) continue;
    const { candidates } = await gallery.search(embedding, { top: TOP });
    embedding.fill(0);
    const others = candidates.flatMap(({ shopperId, score }) =>
      shopperId === personId ? [] : [{ personId: shopperId, score }],
    );
    searches.push({ personId, others });
  }
  return searches;
}
