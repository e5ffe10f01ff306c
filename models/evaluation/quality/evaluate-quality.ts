import { seededRandom, shuffled } from '../../../shared/kernel/seeded-random.ts';
import type { FaceQuality } from '../../runtime/analysis.ts';
import { qualityComponents } from '../../runtime/quality-components.ts';
import { visitAllPairs } from '../all-pairs.ts';
import { analyseFolder, type FolderOptions } from '../analyse-folder.ts';
import { personOf } from '../picture-tree.ts';
import { ScoreCounts, thresholdAt } from '../score-counts.ts';
import { quantileOf } from '../statistics/quantiles.ts';
import {
  type Costs,
  cheapestLimit,
  type DiscardPoint,
  errorVersusDiscard,
  type JudgedComparison,
  savedBy,
} from './error-discard.ts';
import { goodness, nativeOf, QUALITY_MEASURES, type QualityMeasure } from './quality-measures.ts';

export interface EvaluateQualityOptions extends FolderOptions {
  /** False match rate that decides which comparisons have failed. */
  readonly fmr: number;
  readonly costs: Costs;
}

/** What one measure predicts. Native units as in `FaceQuality`. */
export interface MeasureEvaluation {
  readonly component: string;
  /** 1st, 5th, 50th, 95th and 99th percentile of the native value. */
  readonly percentiles: readonly number[];
  /** 1st and 5th percentile and median of the component, 0-100. */
  readonly componentPercentiles: readonly number[];
  readonly edc: readonly DiscardPoint[];
  /** The limit that costs the least; null where none saves anything. */
  readonly limit: {
    /** `least`: smaller values are refused; `most`: larger ones. */
    readonly is: 'least' | 'most';
    readonly value: number;
    /** Share of the comparisons that it would refuse. */
    readonly refused: number;
    readonly savedSeconds: number;
  } | null;
  /** Seconds a comparison that the limit chosen on one half of the people saves on the other, mean of both ways. */
  readonly savedOnOthers: number;
}

export interface QualityEvaluation {
  readonly pack: string;
  readonly images: number;
  readonly failureToAcquire: number;
  readonly genuine: number;
  readonly fmr: number;
  /** The comparison score at that false match rate. */
  readonly score: number;
  readonly fnmr: number;
  readonly costs: Costs;
  readonly measures: Readonly<Record<string, MeasureEvaluation>>;
}

const DISCARDED = [0, 0.01, 0.02, 0.05, 0.1, 0.2];

/** The pictures say nothing about failures. */
export class TooFewComparisonsError extends Error {
  override readonly name = 'TooFewComparisonsError';
}

/**
 * Learns from pictures what each quality measure is worth: which comparisons of one person with themselves fail, and whether
 * the measure had said so (ISO/IEC 29794-1).
 *
 * @throws TooFewComparisonsError, PackNotInstalledError, or the file system's error
 */
export async function evaluateQuality(options: EvaluateQualityOptions): Promise<QualityEvaluation> {
  const { pack, paths, analyses } = await analyseFolder(options);
  const faces = [...analyses].flatMap(([path, analysis]) =>
    analysis.ok ? [{ person: personOf(path), ...analysis.value }] : [],
  );
  const { pairs, score } = compare(faces, options.fmr);
  const judged = (measure: QualityMeasure): JudgedComparison[] => {
    const values = faces.map(({ quality }) => goodness(measure, quality));
    return pairs
      .map(({ i, j, cosine, person }) => ({
        goodness: Math.min(values[i] ?? 0, values[j] ?? 0),
        failed: cosine < score,
        person,
      }))
      .toSorted((p, q) => p.goodness - q.goodness);
  };
  const half = halfOf(faces.map(({ person }) => person));
  const qualities = faces.map(({ quality }) => quality);
  return {
    pack: pack.name,
    images: paths.length,
    failureToAcquire: paths.length - faces.length,
    genuine: pairs.length,
    fmr: options.fmr,
    score: rounded(score),
    fnmr: rounded(pairs.filter(({ cosine }) => cosine < score).length / pairs.length),
    costs: options.costs,
    measures: Object.fromEntries(
      QUALITY_MEASURES.map((measure) => [
        measure.native,
        evaluateMeasure(measure, { judged: judged(measure), half, qualities, ...options }),
      ]),
    ),
  };
}

interface GenuinePair {
  readonly i: number;
  readonly j: number;
  readonly cosine: number;
  readonly person: string;
}

function compare(
  faces: readonly { readonly person: string; readonly embedding: Float32Array }[],
  fmr: number,
): { readonly pairs: readonly GenuinePair[]; readonly score: number } {
  const impostor = new ScoreCounts();
  const pairs: GenuinePair[] = [];
  visitAllPairs(
    faces.map(({ embedding }) => embedding),
    (i, j, cosine) => {
      const person = faces[i]?.person;
      if (person !== undefined && person === faces[j]?.person) pairs.push({ i, j, cosine, person });
      else impostor.add(cosine);
    },
  );
  const score = thresholdAt(fmr, impostor);
  if (pairs.length === 0 || score === null) {
    throw new TooFewComparisonsError(
      'needs people with several pictures, and enough of different people for the false match rate',
    );
  }
  return { pairs, score };
}

/** One half of the people, by lot. */
function halfOf(people: readonly string[]): ReadonlySet<string> {
  const all = shuffled([...new Set(people)], seededRandom(1));
  return new Set(all.slice(0, all.length >> 1));
}

function evaluateMeasure(
  measure: QualityMeasure,
  given: {
    readonly judged: readonly JudgedComparison[];
    readonly half: ReadonlySet<string>;
    readonly qualities: readonly FaceQuality[];
    readonly costs: Costs;
  },
): MeasureEvaluation {
  const { judged, half, qualities, costs } = given;
  const native = Float64Array.from(qualities, (quality) => quality[measure.native]).toSorted();
  const component = Float64Array.from(
    qualities,
    (quality) => qualityComponents(quality)[measure.component],
  ).toSorted();
  const one = judged.filter(({ person }) => half.has(person));
  const other = judged.filter(({ person }) => !half.has(person));
  const across = (learnt: readonly JudgedComparison[], tried: readonly JudgedComparison[]) =>
    learnt.length === 0 || tried.length === 0
      ? 0
      : savedBy(cheapestLimit(learnt, costs).goodness, tried, costs);
  const limit = cheapestLimit(judged, costs);
  return {
    component: measure.component,
    percentiles: [0.01, 0.05, 0.5, 0.95, 0.99].map((q) => rounded(quantileOf(native, q))),
    componentPercentiles: [0.01, 0.05, 0.5].map((q) => rounded(quantileOf(component, q))),
    edc: errorVersusDiscard(judged, DISCARDED).map(({ discarded, fnmr }) => ({
      discarded,
      fnmr: rounded(fnmr),
    })),
    limit:
      limit.saved === 0
        ? null
        : {
            is: measure.poor === 'low' ? 'least' : 'most',
            value: rounded(nativeOf(measure, limit.goodness)),
            refused: rounded(limit.refused),
            savedSeconds: rounded(limit.saved),
          },
    savedOnOthers: rounded((across(one, other) + across(other, one)) / 2),
  };
}

/** To four digits. */
function rounded(value: number): number {
  return Math.round(value * 1e4) / 1e4;
}
