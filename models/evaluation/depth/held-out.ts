import type { DepthEvidence } from '../../runtime/analysis.ts';

/**
 * Measures whose limit real faces were looked at for, and its side. The limits of the others lie at half of the least that any
 * real face has, or farther: whoever is looked at does not move them.
 */
const LIMITED: readonly (readonly [(depth: DepthEvidence) => number, 'least' | 'most'])[] = [
  [(depth) => depth.relief, 'least'],
  [(depth) => depth.reliefWithoutEyes / depth.relief, 'least'],
  [(depth) => depth.reliefBeyondFolds, 'least'],
  [(depth) => depth.steps, 'most'],
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
export function heldOutRejection(
  samples: readonly { readonly person: string; readonly evidence: DepthEvidence }[],
): number | undefined {
  const people = [...new Set(samples.map(({ person }) => person))];
  if (people.length < 3) return undefined;
  let rejected = 0;
  for (const person of people) {
    const others = samples.filter((sample) => sample.person !== person);
    const limits = LIMITED.map(([measure, side]) => {
      const values = others.map(({ evidence }) => measure(evidence)).toSorted((p, q) => p - q);
      const rank = Math.floor(values.length * SHARE_EACH);
      return side === 'least' ? values[rank] : values[values.length - 1 - rank];
    });
    for (const sample of samples) {
      if (sample.person !== person) continue;
      const holds = LIMITED.every(([measure, side], i) => {
        const value = measure(sample.evidence);
        const limit = limits[i] as number;
        return side === 'least' ? value >= limit : value <= limit;
      });
      if (!holds) rejected += 1;
    }
  }
  return rejected / samples.length;
}
