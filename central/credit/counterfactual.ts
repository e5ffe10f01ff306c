import type { FeatureBins, FeatureValue, ValueRange } from './feature-bins.ts';
import { type Company, type Scorecard, scoreOf } from './scorecard.ts';

/** One thing that would be different. */
export interface Change {
  readonly feature: string;
  readonly from: FeatureValue;
  /** In words: "at least 1.2", "below 0.4", "silk". */
  readonly to: string;
  /** The same as a range. */
  readonly range: ValueRange;
  /** What the score gains by it, on top of the changes before it. */
  readonly points: number;
}

/** What would lift a company to a score. */
export interface Counterfactual {
  readonly changes: readonly Change[];
  readonly score: number;
  readonly reached: boolean;
}

export interface CounterfactualWish {
  readonly score: number;
  /** What a company can change; its age or its trade is not among it. */
  readonly changeable: ReadonlySet<string>;
  readonly mostChanges: number;
}

/**
 * Looks for few and small changes that lift a company to a score: of the changes to one feature that are enough, the smallest;
 * where none is, the one that gains most is made and the next is looked for. A change is small if few other
 * values of the feature lie between, counted in the scorecard's bins. What is not known stays so.
 *
 * @returns the changes; also where they don't reach the score: then they are the most that was found
 */
export function counterfactual(
  scorecard: Scorecard,
  company: Company,
  { score: wanted, changeable, mostChanges }: CounterfactualWish,
): Counterfactual {
  const features = binsByFeature(scorecard).filter(
    ([name]) => changeable.has(name) && company.get(name) !== undefined,
  );
  const changes: Change[] = [];
  let current = company;
  let score = scoreOf(scorecard, current);
  while (score < wanted && changes.length < mostChanges) {
    const moves = features
      .filter(([name]) => !changes.some(({ feature }) => feature === name))
      .flatMap(([name, views]) => movesOf(name, views, current.get(name)))
      .map((move) => ({
        ...move,
        score: scoreOf(scorecard, new Map(current).set(move.feature, move.value)),
      }));
    const from = score;
    const enough = moves.filter((move) => move.score >= wanted).toSorted((a, b) => a.size - b.size);
    const gaining = moves
      .filter((move) => move.score > from)
      .toSorted((a, b) => b.score - a.score || a.size - b.size);
    const move = enough[0] ?? gaining[0];
    if (!move) break;
    changes.push({
      feature: move.feature,
      from: company.get(move.feature),
      to: move.text,
      range: move.range,
      points: move.score - score,
    });
    current = new Map(current).set(move.feature, move.value);
    score = move.score;
  }
  return { changes, score, reached: score >= wanted };
}

/** A change that can be tried. */
interface Move {
  readonly feature: string;
  readonly value: FeatureValue;
  readonly text: string;
  readonly range: ValueRange;
  /** Share of the feature's bins that lie between, from 0 to 1. */
  readonly size: number;
}

/** The bins that terms see each feature in. */
function binsByFeature({ terms }: Scorecard): (readonly [string, readonly FeatureBins[]])[] {
  const views = new Map<string, FeatureBins[]>();
  for (const bins of terms.flatMap((term) => term.bins)) {
    views.set(bins.name, [...(views.get(bins.name) ?? []), bins]);
  }
  return [...views];
}

function movesOf(feature: string, views: readonly FeatureBins[], from: FeatureValue): Move[] {
  const cuts = [
    ...new Set(views.flatMap((bins) => (bins.kind === 'number' ? bins.cuts : []))),
  ].toSorted((a, b) => a - b);
  if (cuts.length > 0 && typeof from === 'number') {
    return cuts.map((cut, i) => {
      const up = from < cut;
      const crossed = cuts.filter((other) =>
        up ? other > from && other <= cut : other <= from && other >= cut,
      );
      const below = cut - (cut - (cuts[i - 1] ?? cut - 1)) * 1e-6;
      const rounded = Number(cut.toPrecision(4));
      return {
        feature,
        value: up ? cut : below,
        text: up ? `at least ${rounded}` : `below ${rounded}`,
        range: {
          kind: 'number',
          from: up ? rounded : null,
          below: up ? null : rounded,
        },
        size: crossed.length / cuts.length,
      };
    });
  }
  const levels = new Set(
    views.flatMap((bins) => (bins.kind === 'category' ? bins.levels.flat() : [])),
  );
  return [...levels]
    .filter((level) => level !== from)
    .map((level) => ({
      feature,
      value: level,
      text: level,
      range: { kind: 'levels', levels: [level] },
      size: 1,
    }));
}
