import {
  type CalibratedThresholds,
  calibrate,
  promisableFpir,
  type ThresholdBounds,
  thresholdsFor,
} from '../../models/calibration/gallery-calibration.ts';
import { impostorSample } from '../../models/calibration/impostor-sample.ts';
import { analyseFolder, type FolderOptions } from '../../models/evaluation/analyse-folder.ts';
import { foundEmbeddings } from '../../models/evaluation/analyse-photographs.ts';
import { personOf } from '../../models/evaluation/picture-tree.ts';
import { openGalleryIndex } from '../../models/index/threaded-index.ts';
import { present } from '../../shared/kernel/assert.ts';
import { seededRandom } from '../../shared/kernel/seeded-random.ts';
import { lookAlikeFrom, type Question } from '../decision/decision.ts';
import { Gallery, type GallerySearch } from '../recognition/gallery.ts';
import { searchLeaveOneOut } from '../recognition/leave-one-out.ts';
import { type PersonFacts, type Play, playPolicy } from './play-policy.ts';
import {
  digits,
  drawStreet,
  type Enrolled,
  type StreetDraw,
  type StreetProbe,
} from './street-draw.ts';
import {
  count,
  emptyTally,
  ratesOf,
  type StreetRates,
  type StreetTally,
  sumOf,
} from './street-tally.ts';

export interface EvaluateStreetOptions extends FolderOptions {
  /** People to enrol. */
  readonly gallery: number;
  readonly promisedFpir: number;
  /** Streets to draw, one after the other. */
  readonly repeats: number;
  readonly seed: number;
  /** Share of the enrolled who are regulars of the shop. */
  readonly regulars: number;
  readonly onStreet: (done: number, rates: StreetRates) => void;
  /** Somebody was surely taken for somebody else: their pictures may be of one person under two names. */
  readonly onSuspect: (suspect: Suspect) => void;
}

export interface Suspect {
  readonly probe: string;
  readonly enrolled: string;
  readonly score: number;
}

export interface StreetEvaluation extends StreetRates {
  readonly pack: string;
  readonly gallery: number;
  readonly repeats: number;
  /** Searches over all repeats. */
  readonly mated: number;
  readonly nonMated: number;
  readonly promisedFpir: number;
  /** The same searches with the pack's own thresholds, learnt on another population. */
  readonly uncalibrated: Pick<StreetRates, 'fpir' | 'straightThrough'>;
  /** Means over the repeats. */
  readonly thresholds: CalibratedThresholds;
  readonly promisableFpir: number | null;
  /** The highest of any single street. */
  readonly worst: Pick<StreetRates, 'fpir' | 'wrongCharges'>;
  readonly failureToAcquire: number;
}

/** The pictures cannot give such a street. */
export class TooFewPeopleError extends Error {
  override readonly name = 'TooFewPeopleError';

  constructor(wanted: number, there: number) {
    super(
      `a gallery of ${wanted} needs more than ${wanted} people with a usable picture, and there are ${there}`,
    );
  }
}

interface Street {
  readonly tally: StreetTally;
  readonly uncalibrated: StreetTally;
  readonly thresholds: CalibratedThresholds;
  readonly promisableFpir: number | null;
}

/**
 * Open-set 1:N as a street has it (ISO/IEC 19795-1): one enrolled picture a person, thresholds calibrated on
 * these pictures alone, then everybody else's pictures and the other pictures of the enrolled as probes, each
 * played to its end by the hub's own gallery, search and policy.
 *
 * @throws TooFewPeopleError, PackNotInstalledError, or the file system's error
 */
export async function evaluateStreet(options: EvaluateStreetOptions): Promise<StreetEvaluation> {
  const { pack, paths, analyses } = await analyseFolder(options);
  const embeddings = foundEmbeddings(analyses);
  const bounds = pack.manifest.thresholds.identify;
  return {
    ...(await playStreets({ ...options, embeddings, bounds, onPlay: () => undefined })),
    pack: pack.name,
    failureToAcquire: paths.length - embeddings.size,
  };
}

/** What came of embedded pictures. */
export type StreetFigures = Omit<StreetEvaluation, 'pack' | 'failureToAcquire'>;

/** One search of a street and what the policy made of it. */
export interface PlayedProbe {
  readonly probe: StreetProbe;
  readonly search: GallerySearch;
  readonly play: Play;
}

/**
 * Draws streets from embedded pictures and plays them, one after the other.
 *
 * @throws TooFewPeopleError
 */
export async function playStreets(
  options: Pick<
    EvaluateStreetOptions,
    'gallery' | 'promisedFpir' | 'repeats' | 'seed' | 'regulars' | 'onStreet' | 'onSuspect'
  > & {
    /** By path; whoever shares a folder is one person. */
    readonly embeddings: ReadonlyMap<string, Float32Array>;
    readonly bounds: ThresholdBounds;
    readonly onPlay: (played: PlayedProbe) => void;
  },
): Promise<StreetFigures> {
  const { embeddings, gallery, promisedFpir, repeats } = options;
  const picturesOf = Map.groupBy(embeddings.keys(), personOf);
  if (picturesOf.size <= gallery) throw new TooFewPeopleError(gallery, picturesOf.size);
  const random = seededRandom(options.seed);
  const streets: Street[] = [];
  while (streets.length < repeats) {
    const draw = drawStreet(picturesOf, { ...options, random });
    const street = await playStreet({ ...options, draw, random });
    streets.push(street);
    options.onStreet(streets.length, ratesOf(street.tally));
  }
  return { ...summaryOf(streets), gallery, repeats, promisedFpir };
}

