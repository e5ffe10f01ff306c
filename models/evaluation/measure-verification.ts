import type { Verification } from '../report/recognition-report.ts';
import { ErrorEstimator } from './error-estimator.ts';
import { ratesBetween } from './error-trade-off.ts';
import { type ComparedPeople, comparePeople } from './people-comparisons.ts';
import {
  equalErrorRate,
  MIN_EXPECTED_FALSE_MATCHES,
  type ScoreCounts,
  scoreOf,
} from './score-counts.ts';
import { type Histogram, histogramOf } from './statistics/histogram.ts';
import type { Draw } from './statistics/rate-estimate.ts';

/** False match rates of the table. */
const TABLE_RATES = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6];
/** The curve goes no further: nobody pays at a false match rate of a half. */
const CURVE = { lowest: 1e-6, highest: 0.5, perDecade: 4 } as const;
/** The curve ends where this part of the kept impostors is used up: a replicate may need more than there are. */
const USED = 0.75;
const BINS = { from: -0.5, to: 1, bins: 75 } as const;

/**
 * Verification over all pairs of the pictures (ISO/IEC 19795-1), with intervals.
 *
 * @param faces unit embeddings of one length, and whose they are
 * @param thresholds the pack's, by name
 * @returns null without genuine or without impostor comparisons
 */
export function measureVerification(
  faces: { readonly embeddings: readonly Float32Array[]; readonly people: readonly string[] },
  thresholds: Readonly<Record<string, number>>,
  draw: Draw,
): Omit<Verification, 'listedPairs'> | null {
  const compared = comparePeople(faces.embeddings, faces.people);
  const { genuine, impostor } = compared;
  if (genuine.total === 0 || impostor.total === 0) return null;
  const rates = tellableRates(compared);
  const at = {
    rates: [...rates.table, ...rates.curve],
    thresholds: Object.values(thresholds),
  };
  const estimator = new ErrorEstimator(compared, at, draw);
  return {
    genuine: genuine.total,
    impostor: impostor.total,
    equalErrorRate: equalErrorRate(compared),
    operatingPoints: [
      ...rates.table.map((rate) => ({
        chosenBy: 'fmr' as const,
        name: rate.toExponential(),
        ...estimator.atRate(rate),
      })),
      ...Object.entries(thresholds).map(([name, threshold]) => ({
        chosenBy: 'pack' as const,
        name,
        ...estimator.atThreshold(threshold),
      })),
    ],
    det: rates.curve.map((rate) => {
      const { fnmr } = estimator.atRate(rate);
      return { fmr: rate, fnmr: fnmr.rate, byPerson: fnmr.byPerson };
    }),
    scores: { genuine: scoreHistogram(genuine), impostor: scoreHistogram(impostor) },
  };
}

/** The rates that there are enough impostors for, and enough of them kept. */
function tellableRates({ impostor, kept }: ComparedPeople): {
  readonly table: readonly number[];
  readonly curve: readonly number[];
} {
  const lowest = Math.max(CURVE.lowest, MIN_EXPECTED_FALSE_MATCHES / impostor.total);
  const highest = Math.min(CURVE.highest, (kept.impostor.step.length / impostor.total) * USED);
  return {
    table: TABLE_RATES.filter((rate) => rate >= lowest),
    curve: lowest < highest ? ratesBetween(lowest, highest, CURVE.perDecade) : [],
  };
}

function scoreHistogram({ counts }: ScoreCounts): Histogram {
  return histogramOf(scores(counts), BINS);
}

function* scores(counts: Uint32Array): Generator<readonly [score: number, times: number]> {
  for (const [step, times] of counts.entries()) {
    if (times > 0) yield [scoreOf(step), times];
  }
}
