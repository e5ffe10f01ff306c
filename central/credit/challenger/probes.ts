import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import type { FeatureBins, FeatureValue } from '../feature-bins.ts';
import type { Company, Scorecard } from '../scorecard.ts';

/**
 * Companies that nobody has seen, to try a model on before it is taken: one of which nothing is known, and others with values
 * on both sides of every cut of the score in force, each left out now and then.
 */
export function probeCompanies(
  { terms }: Scorecard,
  { random, count }: { readonly random: SeededRandom; readonly count: number },
): Company[] {
  const bins = new Map(
    terms.flatMap((term) => term.bins.map((each) => [each.name, each] as const)),
  );
  const drawn = Array.from({ length: count }, () => {
    const values = [...bins].map(([name, each]) => [name, valueIn(each, random)] as const);
    return new Map(values.filter(([, value]) => value !== undefined));
  });
  return [new Map<string, FeatureValue>(), ...drawn];
}

const UNKNOWN_SHARE = 0.15;

function valueIn(bins: FeatureBins, random: SeededRandom): FeatureValue {
  if (random.next() < UNKNOWN_SHARE) return undefined;
  if (bins.kind === 'category') {
    const levels = bins.levels.flat();
    return levels[random.below(Math.max(1, levels.length))];
  }
  const at = random.below(bins.cuts.length + 1);
  const [low, high] = [bins.cuts[at - 1], bins.cuts[at]];
  if (low === undefined && high === undefined) return random.between(-1, 1);
  if (low === undefined) return (high ?? 0) - random.between(0, 1 + Math.abs(high ?? 0));
  if (high === undefined) return low + random.between(0, 1 + Math.abs(low));
  return random.between(low, high);
}