async function playStreet(options: {
  readonly draw: StreetDraw;
  readonly embeddings: ReadonlyMap<string, Float32Array>;
  readonly bounds: ThresholdBounds;
  readonly promisedFpir: number;
  readonly random: () => number;
  readonly onPlay: (played: PlayedProbe) => void;
  readonly onSuspect: (suspect: Suspect) => void;
}): Promise<Street> {
  const { draw, embeddings, bounds, promisedFpir, random, onPlay, onSuspect } = options;
  const embeddingOf = (path: string) => present(embeddings.get(path), 'an embedding');
  const dimension = present(embeddings.values().next().value, 'an embedding').length;
  const index = await openGalleryIndex({ engine: 'exact', dimension });
  try {
    const gallery = new Gallery(index);
    const facts = await enrolAll(gallery, draw.enrolled, {
      embeddingOf,
      from: lookAlikeFrom(bounds),
    });
    const enrolledPath = new Map(draw.enrolled.map(({ personId, path }) => [personId, path]));
    const searches = await searchLeaveOneOut({
      gallery,
      people: enrolledPath.keys(),
      templateOf: (personId) =>
        Float32Array.from(embeddingOf(present(enrolledPath.get(personId), 'a picture'))),
      goOn: () => true,
    });
    const people = draw.enrolled.length;
    const learnt = calibrate(impostorSample(searches, people));
    const thresholds = thresholdsFor(learnt, { people, fpir: promisedFpir }, bounds);
    const packThresholds = thresholdsFor(undefined, { people, fpir: promisedFpir }, bounds);
    const factsOf = (personId: string) =>
      present(facts.get(personId), 'facts of an enrolled person');
    const tally = emptyTally();
    const uncalibrated = emptyTally();
    for (const probe of draw.probes) {
      const search = await gallery.search(embeddingOf(probe.path));
      const answer = shopper(
        probe.personId === undefined ? undefined : factsOf(probe.personId),
        random,
      );
      const play = playPolicy({ search, thresholds, factsOf, answer });
      count(tally, probe, play);
      onPlay({ probe, search, play });
      count(
        uncalibrated,
        probe,
        playPolicy({ search, thresholds: packThresholds, factsOf, answer }),
      );
      if (play.sureOf !== undefined && play.sureOf !== probe.personId) {
        onSuspect(
          suspectOf(probe.path, present(enrolledPath.get(play.sureOf), 'a picture'), search),
        );
      }
    }
    const promisable = learnt ? promisableFpir(learnt, people, bounds) : null;
    return { tally, uncalibrated, thresholds, promisableFpir: promisable };
  } finally {
    await index.close();
  }
}

/** Enrols one after the other; look-alikes are found as the hub finds them. */
async function enrolAll(
  gallery: Gallery,
  enrolled: readonly Enrolled[],
  how: {
    readonly embeddingOf: (path: string) => Float32Array;
    /** Score from which two are look-alikes. */
    readonly from: number;
  },
): Promise<Map<string, PersonFacts>> {
  const lookAlikes = new Set<string>();
  for (const { personId, path } of enrolled) {
    const embedding = how.embeddingOf(path);
    const { candidates } = await gallery.search(embedding);
    const alike = candidates.filter(({ score }) => score >= how.from);
    for (const { shopperId } of alike) lookAlikes.add(shopperId).add(personId);
    await gallery.insert({ templateId: path, shopperId: personId, embedding });
  }
  return new Map(
    enrolled.map(({ personId, last4, pin, familiar }) => [
      personId,
      { last4, pin, familiar, lookAlike: lookAlikes.has(personId) },
    ]),
  );
}

/** Who is enrolled knows what they were given; a stranger guesses, anew each time. */
function shopper(
  own: PersonFacts | undefined,
  random: () => number,
): (question: Question) => string {
  if (own) return (question) => own[question];
  return (question) => digits(question === 'last4' ? 4 : 6, random);
}

function suspectOf(probe: string, enrolled: string, { candidates }: GallerySearch): Suspect {
  return { probe, enrolled, score: present(candidates[0], 'a best candidate').score };
}

function summaryOf(streets: readonly Street[]) {
  const total = sumOf(streets.map(({ tally }) => tally));
  const packOnly = ratesOf(sumOf(streets.map(({ uncalibrated }) => uncalibrated)));
  const perStreet = streets.map(({ tally }) => ratesOf(tally));
  const promisable = streets.flatMap((street) => street.promisableFpir ?? []);
  return {
    mated: total.mated,
    nonMated: total.nonMated,
    ...ratesOf(total),
    uncalibrated: { fpir: packOnly.fpir, straightThrough: packOnly.straightThrough },
    thresholds: {
      sure: mean(streets.map(({ thresholds }) => thresholds.sure)),
      likely: mean(streets.map(({ thresholds }) => thresholds.likely)),
      floor: mean(streets.map(({ thresholds }) => thresholds.floor)),
      margin: mean(streets.map(({ thresholds }) => thresholds.margin)),
    },
    promisableFpir: promisable.length === 0 ? null : mean(promisable),
    worst: {
      fpir: Math.max(...perStreet.map(({ fpir }) => fpir)),
      wrongCharges: Math.max(...perStreet.map(({ wrongCharges }) => wrongCharges)),
    },
  };
}

/** To four digits. */
function mean(values: readonly number[]): number {
  return Math.round((values.reduce((sum, value) => sum + value, 0) / values.length) * 1e4) / 1e4;
}
