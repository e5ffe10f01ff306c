import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { present } from '../../shared/kernel/assert.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import { qualityFailure } from '../runtime/face-quality.ts';
import { InferencePool } from '../runtime/inference-pool.ts';
import type { PhotographAnalysis } from './photograph-analysis.ts';
import { openPhotographCache, pictureHash } from './photograph-cache.ts';

export interface AnalysisProgress {
  readonly done: number;
  readonly total: number;
  readonly perSecond: number;
}

/**
 * Analyses the main face of each picture as an enrolment does, on all cores; poor faces are embedded too.
 *
 * @param options.pad whether the colour PAD network is asked; with a cache it always is
 * @param options.cacheDir keeps the answers for every later evaluation; see `openPhotographCache`
 * @returns by path
 */
export async function analysePhotographs(options: {
  readonly pack: InstalledPack;
  readonly dir: string;
  readonly paths: readonly string[];
  readonly workers: number;
  readonly pad?: boolean;
  readonly cacheDir?: string | undefined;
  readonly onProgress: (progress: AnalysisProgress) => void;
}): Promise<Map<string, PhotographAnalysis>> {
  const { pack, dir, paths, workers, cacheDir, onProgress } = options;
  const cache = cacheDir === undefined ? undefined : await openPhotographCache(cacheDir, pack);
  const pad = options.pad === true || cache !== undefined;
  const analyses = new Map<string, PhotographAnalysis>();
  const unknown: string[] = [];
  for (const path of paths) {
    const known = cache?.get(pictureHash(await readFile(join(dir, path))));
    if (known) analyses.set(path, known);
    else unknown.push(path);
  }
  // nothing to do: no networks are loaded
  if (unknown.length === 0) return inOrder(paths, analyses);
  const pool = await InferencePool.start(pack, workers);
  const startedAt = performance.now();
  const remaining = unknown.values();
  let done = 0;
  const analyseNext = async (): Promise<void> => {
    for (const path of remaining) {
      const bytes = await readFile(join(dir, path));
      const hash = pictureHash(bytes);
      const analysis = await analyse(pool, pack, { colour: Uint8Array.from(bytes), pad });
      await cache?.add(hash, analysis);
      analyses.set(path, analysis);
      done += 1;
      const perSecond = (done / (performance.now() - startedAt)) * 1_000;
      onProgress({ done: analyses.size, total: paths.length, perSecond });
    }
  };
  try {
    // One more than there are workers reads its file while they are at work.
    await Promise.all(Array.from({ length: workers + 1 }, analyseNext));
  } finally {
    await pool.close();
  }
  return inOrder(paths, analyses);
}

/** The faces that were found, by path. */
export function foundEmbeddings(
  analyses: ReadonlyMap<string, PhotographAnalysis>,
): Map<string, Float32Array> {
  return new Map(
    [...analyses].flatMap(([path, analysis]) =>
      analysis.ok ? [[path, analysis.value.embedding] as const] : [],
    ),
  );
}

async function analyse(
  pool: InferencePool,
  pack: InstalledPack,
  picture: { readonly colour: Uint8Array; readonly pad: boolean },
): Promise<PhotographAnalysis> {
  const { report } = await pool.run({
    colour: picture.colour,
    options: {
      severalFaces: 'largest',
      enforceQuality: false,
      pad: picture.pad,
      looks: pack.manifest.embed.flip ? 'both' : 'plain',
    },
  });
  const { outcome } = report;
  if (!outcome.ok) return err(outcome.error);
  const { embedding, quality, pad } = outcome.value;
  return ok({
    embedding,
    quality,
    poor: qualityFailure(quality, pack.manifest.thresholds.quality) ?? null,
    colourLive: pad?.colourLive ?? null,
  });
}

/** A run that finds half of it in the cache must draw the same lots as one that finds nothing. */
function inOrder(
  paths: readonly string[],
  analyses: ReadonlyMap<string, PhotographAnalysis>,
): Map<string, PhotographAnalysis> {
  return new Map(paths.map((path) => [path, present(analyses.get(path), 'an analysis')]));
}
