import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InstalledPack } from '../packs/installed-pack.ts';
import { InferencePool } from '../runtime/inference-pool.ts';

export interface EmbeddingProgress {
  readonly done: number;
  readonly total: number;
  readonly perSecond: number;
}

/**
 * Embeds the main face of each picture on all cores, poor ones too.
 *
 * @returns by path; undefined where no face was found or the file is no picture
 */
export async function embedPictures(options: {
  readonly pack: InstalledPack;
  readonly dir: string;
  readonly paths: readonly string[];
  readonly workers: number;
  readonly onProgress: (progress: EmbeddingProgress) => void;
}): Promise<Map<string, Float32Array | undefined>> {
  const { pack, dir, paths, workers, onProgress } = options;
  const pool = await InferencePool.start(pack, workers);
  const embeddings = new Map<string, Float32Array | undefined>();
  const startedAt = performance.now();
  const remaining = paths.values();
  const embedNext = async (): Promise<void> => {
    for (const path of remaining) {
      const { report } = await pool.run({
        colour: Uint8Array.from(await readFile(join(dir, path))),
        options: {
          severalFaces: 'largest',
          enforceQuality: false,
          pad: false,
          looks: pack.manifest.embed.flip ? 'both' : 'plain',
        },
      });
      embeddings.set(path, report.outcome.ok ? report.outcome.value.embedding : undefined);
      onProgress({
        done: embeddings.size,
        total: paths.length,
        perSecond: (embeddings.size / (performance.now() - startedAt)) * 1_000,
      });
    }
  };
  try {
    // One more than there are workers reads its file while they are at work.
    await Promise.all(Array.from({ length: workers + 1 }, embedNext));
  } finally {
    await pool.close();
  }
  return embeddings;
}
