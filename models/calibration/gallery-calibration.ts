import { assert, present } from '../../shared/kernel/assert.ts';
import type { ImpostorSample } from './impostor-sample.ts';
import {
  falseMatchRate,
  fitImpostorTail,
  type ImpostorTail,
  scoreAtFalseMatchRate,
} from './impostor-tail.ts';

/** Within what a hub may set its thresholds: the pack's own, learnt elsewhere. Scores are cosines. */
export interface ThresholdBounds {
  /** Holds where the gallery is too small to tell. */
  readonly sure: number;
  /** `sure` and `likely` never fall below, whatever the gallery says. */
  readonly leastSure: number;
  /** Where more is needed the pack cannot keep the promise and still know most people straight away. */
  readonly mostSure: number;
  /** The grey zone never reaches lower. */
  readonly floor: number;
  readonly margin: number;
}

/** What was learnt from a gallery; thresholds for any size of it follow without looking at it again. */
export interface GalleryCalibration {
  readonly sample: ImpostorSample;
  readonly tail: ImpostorTail;
}

export interface CalibratedThresholds {
  /** From here the face alone says who it is. */
  readonly sure: number;
  /** From here somebody who knows the person's digits is believed to be them, at a shop where they are known. */
  readonly likely: number;
  /** From here it may be the person, if digits and PIN say so as well. */
  readonly floor: number;
  readonly margin: number;
}

export interface Promised {
  /** Present size of the gallery. */
  readonly people: number;
  /** Share of strangers' searches that may reach the sure zone. */
  readonly fpir: number;
}

/**
 * Below so many people the pack's own thresholds hold. 100 people are 4,950 pairs: the 50 that a tail needs are
 * their highest hundredth.
 */
export const MIN_PEOPLE = 100;

/**
 * Wrong people that a search may find in the grey zone, in the mean. A stranger who guesses four digits, twice,
 * hits one of sixteen with 0.32 %, and is then asked for a PIN of six digits.
 */
const GREY_ZONE_IMPOSTORS = 16;

/**
 * Who knows somebody's digits is one person, not a gallery: that they look like them by chance is a comparison of
 * two, and one in ten thousand is what a phone's unlocking is asked for as well (FIDO allows 1 in 10,000).
 */
const LIKELY_FMR = 1e-4;

/** Learns from a sample of at least `MIN_PEOPLE`; undefined when it is smaller. */
export function calibrate(sample: ImpostorSample): GalleryCalibration | undefined {
  if (sample.searches < MIN_PEOPLE || sample.people < MIN_PEOPLE) return undefined;
  return { sample, tail: fitImpostorTail(sample.pairScores, sample.comparisons) };
}

/**
 * Thresholds that keep the promise at the present size of the gallery.
 *
 * FPIR <= people * FMR whatever depends on whatever (Boole), and nearly equal while it is small: so `sure` is
 * where the false match rate is the promise divided by the people. Where nothing is learnt, or of too few, the
 * pack's own thresholds.
 */
export function thresholdsFor(
  calibration: GalleryCalibration | undefined,
  promised: Promised,
  bounds: ThresholdBounds,
): CalibratedThresholds {
  const { leastSure, floor, margin } = bounds;
  if (!calibration || promised.people < MIN_PEOPLE) {
    return { sure: bounds.sure, likely: leastSure, floor, margin };
  }
  const { sample, tail } = calibration;
  const wanted = promised.fpir / promised.people;
  const sure = Math.max(
    leastSure,
    wanted < tail.rate ? scoreAtFalseMatchRate(tail, wanted) : tail.from,
  );
  const likely = Math.max(leastSure, scoreFoundBy(sample, LIKELY_FMR * (sample.people - 1)));
  const size = (sample.people - 1) / (promised.people - 1);
  const grey = Math.max(floor, scoreFoundBy(sample, GREY_ZONE_IMPOSTORS * size));
  return { sure, likely: Math.min(likely, sure), floor: Math.min(grey, sure), margin };
}

/** What the pack can promise at this size without asking more than `mostSure`: an FPIR, at most 1. */
export function promisableFpir(
  { tail }: GalleryCalibration,
  people: number,
  { mostSure }: Pick<ThresholdBounds, 'mostSure'>,
): number {
  return Math.min(1, people * falseMatchRate(tail, mostSure));
}

/** The score from which on a search of the sample finds `impostors` wrong people in the mean. */
function scoreFoundBy({ foundScores, searches }: ImpostorSample, impostors: number): number {
  assert(foundScores.length > 0, 'the searches have found somebody');
  const at = Math.min(foundScores.length - 1, Math.round(impostors * searches));
  return present(foundScores[at], 'a found score');
}
