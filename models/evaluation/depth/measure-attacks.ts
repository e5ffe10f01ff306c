import { present } from '../../../shared/kernel/assert.ts';
import type { DepthPadFigures, SpeciesFigures } from '../../report/recognition-report.ts';
import { type Draw, estimateRate, rateEstimate } from '../statistics/rate-estimate.ts';
import {
  type DepthEvaluation,
  type EvaluateDepthOptions,
  evaluateDepth,
} from './evaluate-depth.ts';
import { INFRARED } from './infrared-camera.ts';

/**
 * The depth check's errors for a report: BPCER of given faces, APCER of simulated species and of given ones, apart.
 *
 * @param options.simulated presentations of each simulated species; 0 for none
 * @throws as `evaluateDepth`
 */
export async function measureAttacks(
  options: Pick<EvaluateDepthOptions, 'focalPx' | 'seed' | 'onProgress'> & {
    readonly bonaFideDir?: string | undefined;
    readonly attackDir?: string | undefined;
    readonly simulated: number;
  },
  draw: Draw,
): Promise<DepthPadFigures> {
  const { bonaFideDir, attackDir, simulated, ...how } = options;
  const common = { ...how, useLandmarks: true, whiteAtMetre: INFRARED.whiteAtMetre };
  const base = await evaluateDepth({
    ...common,
    ...(bonaFideDir !== undefined && { bonaFideDir }),
    count: simulated,
  });
  const given =
    attackDir === undefined ? undefined : await evaluateDepth({ ...common, attackDir, count: 0 });
  return {
    bonaFide: bonaFideOf(base, draw),
    species: [...(simulated > 0 ? speciesOf(base) : []), ...(given ? speciesOf(given) : [])],
  };
}

function bonaFideOf(
  { bonaFideDetail: detail }: DepthEvaluation,
  draw: Draw,
): DepthPadFigures['bonaFide'] {
  const bpcer = estimateRate(
    detail.byPerson.map(({ presentations, rejected }) => ({
      trials: presentations,
      events: rejected,
    })),
    draw,
  );
  if (!bpcer) return null;
  return {
    people: detail.people,
    bpcer,
    heldOutBpcer: detail.heldOutBpcer,
    failedChecks: { ...detail.failedChecks },
  };
}

function speciesOf({ bySpecies, apart }: DepthEvaluation): SpeciesFigures[] {
  const all = [
    ...Object.entries(bySpecies).map(([name, rates]) => ({ name, rates, faceShaped: false })),
    ...Object.entries(apart).map(([name, rates]) => ({ name, rates, faceShaped: true })),
  ];
  return all.map(({ name, rates, faceShaped }) => ({
    species: name,
    evidence: rates.evidence,
    faceShaped,
    tooCoarse: rates.tooCoarse,
    // every presentation of a species is drawn anew: nobody stands behind several of them
    apcer: present(rateEstimate(rates.accepted, rates.attacks, null), 'attacks of a species'),
  }));
}
