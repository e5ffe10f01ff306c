import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { InstalledPack } from '../packs/installed-pack.ts';
import { modelsOf } from '../packs/pack-manifest.ts';
import type { NetworkBenchmarkJob, NetworkBenchmarkRuns } from './network-benchmark-worker.ts';

export interface NetworkBenchmark {
  /** Median milliseconds per run, by the network's file. */
  readonly medianMs: Readonly<Record<string, number>>;
  /** Their sum: what one frame costs in networks alone. */
  readonly sumMs: number;
  /** Whole sets of networks per second, over all workers: what the networks allow at best. */
  readonly framesPerSecond: number;
}

/**
 * Runs a pack's networks and nothing else, once each in turn, on `workers` threads at once.
 *
 * @param options `workers` 1 for what one frame costs, one per core for what the machine allows
 */
export async function benchmarkNetworks(
  pack: InstalledPack,
  options: { readonly workers: number; readonly seconds: number },
): Promise<NetworkBenchmark> {
  const job: NetworkBenchmarkJob = { pack, seconds: options.seconds };
  const workers = Array.from(
    { length: options.workers },
    () =>
      new Worker(new URL('./network-benchmark-worker.ts', import.meta.url), { workerData: job }),
  );
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const all = await Promise.all(
    workers.map(async (worker) => {
      const reported: Promise<unknown[]> = once(worker, 'message');
      worker.postMessage('go');
      const [runs] = await reported;
      return runs as NetworkBenchmarkRuns;
    }),
  );
  const medians = modelsOf(pack.manifest).map(
    ({ file }, i) => [file, median(all.flatMap((runs) => runs[i] ?? []))] as const,
  );
  const sets = all.reduce((sum, runs) => sum + (runs[0]?.length ?? 0), 0);
  return {
    medianMs: Object.fromEntries(medians),
    sumMs: medians.reduce((sum, [, ms]) => sum + ms, 0),
    framesPerSecond: sets / options.seconds,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((p, q) => p - q)[values.length >> 1] ?? Number.NaN;
}
