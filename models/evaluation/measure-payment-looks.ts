import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memoryUsage, resourceUsage } from 'node:process';
import { shuffled } from '../../shared/kernel/seeded-random.ts';
import { layoutFor, SEGMENT_ROWS } from '../index/exact/gallery-layout.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import { modelsOf } from '../packs/pack-manifest.ts';
import type { Acquisition, MemoryFigures, TimeFigures } from '../report/recognition-report.ts';
import type { StageTimings } from '../runtime/frame-pipeline.ts';
import { InferencePool } from '../runtime/inference-pool.ts';
import { type Attempt, measureAcquisition } from './measure-acquisition.ts';
import { personOf } from './picture-tree.ts';
import { quantileOf } from './statistics/quantiles.ts';
import type { Draw } from './statistics/rate-estimate.ts';

export interface PaymentLooks {
  readonly payment: Acquisition | null;
  readonly time: TimeFigures | null;
  readonly memory: MemoryFigures;
}

const STAGES = [
  'decode',
  'detect',
  'pad',
  'embed',
  'networks',
] as const satisfies readonly (keyof StageTimings)[];
const WARM_UP = 3;
const FLOAT_BYTES = 4;
const BYTES_PER_KB = 1_024;

/**
 * Looks at some pictures as a payment does: one frame, one face, good enough, colour PAD; one at a time on one worker, so
 * that times are those of a look that waits for nothing.
 *
 * @param options.count how many, drawn by lot
 */
export async function measurePaymentLooks(options: {
  readonly pack: InstalledPack;
  readonly dir: string;
  readonly paths: readonly string[];
  readonly count: number;
  readonly draw: Draw;
  readonly onProgress: (done: number, total: number) => void;
}): Promise<PaymentLooks> {
  const { pack, dir, draw, onProgress } = options;
  const paths = shuffled(options.paths, draw.random).slice(0, options.count);
  const before = memoryUsage.rss();
  const pool = await InferencePool.start(pack, 1);
  const attempts: Attempt[] = [];
  const laps: { readonly timings: StageTimings; readonly totalMs: number }[] = [];
  let withOneWorker = before;
  try {
    for (const [i, path] of [...paths.slice(0, WARM_UP), ...paths].entries()) {
      const colour = Uint8Array.from(await readFile(join(dir, path)));
      const startedAt = performance.now();
      const { report } = await pool.run({
        colour,
        options: { severalFaces: 'refuse', enforceQuality: true, pad: true, looks: 'plain' },
      });
      const totalMs = performance.now() - startedAt;
      if (i < Math.min(WARM_UP, paths.length)) {
        withOneWorker = memoryUsage.rss();
        continue;
      }
      const { outcome, timings } = report;
      attempts.push({ person: personOf(path), failure: outcome.ok ? null : outcome.error });
      if (outcome.ok) laps.push({ timings, totalMs });
      onProgress(attempts.length, paths.length);
    }
  } finally {
    await pool.close();
  }
  return {
    payment: measureAcquisition(attempts, draw),
    time: timesOf(laps),
    memory: memoryOf(pack, { before, withOneWorker }),
  };
}

/** Of looks that came to their end only: a refused one is quicker. */
function timesOf(
  laps: readonly { readonly timings: StageTimings; readonly totalMs: number }[],
): TimeFigures | null {
  if (laps.length === 0) return null;
  return {
    looks: laps.length,
    stagesMs: STAGES.map((stage) => ({
      stage,
      ...spreadOf(laps.map(({ timings }) => timings[stage])),
    })),
    totalMs: spreadOf(laps.map(({ totalMs }) => totalMs)),
  };
}

/** Median and 95th percentile, to a hundredth. @param values not empty */
export function spreadOf(values: readonly number[]): {
  readonly p50: number;
  readonly p95: number;
} {
  const ascending = values.toSorted((p, q) => p - q);
  const rounded = (q: number): number => Math.round(quantileOf(ascending, q) * 100) / 100;
  return { p50: rounded(0.5), p95: rounded(0.95) };
}

function memoryOf(
  { manifest }: InstalledPack,
  resident: { readonly before: number; readonly withOneWorker: number },
): MemoryFigures {
  const { dimension } = manifest.embed;
  return {
    // kilobytes by getrusage(2)
    residentBytes: { ...resident, highest: resourceUsage().maxRSS * BYTES_PER_KB },
    modelBytes: modelsOf(manifest).reduce((sum, { bytes }) => sum + bytes, 0),
    templateBytes: dimension * FLOAT_BYTES,
    indexBytesPerTemplate: Math.ceil(layoutFor(dimension).segmentBytes / SEGMENT_ROWS),
  };
}
