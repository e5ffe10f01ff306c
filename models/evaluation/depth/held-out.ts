import type { DepthEvidence, InfraredEvidence } from '../../runtime/analysis.ts';

/** A measure, and on which side of it the limit lies. */
type Limited<Evidence> = readonly [(evidence: Evidence) => number, 'least' | 'most'];

/**
 * Measures whose limit real faces were looked at for, and its side. The limits of the others lie at half of the least that any
 * real face has, or farther: whoever is looked at does not move them.
 */
export const LIMITED_DEPTH: readonly Limited<DepthEvidence>[] = [
  [(depth) => depth.relief, 'least'],
  [(depth) => depth.reliefWithoutEyes / depth.relief, 'least'],
  [(depth) => depth.reliefBeyondFolds, 'least'],
  [(depth) => depth.steps, 'most'],
];

/** The same of infrared: all of them, real faces being all that is known of what skin gives back. */
export const LIMITED_INFRARED: readonly Limited<InfraredEvidence>[] = [
  [(infrared) => infrared.albedo, 'least'],
  [(infrared) => infrared.albedo, 'most'],
  [(infrared) => infrared.shading, 'least'],
  [(infrared) => infrared.shading, 'most'],
  [(infrared) => infrared.eyes, 'least'],
  [(infrared) => infrared.eyes, 'most'],
  [(infrared) => infrared.unevenness, 'most'],
];

/** What each limit may reject of the people it is set on: together well below the promised 2 %. */
const SHARE_EACH = 0.002;

/**
 * What limits set on some people reject of another: for each person, limits are set on all others (each so that it
 * rejects `SHARE_EACH` of their pictures) and that person is judged by them. Answers how far limits found on these people
 * hold for one who was not looked at; it does not judge the product's own limits.
 *
 * @returns share of all pictures that were rejected so; undefined for fewer than three people
 */
export function heldOutRejection<Evidence>(
  samples: readonly { readonly person: string; readonly evidence: Evidence }[],
  limited: readonly Limited<Evidence>[],
): number | undefined {
  const people = [...new Set(samples.map(({ person }) => person))];
  if (people.length < 3) return undefined;
  let rejected = 0;
  for (const person of people) {
    const others = samples.filter((sample) => sample.person !== person);
    const limits = limited.map(([measure, side]) => {
      const values = others.map(({ evidence }) => measure(evidence)).toSorted((p, q) => p - q);
      const rank = Math.floor(values.length * SHARE_EACH);
      return side === 'least' ? values[rank] : values[values.length - 1 - rank];
    });
    for (const sample of samples) {
      if (sample.person !== person) continue;
      const holds = limited.every(([measure, side], i) => {
        const value = measure(sample.evidence);
        const limit = limits[i] as number;
        return side === 'least' ? value >= limit : value <= limit;
      });
      if (!holds) rejected += 1;
    }
  }
  return rejected / samples.length;
}
