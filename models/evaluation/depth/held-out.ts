import type { DepthEvidence } from '../../runtime/analysis.ts';

/** Measures that have a limit on one side which real faces were looked at for, and the side. */
const LIMITED = [
  ['relief', 'least'],
  ['reliefFit', 'least'],
  ['reliefWithoutEyes', 'least'],
  ['quadricResidualMm', 'least'],
  ['noseReliefMm', 'least'],
  ['steps', 'most'],
] as const;

/** What each limit may reject of the people it is set on: together well below the promised 2 %. */
const SHARE_EACH = 0.002;

/**
 * What limits set on some people reject of another: for each person, limits are set on all others (each so that it
 * rejects `SHARE_EACH` of their pictures) and that person is judged by them. Answers how far limits found on these people
 * hold for one who was not looked at; it does not judge the product's own limits.
 *
 * @returns share of all pictures that were rejected so; undefined for fewer than three people
 */
export function heldOutRejection(
  samples: readonly { readonly person: string; readonly evidence: DepthEvidence }[],
): number | undefined {
  const people = [...new Set(samples.map(({ person }) => person))];
  if (people.length < 3) return undefined;
  let rejected = 0;
  for (const person of people) {
    const others = samples.filter((sample) => sample.person !== person);
    const limits = LIMITED.map(([measure, side]) => {
      const values = others.map(({ evidence }) => evidence[measure]).toSorted((p, q) => p - q);
      const rank = Math.floor(values.length * SHARE_EACH);
      return side === 'least' ? values[rank] : values[values.length - 1 - rank];
    });
    for (const sample of samples) {
      if (sample.person !== person) continue;
      const holds = LIMITED.every(([measure, side], i) => {
        const value = sample.evidence[measure];
        const limit = limits[i] as number;
        return side === 'least' ? value >= limit : value <= limit;
      });
      if (!holds) rejected += 1;
    }
  }
  return rejected / samples.length;
}
