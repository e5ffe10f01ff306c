import type { FailedCheck } from '../../runtime/presentation-attack.ts';
import { ARTEFACT_SPECIES, type ArtefactSpecies } from './artefacts.ts';
import { DEPTH_CAMERAS } from './depth-cameras.ts';
import { type JudgedFile, judgeFolder } from './depth-folder.ts';
import { type DepthVerdict, judgeDepth } from './depth-verdict.ts';
import { CANONICAL_SOURCE, type FaceSource, loadIctSource } from './face-surface.ts';
import { heldOutRejection, LIMITED_DEPTH } from './held-out.ts';
import {
  facesWithInfrared,
  type InfraredFaces,
  type InfraredSpeciesRates,
  speciesWithInfrared,
} from './infrared-rates.ts';
import { simulatePresentation } from './presentations.ts';

export interface EvaluateDepthOptions {
  /** Folder of real faces; without it nothing is said of them. */
  readonly bonaFideDir?: string;
  /** Folder of attacks, one folder per species; without it, attacks are simulated. */
  readonly attackDir?: string;
  /** Folder of the ICT face model: half of the simulated faces are then its people. */
  readonly faceModelDir?: string;
  /** Focal length of the pictures in the folders, pixels. */
  readonly focalPx: number;
  readonly useLandmarks: boolean;
  /** Simulated presentations of each species. */
  readonly count: number;
  /** What a white matt surface has at 1 m in the folders' infrared pictures. */
  readonly whiteAtMetre: number;
  readonly seed: string;
  readonly onProgress: (progress: {
    readonly what: string;
    readonly done: number;
    readonly total: number;
  }) => void;
}

/** ISO/IEC 30107-3 of one species. Rates are shares from 0 to 1. */
export interface SpeciesRates {
  /** `simulated`: made by the generator. `given`: files of --attack, whatever they are. */
  readonly evidence: 'simulated' | 'given';
  readonly attacks: number;
  /** Refused because the sensor sees too little at that distance, whatever it is that it sees. */
  readonly tooCoarse: number;
  readonly accepted: number;
  readonly apcer: number;
}

/** Depth and infrared together, as a terminal with both is judged: where there is an infrared picture. */
export interface InfraredEvaluation extends Omit<InfraredFaces, 'bonaFide' | 'bpcer'> {
  readonly bonaFide: number;
  readonly bpcer: number | null;
  readonly attacks: number;
  /** The highest of all species but those in `apart`; null without attacks. */
  readonly apcer: number | null;
  readonly bySpecies: Readonly<Record<string, InfraredSpeciesRates>>;
  readonly apart: Readonly<Record<string, InfraredSpeciesRates>>;
  /** Simulated faces, those that infrared refuses among them. */
  readonly simulatedFaces: { readonly presentations: number; readonly refused: number } | null;
  /** Depth pictures whose infrared picture does not lie on them: in no rate here. */
  readonly notInfrared: readonly string[];
}

/** By depth alone, but for `infrared`. */
export interface DepthEvaluation {
  /** Presentations of real faces, and the share that was refused; a face that could not be read is refused. */
  readonly bonaFide: number;
  readonly bpcer: number;
  readonly attacks: number;
  /** The highest of all species but those in `apart`; null without attacks. */
  readonly apcer: number | null;
  readonly bySpecies: Readonly<Record<string, SpeciesRates>>;
  /** Shapes of a face: depth alone cannot refuse them. In none of the figures above. */
  readonly apart: Readonly<Record<string, SpeciesRates>>;
  readonly evidence: { readonly bonaFide: 'given'; readonly attacks: 'simulated' | 'given' };
  readonly bonaFideDetail: {
    /** How the face was found on the depth picture: the product has a mesh of the colour picture, files have not. */
    readonly placedBy: { readonly landmarks: number; readonly depth: number };
    /** Of the rejected ones, those in which no surface could be read (failure to acquire). */
    readonly failureToAcquire: number;
    /** How often each check failed. */
    readonly failedChecks: Readonly<Partial<Record<FailedCheck, number>>>;
    readonly rejected: readonly string[];
    /** Files that are no 16-bit depth pictures: in no rate. */
    readonly notDepth: readonly string[];
    readonly people: number;
    /** Of each person, in no order that tells who. */
    readonly byPerson: readonly { readonly presentations: number; readonly rejected: number }[];
    readonly worstPersonBpcer: number;
    /** See `heldOutRejection`; null for fewer than three people. */
    readonly heldOutBpcer: number | null;
  };
  /** Simulated faces judged alike, per kind of sensor: those that it sees well enough, and how many of them are refused. */
  readonly simulatedBonaFide: Readonly<
    Record<
      string,
      { readonly presentations: number; readonly tooCoarse: number; readonly bpcer: number }
    >
  > | null;
  /** Null where nothing came with an infrared picture. */
  readonly infrared: InfraredEvaluation | null;
}

