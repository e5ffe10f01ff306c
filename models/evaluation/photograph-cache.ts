import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { refusalCodeSchema } from '../../shared/contracts/refusal.ts';
import { err, ok } from '../../shared/kernel/result.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import type { FaceQuality } from '../runtime/analysis.ts';
import { qualityFailure } from '../runtime/face-quality.ts';
import type { FrameFailureCode } from '../runtime/frame-pipeline.ts';
import type { PhotographAnalysis } from './photograph-analysis.ts';

/** Raise it when the pipeline makes other embeddings of the same picture with the same pack. */
const PIPELINE = 3;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const code = refusalCodeSchema as unknown as z.ZodType<FrameFailureCode>;
const faceQuality = z.record(z.string(), z.number()) as unknown as z.ZodType<FaceQuality>;
const lineSchema = z.union([
  z.strictObject({ sha256, failure: code }),
  z.strictObject({
    sha256,
    quality: faceQuality,
    colourLive: z.number().nullable(),
    /** Little-endian float32. */
    embedding: z.base64(),
  }),
]);

export interface PhotographCache {
  get(hash: string): PhotographAnalysis | undefined;
  add(hash: string, analysis: PhotographAnalysis): Promise<void>;
}

/** What a picture is known by in the cache: the sha256 of its file. */
export function pictureHash(file: Uint8Array): string {
  return createHash('sha256').update(file).digest('hex');
}

/**
 * Opens a folder that keeps what was found in pictures: a file per pack and its settings, a line of JSON per picture, by
 * the hash of the picture's file. Lines are written as they come, so that a run that was broken off goes on from there.
 *
 * It holds faces: keep it where the pictures are kept. The file is readable by its owner only.
 */
export async function openPhotographCache(
  dir: string,
  pack: InstalledPack,
): Promise<PhotographCache> {
  const file = join(dir, `${pack.id}-${settingsHash(pack)}.jsonl`);
  await mkdir(dir, { recursive: true });
  const { dimension } = pack.manifest.embed;
  const known = new Map<string, PhotographAnalysis>();
  const text = await textOf(file);
  for (const line of text.split('\n')) {
    const entry = entryOf(line);
    if (!entry) continue;
    if ('failure' in entry) known.set(entry.sha256, err(entry.failure));
    else {
      const embedding = floatsOf(entry.embedding);
      const { quality, colourLive } = entry;
      const poor = qualityFailure(quality, pack.manifest.thresholds.quality) ?? null;
      if (embedding.length === dimension)
        known.set(entry.sha256, ok({ embedding, quality, poor, colourLive }));
    }
  }
  if (text !== '' && !text.endsWith('\n')) await appendFile(file, '\n');
  return {
    get: (hash) => known.get(hash),
    async add(hash, analysis) {
      known.set(hash, analysis);
      await appendFile(file, `${JSON.stringify(lineOf(hash, analysis))}\n`, { mode: 0o600 });
    },
  };
}

/** Of all that decides what a picture gives. */
function settingsHash({ manifest }: InstalledPack): string {
  const { detect, mesh, embed, pad } = manifest;
  const settings = { PIPELINE, detect, mesh, embed, pad };
  return createHash('sha256').update(JSON.stringify(settings)).digest('hex').slice(0, 12);
}

async function textOf(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
}

/** Undefined for what a broken-off write has left: that picture is analysed again. */
function entryOf(line: string): z.infer<typeof lineSchema> | undefined {
  try {
    return lineSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function lineOf(hash: string, analysis: PhotographAnalysis): z.infer<typeof lineSchema> {
  if (!analysis.ok) return { sha256: hash, failure: analysis.error };
  const { embedding, quality, colourLive } = analysis.value;
  const bytes = Buffer.from(embedding.buffer, embedding.byteOffset, embedding.byteLength);
  return { sha256: hash, quality, colourLive, embedding: bytes.toString('base64') };
}

function floatsOf(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer, 0, Math.floor(bytes.byteLength / 4));
}
