import { availableParallelism } from 'node:os';
import { PREFILTER_FROM } from '../exact/exact-engine.ts';
import { SIGNS_FROM_DIMENSION } from '../exact/gallery-layout.ts';
import { openKernels } from '../kernel/open-kernel.ts';
import { createKernelMemory } from '../kernel/wasm-kernel.ts';
import {
  type EngineFigures,
  type EnginePlan,
  measureEngine,
  measurePlainJavaScript,
  type NotRun,
  type Way,
} from './measure-engine.ts';
import { measureReadBandwidth } from './read-bandwidth.ts';
import { makeTrialGallery, type TrialSettings } from './trial-gallery.ts';

export interface BenchSettings extends TrialSettings {
  /** Threads that our own index scans with. */
  readonly threads: number;
  /** Engines whose name begins so; all when empty. */
  readonly only: string;
}

export interface IndexBench {
  readonly rows: number;
  readonly dimension: number;
  readonly queries: number;
  readonly seed: number;
  readonly threads: number;
  /** Cosines of strangers in this gallery. */
  readonly impostors: { readonly mean: number; readonly deviation: number };
  /** Highest score of a stranger's probe. */
  readonly bestImpostor: number;
  /** GB a second, by one thread and by as many as ours scans with. */
  readonly bandwidth: { readonly oneThread: number; readonly threads: number };
  /** What reading all int8 rows once takes at least, ms. */
  readonly int8LimitMs: number;
  readonly engines: readonly (EngineFigures | NotRun)[];
}

const TOP = 5;
/** No cosine reaches it: the answer is the prefilter's. */
const NEVER = 2;

/** Measures ours against the others, and against what memory allows, all in one run. */
export async function benchIndex(settings: BenchSettings): Promise<IndexBench> {
  const { rows, dimension, queries, seed, threads, onProgress } = settings;
  const gallery = await makeTrialGallery(settings);
  const int8Bytes = rows * dimension;
  onProgress('reading memory');
  const oneThread = await measureReadBandwidth(int8Bytes, 1);
  const together = threads === 1 ? oneThread : await measureReadBandwidth(int8Bytes, threads);
  const engines: (EngineFigures | NotRun)[] = [];
  for (const plan of plans(settings)) {
    if (!plan.label.startsWith(settings.only)) continue;
    onProgress(plan.label);
    engines.push(...(await measureEngine(gallery, plan)));
  }
  if ('plain JavaScript'.startsWith(settings.only)) {
    onProgress('plain JavaScript');
    engines.push(await measurePlainJavaScript(gallery));
  }
  const strangers = gallery.probes.filter((probe) => !probe.isGenuine);
  return {
    rows,
    dimension,
    queries,
    seed,
    threads,
    impostors: gallery.impostors,
    bestImpostor: Math.max(...strangers.map((probe) => probe.best.score)),
    bandwidth: { oneThread: oneThread / 1e9, threads: together / 1e9 },
    int8LimitMs: (int8Bytes / together) * 1_000,
    engines,
  };
}

function plans({ rows, dimension, threads }: BenchSettings): EnginePlan[] {
  const [best] = openKernels(createKernelMemory());
  const ways: Way[] = [{ how: 'int8, certified', options: { top: TOP } }];
  if (rows >= PREFILTER_FROM && dimension >= SIGNS_FROM_DIMENSION) {
    ways.push({ how: 'signs first', options: { top: TOP, certifyFrom: NEVER } });
  }
  const kernels = best && best.name !== 'wasm' ? [best.name, 'wasm'] : ['wasm'];
  const whole = [{ how: 'float32', options: { top: TOP } }];
  return [
    ...kernels.map((kernel) => ({
      label: `ours, ${kernel}`,
      settings: { engine: 'exact' as const, kernel, threads },
      ways,
    })),
    { label: 'usearch', settings: { engine: 'usearch' }, ways: whole },
    { label: 'sqlite-vec', settings: { engine: 'sqlite-vec' }, ways: whole },
    { label: 'sqlite-vss', settings: { engine: 'sqlite-vss' }, ways: whole, atOnce: true },
  ];
}

/** As many threads as the hub's index uses. */
export const DEFAULT_THREADS = Math.min(2, availableParallelism());