/** Species that have a face's shape. */
const FACE_SHAPED: ReadonlySet<string> = new Set<ArtefactSpecies>(['mask']);

/**
 * Measures the product's depth check (ISO/IEC 30107-3: BPCER over the bona fide folder, APCER by species) with the very
 * code that a hub runs on a frame; only the face's place comes from landmarks or from the depth itself.
 *
 * @throws the file system's error for a folder that is not there, LandmarkListError
 */
export async function evaluateDepth(options: EvaluateDepthOptions): Promise<DepthEvaluation> {
  const folder = (dir: string, what: string) =>
    judgeFolder({
      dir,
      focalPx: options.focalPx,
      useLandmarks: options.useLandmarks,
      whiteAtMetre: options.whiteAtMetre,
      onProgress: (done, total) => options.onProgress({ what, done, total }),
    });
  const bonaFide = options.bonaFideDir
    ? await folder(options.bonaFideDir, 'bona fide')
    : { files: [], notDepth: [], notInfrared: [] };
  const sources = [CANONICAL_SOURCE];
  if (options.faceModelDir !== undefined) sources.push(await loadIctSource(options.faceModelDir));
  const given = options.attackDir ? await folder(options.attackDir, 'attacks') : undefined;
  const verdicts = given
    ? Map.groupBy(given.files, ({ path }) => personOf(path))
    : simulatedSpecies(sources, options);
  const { counted, apart } = divided(verdicts, (own) =>
    ratesOf(own, given ? 'given' : 'simulated'),
  );
  const all = Object.values(counted);
  const simulatedBonaFide = given ? null : presented('bona-fide', sources, options);
  const rejected = bonaFide.files.filter(({ failed }) => failed.length > 0);
  return {
    bonaFide: bonaFide.files.length,
    bpcer: rate(rejected.length, bonaFide.files.length),
    attacks: all.reduce((sum, species) => sum + species.attacks, 0),
    apcer: all.length === 0 ? null : Math.max(...all.map((species) => species.apcer)),
    bySpecies: counted,
    apart,
    evidence: { bonaFide: 'given', attacks: given ? 'given' : 'simulated' },
    bonaFideDetail: { ...detailOf(bonaFide.files), notDepth: bonaFide.notDepth },
    simulatedBonaFide: simulatedBonaFide && facesBySensor(simulatedBonaFide),
    infrared: infraredOf({
      faces: bonaFide.files,
      species: verdicts,
      simulated: simulatedBonaFide,
      notInfrared: [...bonaFide.notInfrared, ...(given?.notInfrared ?? [])],
    }),
  };
}

/** What is told of each species, those in a face's shape apart. */
function divided<T>(
  species: ReadonlyMap<string, readonly DepthVerdict[]>,
  tell: (verdicts: readonly DepthVerdict[]) => T | undefined,
): { readonly counted: Record<string, T>; readonly apart: Record<string, T> } {
  const told = [...species].flatMap(([name, own]) => {
    const of = tell(own);
    return of === undefined ? [] : [[name, of] as const];
  });
  return {
    counted: Object.fromEntries(told.filter(([name]) => !FACE_SHAPED.has(name))),
    apart: Object.fromEntries(told.filter(([name]) => FACE_SHAPED.has(name))),
  };
}

function infraredOf(judged: {
  readonly faces: readonly JudgedFile[];
  readonly species: ReadonlyMap<string, readonly DepthVerdict[]>;
  readonly simulated: readonly DepthVerdict[] | null;
  readonly notInfrared: readonly string[];
}): InfraredEvaluation | null {
  const faces = facesWithInfrared(
    judged.faces.map((file) => ({ ...file, person: personOf(file.path) })),
  );
  const { counted, apart } = divided(judged.species, speciesWithInfrared);
  const all = Object.values(counted);
  if (!faces && all.length === 0) return null;
  const { simulated } = judged;
  return {
    bonaFide: faces?.bonaFide ?? 0,
    bpcer: rounded(faces?.bpcer ?? null),
    refusedByInfrared: faces?.refusedByInfrared ?? 0,
    failedChecks: faces?.failedChecks ?? {},
    heldOutBpcer: rounded(faces?.heldOutBpcer ?? null),
    attacks: all.reduce((sum, own) => sum + own.attacks, 0),
    apcer: all.length === 0 ? null : Math.max(...all.map((own) => own.apcer)),
    bySpecies: counted,
    apart,
    simulatedFaces: simulated && {
      presentations: simulated.length,
      refused: simulated.filter(({ failedInfrared }) => failedInfrared?.length).length,
    },
    notInfrared: judged.notInfrared,
  };
}

