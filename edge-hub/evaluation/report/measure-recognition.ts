import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import {
  type AnalysisProgress,
  analysePhotographs,
  foundEmbeddings,
} from '../../../models/evaluation/analyse-photographs.ts';
import { measureAttacks } from '../../../models/evaluation/depth/measure-attacks.ts';
import { measureListedPairs } from '../../../models/evaluation/evaluate-faces.ts';
import { describeImageSet, someOf } from '../../../models/evaluation/image-set.ts';
import {
  enrolmentAttempts,
  measureAcquisition,
  measureColourAttacks,
  measureColourPad,
  qualityAttempts,
} from '../../../models/evaluation/measure-acquisition.ts';
import { measurePaymentLooks } from '../../../models/evaluation/measure-payment-looks.ts';
import { measureVerification } from '../../../models/evaluation/measure-verification.ts';
import { type ListedPair, parsePairs } from '../../../models/evaluation/pair-list.ts';
import { listPictures, personOf } from '../../../models/evaluation/picture-tree.ts';
import { machineConditions, packConditions } from '../../../models/evaluation/report-conditions.ts';
import { CONFIDENCE } from '../../../models/evaluation/statistics/binomial-interval.ts';
import type { Draw } from '../../../models/evaluation/statistics/rate-estimate.ts';
import { type InstalledPack, loadInstalledPack } from '../../../models/packs/installed-pack.ts';
import {
  type Identification,
  REPORT_VERSION,
  type RecognitionReport,
} from '../../../models/report/recognition-report.ts';
import { present } from '../../../shared/kernel/assert.ts';
import { seededRandom } from '../../../shared/kernel/seeded-random.ts';
import { measureIdentification } from './measure-identification.ts';
import { notMeasured } from './not-measured.ts';

export interface RecognitionReportOptions {
  /** One folder per person. */
  readonly imagesDir: string;
  /** What the set is called in the report. */
  readonly label: string | null;
  readonly packName: string;
  readonly modelsDir: string;
  readonly pairsFile?: string;
  /** People enrolled in the streets that are played; none given: half of all, at most 1,000. */
  readonly galleries: readonly number[];
  readonly promisedFpirs: readonly number[];
  readonly streets: number;
  /** About so many pictures, of people drawn by lot. */
  readonly limit: number | null;
  /** Looks that are timed. */
  readonly looks: number;
  readonly replicates: number;
  readonly seed: number;
  readonly depthBonaFideDir?: string;
  readonly depthFocalPx: number;
  readonly attackDir?: string;
  /** Presentations of each simulated species; 0 for none. */
  readonly simulatedAttacks: number;
  readonly workers?: number;
  readonly cacheDir?: string;
  readonly onPictures: (progress: AnalysisProgress) => void;
  readonly onProgress: (text: string) => void;
}

/** There are no pictures to report on. */
export class NoPicturesError extends Error {
  override readonly name = 'NoPicturesError';
}

/** A list of pairs names pictures that are not in the set. */
export class PairsOutsideError extends Error {
  override readonly name = 'PairsOutsideError';

  constructor(pairs: number) {
    super(
      `${pairs} of the listed pairs name pictures that are not in the set (with --limit many are not)`,
    );
  }
}

/** Half of them are regulars of the shop, as `evaluate street` has it. */
const REGULARS = 0.5;
const MOST_BY_DEFAULT = 1_000;
const DEPTH_SUFFIX = '_depth.png';

/**
 * Measures a pack on pictures for a report in the manner of ISO/IEC 19795-1: see docs/recognition-report.md.
 *
 * @throws NoPicturesError, TooFewPeopleError for a gallery that was asked for, PackNotInstalledError, PairFileError,
 *   PairsOutsideError, LandmarkListError, or the file system's error
 */
export async function measureRecognition(
  options: RecognitionReportOptions,
): Promise<RecognitionReport> {
  const startedAt = new Date().toISOString();
  const pack = await loadInstalledPack(options.modelsDir, options.packName);
  const listed = options.pairsFile
    ? parsePairs(await readFile(options.pairsFile, 'utf8'))
    : undefined;
  const all = await listPictures(options.imagesDir);
  if (all.length === 0) throw new NoPicturesError('there are no pictures in the folder');
  const paths =
    options.limit === null ? all : someOf(all, options.limit, seededRandom(options.seed));
  if (listed) requireInside(listed, paths);
  // before the networks of all cores are in memory: it tells what one worker needs
  options.onProgress('looks as a payment takes them, one at a time');
  const looks = await measurePaymentLooks({
    pack,
    dir: options.imagesDir,
    paths,
    count: options.looks,
    draw: drawOf(options),
    onProgress: (done, total) => done % 100 === 0 && options.onProgress(`${done}/${total} looks`),
  });
  const figures = await measurePictures(options, { pack, paths, listed });
  options.onProgress('depth');
  const depthPad = await measureAttacks(
    {
      bonaFideDir: options.depthBonaFideDir,
      attackDir: options.attackDir,
      simulated: options.simulatedAttacks,
      focalPx: options.depthFocalPx,
      seed: String(options.seed),
      onProgress: ({ what, done, total }) =>
        done === total && options.onProgress(`${what}: ${total}`),
    },
    drawOf(options),
  );
  const measured = {
    imageSet: describeImageSet(paths, options.label),
    ...figures,
    ...looks,
    colourAttacks: await measureAttackPictures(options, pack),
    depthPad,
  };
  return {
    schema: 'wuma.recognition-report',
    version: REPORT_VERSION,
    conditions: {
      startedAt,
      endedAt: new Date().toISOString(),
      ...machineConditions(),
      pack: packConditions(pack),
      settings: settingsOf(options),
    },
    ...measured,
    notMeasured: notMeasured({ ...measured, hasPairs: listed !== undefined }),
  };
}

