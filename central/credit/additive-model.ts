import { assignBins, binCount, type FeatureBins } from './feature-bins.ts';
import type { Feature } from './feature-table.ts';

/**
 * A sum of looked-up values: what both kinds of score are. A term looks at the bin of one feature, or at the
 * bins of two.
 */
export interface AdditiveModel {
  /** Log odds of going bad of a company whose terms are all 0. */
  readonly intercept: number;
  readonly terms: readonly AdditiveTerm[];
}

export interface AdditiveTerm {
  /** One or two. */
  readonly bins: readonly FeatureBins[];
  /** Log odds of each cell. Of two features: first bin * bins of the second + second bin. */
  readonly logOdds: Float64Array;
}

/** The name of a term: that of its feature, or of both. */
export function termName({ bins }: Pick<AdditiveTerm, 'bins'>): string {
  return bins.map(({ name }) => name).join(' & ');
}

/** The cell of each company in a term. */
export function cellsOfTerm(
  { bins }: Pick<AdditiveTerm, 'bins'>,
  features: ReadonlyMap<string, Feature>,
): Uint16Array {
  const [first, second] = bins.map((each) => {
    const feature = features.get(each.name);
    if (!feature) throw new MissingFeatureError(each.name);
    return assignBins(each, feature);
  });
  if (!first) throw new RangeError('a term looks at one feature or two');
  if (!second || !bins[1]) return Uint16Array.from(first);
  const columns = binCount(bins[1]);
  return Uint16Array.from(first, (bin, row) => bin * columns + (second[row] ?? 0));
}

/** A table lacks a feature that the model looks at. */
export class MissingFeatureError extends Error {
  override readonly name = 'MissingFeatureError';

  constructor(feature: string) {
    super(`the table has no feature ${feature}`);
  }
}

/** Features by their names. */
export function byName(features: readonly Feature[]): ReadonlyMap<string, Feature> {
  return new Map(features.map((feature) => [feature.name, feature]));
}

/** The log odds of each company. */
export function logOddsOf(model: AdditiveModel, features: readonly Feature[]): Float64Array {
  const named = byName(features);
  const rows = features[0]?.values.length ?? 0;
  const scores = new Float64Array(rows).fill(model.intercept);
  for (const term of model.terms) {
    const cells = cellsOfTerm(term, named);
    for (let row = 0; row < rows; row += 1) {
      scores[row] = (scores[row] ?? 0) + (term.logOdds[cells[row] ?? 0] ?? 0);
    }
  }
  return scores;
}
