import { availableParallelism } from 'node:os';
import { type InstalledPack, loadInstalledPack } from '../packs/installed-pack.ts';
import { type AnalysisProgress, analysePhotographs } from './analyse-photographs.ts';
import type { PhotographAnalysis } from './photograph-analysis.ts';
import { listPictures } from './picture-tree.ts';

/** What every evaluation of pictures is given. */
export interface FolderOptions {
  /** One folder per person. */
  readonly imagesDir: string;
  readonly packName: string;
  readonly modelsDir: string;
  /** Threads; by default as many as there are cores. */
  readonly workers?: number;
  /** Folder that keeps what was found in the pictures. */
  readonly cacheDir?: string;
  readonly onProgress: (progress: AnalysisProgress) => void;
}

export interface AnalysedFolder {
  readonly pack: InstalledPack;
  readonly paths: readonly string[];
  readonly analyses: ReadonlyMap<string, PhotographAnalysis>;
}

/**
 * Analyses every picture of a folder by an installed pack.
 *
 * @throws PackNotInstalledError, or the file system's error
 */
export async function analyseFolder(options: FolderOptions): Promise<AnalysedFolder> {
  const { imagesDir: dir, cacheDir, onProgress } = options;
  const pack = await loadInstalledPack(options.modelsDir, options.packName);
  const paths = await listPictures(dir);
  const workers = options.workers ?? availableParallelism();
  const analyses = await analysePhotographs({ pack, dir, paths, workers, cacheDir, onProgress });
  return { pack, paths, analyses };
}