function requireInside(listed: readonly ListedPair[], paths: readonly string[]): void {
  const known = new Set(paths);
  const outside = listed.filter(({ a, b }) => !known.has(a) || !known.has(b)).length;
  if (outside > 0) throw new PairsOutsideError(outside);
}

/** Everything that follows from the pictures' embeddings. */
async function measurePictures(
  options: RecognitionReportOptions,
  set: {
    readonly pack: InstalledPack;
    readonly paths: readonly string[];
    readonly listed: readonly ListedPair[] | undefined;
  },
): Promise<
  Pick<
    RecognitionReport,
    'enrolment' | 'poorQuality' | 'colourPad' | 'verification' | 'identification'
  >
> {
  const { pack, paths, listed } = set;
  const { identify, pad } = pack.manifest.thresholds;
  const draw = drawOf(options);
  options.onProgress('pictures as an enrolment takes them');
  const analyses = await analysePhotographs({
    pack,
    dir: options.imagesDir,
    paths,
    workers: options.workers ?? availableParallelism(),
    pad: true,
    cacheDir: options.cacheDir,
    onProgress: options.onPictures,
  });
  const embeddings = foundEmbeddings(analyses);
  options.onProgress('all pairs');
  const verification = measureVerification(
    { embeddings: [...embeddings.values()], people: [...embeddings.keys()].map(personOf) },
    { floor: identify.floor, leastSure: identify.leastSure, sure: identify.sure },
    draw,
  );
  return {
    enrolment: present(measureAcquisition(enrolmentAttempts(analyses), draw), 'pictures'),
    poorQuality: measureAcquisition(qualityAttempts(analyses), draw),
    colourPad: measureColourPad(analyses, pad, draw),
    verification: verification && {
      ...verification,
      listedPairs: listed ? measureListedPairs(listed, embeddings) : null,
    },
    identification: await measureStreets(options, { embeddings, bounds: identify }),
  };
}

/** Colour pictures among the given attacks: whatever is no depth picture. */
async function measureAttackPictures(
  options: RecognitionReportOptions,
  pack: InstalledPack,
): Promise<RecognitionReport['colourAttacks']> {
  const { attackDir } = options;
  if (attackDir === undefined) return [];
  const analyses = await analysePhotographs({
    pack,
    dir: attackDir,
    paths: (await listPictures(attackDir)).filter((path) => !path.endsWith(DEPTH_SUFFIX)),
    workers: options.workers ?? availableParallelism(),
    pad: true,
    cacheDir: options.cacheDir,
    onProgress: options.onPictures,
  });
  return measureColourAttacks(analyses, pack.manifest.thresholds.pad);
}

async function measureStreets(
  options: RecognitionReportOptions,
  from: Pick<Parameters<typeof measureIdentification>[0], 'embeddings' | 'bounds'>,
): Promise<Identification[]> {
  const people = new Set([...from.embeddings.keys()].map(personOf)).size;
  const half = Math.min(MOST_BY_DEFAULT, Math.floor(people / 2));
  const galleries = options.galleries.length > 0 ? options.galleries : half >= 2 ? [half] : [];
  const measured: Identification[] = [];
  for (const gallery of galleries) {
    for (const promisedFpir of options.promisedFpirs) {
      const what = `gallery of ${gallery}, promised FPIR ${promisedFpir}`;
      const street = {
        ...from,
        gallery,
        promisedFpir,
        repeats: options.streets,
        seed: options.seed,
        regulars: REGULARS,
        onStreet: (done: number) =>
          options.onProgress(`${what}: street ${done} of ${options.streets}`),
      };
      measured.push(await measureIdentification(street, drawOf(options)));
    }
  }
  return measured;
}

/** Anew for each part, so that none changes with what was measured before it. */
function drawOf({ replicates, seed }: RecognitionReportOptions): Draw {
  return { replicates, random: seededRandom(seed) };
}

function settingsOf(
  options: RecognitionReportOptions,
): RecognitionReport['conditions']['settings'] {
  const { seed, limit, replicates, streets, simulatedAttacks } = options;
  const confidence = CONFIDENCE;
  return { seed, limit, confidence, replicates, streets, regulars: REGULARS, simulatedAttacks };
}
