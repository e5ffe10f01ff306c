import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { type InstalledPack, loadInstalledPack } from '../packs/installed-pack.ts';
import { cosine } from '../runtime/embedder.ts';
import { compareAllPairs } from './all-pairs.ts';
import {
  type AnalysisProgress,
  analysePhotographs,
  foundEmbeddings,
} from './analyse-photographs.ts';
import { type ListedPair, parsePairs } from './pair-list.ts';
import { listPictures, personOf } from './picture-tree.ts';
import { acceptanceAt, equalErrorRate, ScoreCounts } from './score-counts.ts';
import { crossValidatedAccuracy } from './verification-accuracy.ts';

export interface EvaluateFacesOptions {
  /** Folder of the pictures; without pairs, one folder per person. */
  readonly imagesDir: string;
  readonly pairsFile?: string;
  /** Name of an installed pack. */
  readonly packName: string;
  /** Folder that holds the packs. */
  readonly modelsDir: string;
  readonly workers?: number;
  /** Folder that keeps what was found in the pictures. */
  readonly cacheDir?: string;
  readonly onProgress: (progress: AnalysisProgress) => void;
}

/** False match rates that `tar` is given for. */
const RATES = ['1e-3', '1e-4', '1e-5', '1e-6'] as const;

/** Rates are shares from 0 to 1; null is what the data cannot tell. */
export interface FaceEvaluation {
  readonly pack: string;
  readonly images: number;
  /** Pictures in which no face was found, or that are no pictures. */
  readonly failureToAcquire: number;
  /** Listed pairs; without a list, all pairs that could be compared. */
  readonly pairs: number;
  /** Over the listed pairs, cross-validated; a pair with a failure to acquire scores -1, so a genuine one is lost. */
  readonly accuracy: number | null;
  /** Over the listed pairs, as `accuracy`; without a list, over all pairs. */
  readonly eer: number | null;
  /** Genuine and impostor comparisons behind `tar`; failures to acquire are left out. */
  readonly genuine: number;
  readonly impostor: number;
  readonly tar: Readonly<Record<(typeof RATES)[number], number | null>>;
}

/**
 * Measures a pack's face verification on pictures (ISO/IEC 19795-1).
 *
 * `tar` is over all pairs of all pictures when their folders say who is who, that is without a list, or
 * when no listed pair contradicts them; else over the listed pairs. See `ScoreCounts` for ties.
 *
 * @throws PackNotInstalledError, PairFileError, or the file system's error for a folder that is not there
 */
export async function evaluateFaces(options: EvaluateFacesOptions): Promise<FaceEvaluation> {
  const pack = await loadInstalledPack(options.modelsDir, options.packName);
  const listed = options.pairsFile
    ? parsePairs(await readFile(options.pairsFile, 'utf8'))
    : undefined;
  const paths = listed
    ? [...new Set(listed.flatMap((pair) => [pair.a, pair.b]))].toSorted()
    : await listPictures(options.imagesDir);
  const analyses = await analysePhotographs({
    pack,
    dir: options.imagesDir,
    paths,
    workers: options.workers ?? availableParallelism(),
    cacheDir: options.cacheDir,
    onProgress: options.onProgress,
  });
  return summarise({ pack, paths, embeddings: foundEmbeddings(analyses), listed });
}

function summarise(measured: {
  readonly pack: InstalledPack;
  readonly paths: readonly string[];
  readonly embeddings: ReadonlyMap<string, Float32Array>;
  readonly listed: readonly ListedPair[] | undefined;
}): FaceEvaluation {
  const { pack, paths, embeddings, listed } = measured;
  const acquired = paths.flatMap((path) => {
    const embedding = embeddings.get(path);
    return embedding ? [{ path, embedding }] : [];
  });
  const scored = listed && scoredPairs(listed, embeddings);
  const foldersTell = !listed?.some((p) => (personOf(p.a) === personOf(p.b)) !== p.genuine);
  const behindTar =
    scored && !foldersTell
      ? countScores(scored.filter((pair) => pair.acquired))
      : compareAllPairs(
          acquired.map(({ embedding }) => embedding),
          acquired.map(({ path }) => personOf(path)),
        );
  const behindEer = scored ? countScores(scored) : behindTar;
  return {
    pack: pack.name,
    images: paths.length,
    failureToAcquire: paths.length - acquired.length,
    pairs: scored?.length ?? behindTar.genuine.total + behindTar.impostor.total,
    accuracy: rounded(scored ? crossValidatedAccuracy(scored) : null),
    eer: rounded(equalErrorRate(behindEer)),
    genuine: behindTar.genuine.total,
    impostor: behindTar.impostor.total,
    tar: {
      '1e-3': rounded(acceptanceAt(1e-3, behindTar)),
      '1e-4': rounded(acceptanceAt(1e-4, behindTar)),
      '1e-5': rounded(acceptanceAt(1e-5, behindTar)),
      '1e-6': rounded(acceptanceAt(1e-6, behindTar)),
    },
  };
}

/**
 * Accuracy over listed pairs alone. A pair of which a picture has no face, or is not there, scores -1.
 *
 * @param embeddings by path
 */
export function measureListedPairs(
  listed: readonly ListedPair[],
  embeddings: ReadonlyMap<string, Float32Array>,
): Pick<FaceEvaluation, 'pairs' | 'accuracy'> & { readonly equalErrorRate: number | null } {
  const scored = scoredPairs(listed, embeddings);
  return {
    pairs: scored.length,
    accuracy: rounded(crossValidatedAccuracy(scored)),
    equalErrorRate: rounded(equalErrorRate(countScores(scored))),
  };
}

function scoredPairs(listed: readonly ListedPair[], embeddings: ReadonlyMap<string, Float32Array>) {
  return listed.map((pair) => {
    const a = embeddings.get(pair.a);
    const b = embeddings.get(pair.b);
    const acquired = a !== undefined && b !== undefined;
    return { ...pair, acquired, score: a && b ? cosine(a, b) : -1 };
  });
}

function countScores(pairs: readonly { readonly score: number; readonly genuine: boolean }[]): {
  genuine: ScoreCounts;
  impostor: ScoreCounts;
} {
  const genuine = new ScoreCounts();
  const impostor = new ScoreCounts();
  for (const pair of pairs) (pair.genuine ? genuine : impostor).add(pair.score);
  return { genuine, impostor };
}

/** Six digits: more than the data holds, and the output stays readable. */
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1e6) / 1e6;
}
