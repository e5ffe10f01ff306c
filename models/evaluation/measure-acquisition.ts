import { present } from '../../shared/kernel/assert.ts';
import type { PackThresholds } from '../packs/pack-manifest.ts';
import type {
  Acquisition,
  ColourPadFigures,
  ColourSpeciesFigures,
} from '../report/recognition-report.ts';
import type { PhotographAnalysis } from './photograph-analysis.ts';
import { personOf } from './picture-tree.ts';
import { histogramOf } from './statistics/histogram.ts';
import {
  type Draw,
  estimateRate,
  rateEstimate,
  trialsByPerson,
} from './statistics/rate-estimate.ts';

/** One attempt to take a face: why it failed, null where it did not. */
export interface Attempt {
  readonly person: string;
  readonly failure: string | null;
}

/** Failures by reason, the commonest first. @returns null without attempts */
export function measureAcquisition(attempts: readonly Attempt[], draw: Draw): Acquisition | null {
  const failures = estimateRate(
    trialsByPerson(attempts.map(({ person, failure }) => ({ person, event: failure !== null }))),
    draw,
  );
  if (!failures) return null;
  const codes = attempts.flatMap(({ failure }) => failure ?? []);
  const reasons = [...Map.groupBy(codes, (code) => code)]
    .map(([code, pictures]) => ({ code, pictures: pictures.length }))
    .toSorted((p, q) => q.pictures - p.pictures || p.code.localeCompare(q.code));
  return { failures, reasons };
}

/** Whether a face was found in each photograph. */
export function enrolmentAttempts(analyses: ReadonlyMap<string, PhotographAnalysis>): Attempt[] {
  return [...analyses].map(([path, analysis]) => ({
    person: personOf(path),
    failure: analysis.ok ? null : analysis.error,
  }));
}

/** Whether each face that was found is good enough for an enrolment. */
export function qualityAttempts(analyses: ReadonlyMap<string, PhotographAnalysis>): Attempt[] {
  return [...analyses].flatMap(([path, analysis]) =>
    analysis.ok ? [{ person: personOf(path), failure: analysis.value.poor }] : [],
  );
}

/**
 * Bona fide presentations that the colour network alone would refuse (BPCER, ISO/IEC 30107-3), one picture each.
 *
 * @returns null where the network was asked of none
 */
export function measureColourPad(
  analyses: ReadonlyMap<string, PhotographAnalysis>,
  { minLive, minLiveWithDepth }: PackThresholds['pad'],
  draw: Draw,
): ColourPadFigures | null {
  const asked = [...analyses].flatMap(([path, analysis]) => {
    const live = analysis.ok ? analysis.value.colourLive : null;
    return live === null ? [] : [{ person: personOf(path), live }];
  });
  const refusedBelow = (threshold: number) =>
    estimateRate(
      trialsByPerson(asked.map(({ person, live }) => ({ person, event: live < threshold }))),
      draw,
    );
  const bpcer = refusedBelow(minLive);
  const bpcerWithDepth = refusedBelow(minLiveWithDepth);
  if (!bpcer || !bpcerWithDepth) return null;
  return {
    threshold: minLive,
    thresholdWithDepth: minLiveWithDepth,
    bpcer,
    bpcerWithDepth,
    scores: histogramOf(
      asked.map(({ live }) => [live, 1] as const),
      { from: 0, to: 1, bins: 40 },
    ),
  };
}

/**
 * Given attacks that the colour network alone would accept (APCER), by species: the first folder of a picture's path.
 * One in which no face is found is refused.
 */
export function measureColourAttacks(
  analyses: ReadonlyMap<string, PhotographAnalysis>,
  { minLive }: PackThresholds['pad'],
): ColourSpeciesFigures[] {
  const attacks = [...analyses].map(([path, analysis]) => ({
    species: path.split(/[\\/]/)[0] ?? path,
    live: analysis.ok ? analysis.value.colourLive : null,
  }));
  return [...Map.groupBy(attacks, ({ species }) => species)].map(([species, own]) => {
    const accepted = own.filter(({ live }) => live !== null && live >= minLive).length;
    return {
      species,
      noFace: own.filter(({ live }) => live === null).length,
      apcer: present(rateEstimate(accepted, own.length, null), 'attacks of a species'),
    };
  });
}