function detailOf(
  files: readonly JudgedFile[],
): Omit<DepthEvaluation['bonaFideDetail'], 'notDepth'> {
  const rejected = files.filter(({ failed }) => failed.length > 0);
  const failedChecks: Partial<Record<FailedCheck, number>> = {};
  for (const check of rejected.flatMap(({ failed }) => failed)) {
    failedChecks[check] = (failedChecks[check] ?? 0) + 1;
  }
  const people = Map.groupBy(files, ({ path }) => personOf(path));
  const byPerson = [...people.values()]
    .map((own) => ({
      presentations: own.length,
      rejected: own.filter(({ failed }) => failed.length > 0).length,
    }))
    .toSorted((p, q) => q.rejected - p.rejected || q.presentations - p.presentations);
  const measured = files.flatMap(({ path, evidence }) =>
    evidence ? [{ person: personOf(path), evidence }] : [],
  );
  const byLandmarks = files.filter(({ placedBy }) => placedBy === 'landmarks').length;
  return {
    placedBy: { landmarks: byLandmarks, depth: files.length - byLandmarks },
    failureToAcquire: files.filter(({ evidence }) => !evidence).length,
    failedChecks,
    rejected: rejected.map(({ path }) => path),
    people: people.size,
    byPerson,
    worstPersonBpcer: Math.max(0, ...byPerson.map((own) => rate(own.rejected, own.presentations))),
    heldOutBpcer: rounded(heldOutRejection(measured, LIMITED_DEPTH) ?? null),
  };
}

/** Whose face, or of which species, a file is: its first folder. */
function personOf(path: string): string {
  const [first, second] = path.split('/');
  return second === undefined ? 'files' : (first ?? 'files');
}

function simulatedSpecies(
  sources: readonly FaceSource[],
  options: EvaluateDepthOptions,
): Map<string, DepthVerdict[]> {
  return new Map(
    ARTEFACT_SPECIES.map((species) => [species, presented(species, sources, options)]),
  );
}

function presented(
  species: ArtefactSpecies | 'bona-fide',
  sources: readonly FaceSource[],
  options: EvaluateDepthOptions,
): DepthVerdict[] {
  const what = species === 'bona-fide' ? 'simulated faces' : species;
  return Array.from({ length: options.count }, (_, i) => {
    options.onProgress({ what, done: i + 1, total: options.count });
    return simulatedVerdict(species, i, { sources, seed: options.seed });
  });
}

function facesBySensor(
  verdicts: readonly DepthVerdict[],
): NonNullable<DepthEvaluation['simulatedBonaFide']> {
  return Object.fromEntries(
    DEPTH_CAMERAS.map((camera, c) => {
      const own = verdicts.filter((_, i) => i % DEPTH_CAMERAS.length === c);
      const seen = own.filter(({ failed }) => !failed.includes('depth_coarse'));
      const refused = seen.filter(({ failed }) => failed.length > 0);
      return [
        camera.name,
        {
          presentations: own.length,
          tooCoarse: own.length - seen.length,
          bpcer: rate(refused.length, seen.length),
        },
      ] as const;
    }),
  );
}

/** Sensors take turns, and so do the sources of faces. */
function simulatedVerdict(
  species: ArtefactSpecies | 'bona-fide',
  index: number,
  from: { readonly sources: readonly FaceSource[]; readonly seed: string },
): DepthVerdict {
  const camera = DEPTH_CAMERAS[index % DEPTH_CAMERAS.length];
  const faces = from.sources[Math.floor(index / DEPTH_CAMERAS.length) % from.sources.length];
  if (!camera || !faces) throw new RangeError('there is a camera and a face for every number');
  const seed = `${from.seed}/${index}`;
  const shown = simulatePresentation({ species, camera, faces, seed, infrared: true });
  return judgeDepth({ depth: shown.picture, infrared: shown.infrared }, shown.focalPx, shown);
}

function ratesOf(
  verdicts: readonly DepthVerdict[],
  evidence: SpeciesRates['evidence'],
): SpeciesRates {
  const accepted = verdicts.filter(({ failed }) => failed.length === 0).length;
  return {
    evidence,
    attacks: verdicts.length,
    tooCoarse: verdicts.filter(({ failed }) => failed.includes('depth_coarse')).length,
    accepted,
    apcer: rate(accepted, verdicts.length),
  };
}

function rate(part: number, whole: number): number {
  return whole === 0 ? 0 : (rounded(part / whole) ?? 0);
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1e6) / 1e6;
}
