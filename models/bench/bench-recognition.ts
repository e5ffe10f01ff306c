import { availableParallelism } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import { present } from '../../shared/kernel/assert.ts';
import { loadInstalledPack } from '../packs/installed-pack.ts';
import type { AnalyseOptions, AnalysisTimings, FaceEngine } from '../runtime/analysis.ts';
import { createFaceEngine } from '../runtime/face-engine.ts';
import { benchFrames, NoPicturesError } from './bench-frames.ts';
import { measureHuman, type PeerFigures } from './human-peer.ts';
import { measureRawModels, quantile } from './raw-models.ts';

export interface BenchRecognitionOptions {
  readonly packName: string;
  /** Folder that holds the packs. */
  readonly modelsDir: string;
  /** Folder of pictures with one face each. */
  readonly picturesDir: string;
  /** Where the peer's packages are kept. */
  readonly peersDir: string;
  /** Time of each measurement, ms. */
  readonly durationMs: number;
  readonly onProgress: (text: string) => void;
}

/** Stages of one frame, ms, mean over the frames of the measurement. */
type StageFigures = Omit<AnalysisTimings, 'queue'>;

export interface BurstFigures {
  readonly frames: number;
  /** One burst at a time, ms. */
  readonly totalMs: { readonly p50: number; readonly p95: number };
  readonly stagesMs: StageFigures;
  /** The networks' own time for the burst on one thread, ms. */
  readonly rawMs: number;
  readonly totalOverRaw: number;
  /** As many bursts at once as keep all workers busy. */
  readonly burstsPerSecond: number;
  /** What the networks alone allow with one thread a worker. */
  readonly rawBurstsPerSecond: number;
  readonly shareOfRaw: number;
  /** How late the thread that hands out the work ran meanwhile, ms. */
  readonly eventLoopDelayMs: { readonly p50: number; readonly p99: number };
}

export interface RecognitionBench {
  readonly pack: string;
  readonly workers: number;
  readonly bursts: readonly BurstFigures[];
  readonly peer: PeerFigures;
}

const BURSTS = [1, 3, 5];
const AS_A_PAYMENT: AnalyseOptions = { requireDepth: true, severalFaces: 'refuse' };
const NANOS_PER_MS = 1e6;
const WARM_UP = 4;
/** Bursts under way per worker: one at work, one waiting. */
const IN_FLIGHT = 2;

/**
 * Times recognition (decoding to embedding, without the gallery) against the networks alone and against
 * `@vladmandic/human` in the same run. Wants a quiet machine: whatever else runs is measured too.
 *
 * @throws NoPicturesError, PackNotInstalledError
 */
export async function benchRecognition(
  options: BenchRecognitionOptions,
): Promise<RecognitionBench> {
  const { durationMs, onProgress } = options;
  const pack = await loadInstalledPack(options.modelsDir, options.packName);
  const workers = availableParallelism();
  const offered = await benchFrames(options.picturesDir);
  const engine = await createFaceEngine({ pack, workers, queueCapacity: 64 });
  const bursts: BurstFigures[] = [];
  let pictures: ProbeFrame[] = [];
  try {
    pictures = await usable(engine, offered);
    onProgress(`${pictures.length} of ${offered.length} pictures show one usable face`);
    for (const frames of BURSTS) {
      onProgress(`bursts of ${frames}: the networks alone`);
      const single = await measureRawModels({ pack, threads: 1, durationMs });
      const raw = await measureRawModels({ pack, threads: workers, durationMs });
      const nextBurst = burstsOf(pictures, frames);
      onProgress(`bursts of ${frames}: one at a time`);
      for (let i = 0; i < WARM_UP; i += 1) await analyse(engine, nextBurst());
      const alone = await runFor(durationMs, 1, () => analyse(engine, nextBurst()));
      onProgress(`bursts of ${frames}: all workers busy`);
      const loopDelay = monitorEventLoopDelay({ resolution: 1 });
      loopDelay.enable();
      const busy = await runFor(durationMs, workers * IN_FLIGHT, () =>
        analyse(engine, nextBurst()),
      );
      loopDelay.disable();
      const totals = alone.done.map(({ totalMs }) => totalMs);
      const rawMs = single.frameMedianMs * frames;
      const burstsPerSecond = busy.done.length / (busy.elapsedMs / 1_000);
      const rawBurstsPerSecond = raw.framesPerSecond / frames;
      bursts.push({
        frames,
        totalMs: { p50: round(quantile(totals, 0.5)), p95: round(quantile(totals, 0.95)) },
        stagesMs: meanStages(
          alone.done.map(({ timings }) => timings),
          frames,
        ),
        rawMs: round(rawMs),
        totalOverRaw: round(quantile(totals, 0.5) / rawMs),
        burstsPerSecond: round(burstsPerSecond),
        rawBurstsPerSecond: round(rawBurstsPerSecond),
        shareOfRaw: round(burstsPerSecond / rawBurstsPerSecond),
        eventLoopDelayMs: {
          p50: round(loopDelay.percentile(50) / NANOS_PER_MS),
          p99: round(loopDelay.percentile(99) / NANOS_PER_MS),
        },
      });
    }
  } finally {
    await engine.close();
  }
  onProgress('the peer: @vladmandic/human');
  const peer = await measureHuman({ ...options, pictures });
  return { pack: pack.id, workers, bursts, peer };
}

/** Leaves out pictures that a payment would refuse. */
async function usable(engine: FaceEngine, offered: readonly ProbeFrame[]): Promise<ProbeFrame[]> {
  const good: ProbeFrame[] = [];
  for (const frame of offered) {
    if ((await engine.analyse([frame], AS_A_PAYMENT)).ok) good.push(frame);
  }
  if (good.length === 0) throw new NoPicturesError('no picture shows exactly one usable face');
  return good;
}

interface TimedBurst {
  readonly totalMs: number;
  readonly timings: AnalysisTimings;
}

async function analyse(engine: FaceEngine, frames: readonly ProbeFrame[]): Promise<TimedBurst> {
  const startedAt = performance.now();
  const result = await engine.analyse(frames, AS_A_PAYMENT);
  if (!result.ok) throw new Error(`a picture of the bench was refused: ${result.error.code}`);
  return { totalMs: performance.now() - startedAt, timings: result.value.timings };
}

/** Goes round the pictures: each burst shows one person. */
function burstsOf(pictures: readonly ProbeFrame[], frames: number): () => ProbeFrame[] {
  let turn = 0;
  return () => {
    const picture = present(pictures[turn % pictures.length], 'a picture');
    turn += 1;
    return Array.from({ length: frames }, () => picture);
  };
}

async function runFor<T>(
  durationMs: number,
  atOnce: number,
  run: () => Promise<T>,
): Promise<{ readonly done: T[]; readonly elapsedMs: number }> {
  const startedAt = performance.now();
  const done: T[] = [];
  const line = async (): Promise<void> => {
    while (performance.now() - startedAt < durationMs) done.push(await run());
  };
  await Promise.all(Array.from({ length: atOnce }, line));
  return { done, elapsedMs: performance.now() - startedAt };
}

function meanStages(timings: readonly AnalysisTimings[], frames: number): StageFigures {
  const mean = (stage: keyof StageFigures): number =>
    round(timings.reduce((sum, one) => sum + one[stage], 0) / timings.length / frames);
  return {
    decode: mean('decode'),
    detect: mean('detect'),
    pad: mean('pad'),
    embed: mean('embed'),
    networks: mean('networks'),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
