import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { InstalledPack } from '../packs/installed-pack.ts';
import type { RawModelsReport, RawModelsTask } from './raw-models-worker.ts';

/** What the networks alone allow on this machine, with as many threads as given. */
export interface RawModels {
  /** Frames per second of all threads together. */
  readonly framesPerSecond: number;
  /** Median time of one frame through every network, ms. */
  readonly frameMedianMs: number;
}

/**
 * Runs the pack's networks in `threads` workers at once, with nothing around them.
 *
 * @param options.detectEvery the detector runs in every n-th frame only, as where a burst's later frames follow the face
 */
export async function measureRawModels(options: {
  readonly pack: InstalledPack;
  readonly threads: number;
  readonly durationMs: number;
  readonly detectEvery?: number;
}): Promise<RawModels> {
  const { pack, threads, durationMs, detectEvery = 1 } = options;
  const task: RawModelsTask = { pack, durationMs, detectEvery };
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('./raw-models-worker.ts', import.meta.url), { workerData: task }),
  );
  await Promise.all(workers.map(async (worker) => once(worker, 'message')));
  const reports = await Promise.all(
    workers.map(async (worker) => {
      worker.postMessage('go');
      const [report] = (await once(worker, 'message')) as [RawModelsReport];
      return report;
    }),
  );
  await Promise.all(workers.map(async (worker) => worker.terminate()));
  const frameMs = reports.flatMap((report) => report.frameMs);
  return {
    framesPerSecond: reports.reduce((sum, r) => sum + (r.frames / r.elapsedMs) * 1_000, 0),
    frameMedianMs: quantile(frameMs, 0.5),
  };
}

/** The q-quantile by nearest rank; NaN of nothing. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN;
}
