import { present } from '../../../shared/kernel/assert.ts';
import { judgeLight } from '../../runtime/light-challenge.ts';
import type { LightEvidence, LightReason } from '../../runtime/light-evidence.ts';
import { CANONICAL_SOURCE, type FaceSource, loadIctSource } from '../depth/face-surface.ts';
import { simulateLight } from './light-presentation.ts';
import { LIGHT_SPECIES, type LightSpecies } from './light-species.ts';

export interface EvaluateLightOptions {
  /** Folder of the ICT face model: half of the simulated faces are then its people. */
  readonly faceModelDir?: string;
  /** Presentations of real faces, and of each species. */
  readonly count: number;
  readonly seed: string;
  readonly onProgress: (progress: {
    readonly what: string;
    readonly done: number;
    readonly total: number;
  }) => void;
}

/** Shares of presentations, 0 to 1, and how often each reason kept a verdict from `passed`. */
export interface LightRates {
  readonly presentations: number;
  readonly passed: number;
  readonly failed: number;
  readonly unreadable: number;
  readonly reasons: Readonly<Partial<Record<LightReason, number>>>;
}

export interface SpeciesLightRates extends LightRates {
  /** Share that passed (ISO/IEC 30107-3). */
  readonly apcer: number;
}

export interface LightEvaluation {
  readonly evidence: 'simulated';
  readonly bonaFide: number;
  /** Share of real faces that failed, and are refused (ISO/IEC 30107-3). */
  readonly bpcer: number;
  /** Share of real faces on which the light could not be read (non-response): they give a PIN. */
  readonly bpnrr: number;
  readonly bonaFideDetail: LightRates;
  readonly attacks: number;
  /** The highest of all species but those in `apart`. */
  readonly apcer: number;
  readonly bySpecies: Readonly<Record<string, SpeciesLightRates>>;
  /** Shapes of a face, which light sees as faces. In none of the figures above. */
  readonly apart: Readonly<Record<string, SpeciesLightRates>>;
}

const FACE_SHAPED: ReadonlySet<LightSpecies> = new Set<LightSpecies>(['mask']);

/**
 * Measures the judge of the light challenge, the very code that a hub runs, on SIMULATED faces and attacks: no real face and
 * no real attack is behind any of the figures.
 *
 * @throws the file system's error for a face model that is not there
 */
export async function evaluateLight(options: EvaluateLightOptions): Promise<LightEvaluation> {
  const sources = [CANONICAL_SOURCE];
  if (options.faceModelDir !== undefined) sources.push(await loadIctSource(options.faceModelDir));
  const judged = (species: LightSpecies | 'bona-fide'): LightRates =>
    judgeSpecies(species, sources, options);
  const bonaFide = judged('bona-fide');
  const bySpecies: Record<string, SpeciesLightRates> = {};
  const apart: Record<string, SpeciesLightRates> = {};
  for (const species of LIGHT_SPECIES) {
    const rates = judged(species);
    const kept = FACE_SHAPED.has(species) ? apart : bySpecies;
    kept[species] = { ...rates, apcer: rates.passed };
  }
  const all = Object.values(bySpecies);
  return {
    evidence: 'simulated',
    bonaFide: bonaFide.presentations,
    bpcer: bonaFide.failed,
    bpnrr: bonaFide.unreadable,
    bonaFideDetail: bonaFide,
    attacks: all.reduce((sum, { presentations }) => sum + presentations, 0),
    apcer: Math.max(...all.map(({ apcer }) => apcer)),
    bySpecies,
    apart,
  };
}

function judgeSpecies(
  species: LightSpecies | 'bona-fide',
  sources: readonly FaceSource[],
  { count, seed, onProgress }: EvaluateLightOptions,
): LightRates {
  const judged: LightEvidence[] = [];
  while (judged.length < count) {
    const i = judged.length;
    const faces = present(sources[i % sources.length], 'a source of faces');
    const { sequence, samples } = simulateLight({ species, faces, seed: `${seed}/${i}` });
    judged.push(judgeLight(sequence, samples));
    onProgress({ what: species, done: i + 1, total: count });
  }
  return ratesOf(judged);
}

function ratesOf(judged: readonly LightEvidence[]): LightRates {
  const share = (verdict: LightEvidence['verdict']): number =>
    Math.round((judged.filter((each) => each.verdict === verdict).length / judged.length) * 1e6) /
    1e6;
  const reasons: Partial<Record<LightReason, number>> = {};
  for (const { reason } of judged) {
    if (reason !== null) reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return {
    presentations: judged.length,
    passed: share('passed'),
    failed: share('failed'),
    unreadable: share('unreadable'),
    reasons,
  };
}
