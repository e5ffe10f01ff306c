import { MAX_FRAMES, type ProbeFrame } from '../../shared/contracts/terminal-frames.ts';
import { assert } from '../../shared/kernel/assert.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import type {
  AnalyseOptions,
  AnalysisFailure,
  AnalysisTimings,
  BurstAnalysis,
  FaceEngine,
} from './analysis.ts';
import { fuseBurst } from './burst-fusion.ts';
import type { FrameOptions, FrameTask, Looks } from './frame-pipeline.ts';
import { type FrameResult, InferencePool } from './inference-pool.ts';
import { judgeLight } from './light-challenge.ts';
import type { LightSample } from './light-sample.ts';

export interface FaceEngineOptions {
  readonly pack: InstalledPack;
  /** Worker threads; one per core is best. */
  readonly workers: number;
  /** Bursts that may wait for a worker; one more is answered `busy`. */
  readonly queueCapacity: number;
}

/**
 * Starts the vision pipeline on worker threads; resolves once every worker has loaded the pack's networks.
 *
 * @throws InferenceFault when the networks cannot be loaded
 */
export async function createFaceEngine(options: FaceEngineOptions): Promise<FaceEngine> {
  const { pack, workers, queueCapacity } = options;
  const pool = await InferencePool.start(pack, workers);
  let waiting = 0;

  return {
    packId: pack.id,
    dimension: pack.manifest.embed.dimension,
    get queueDepth() {
      return waiting;
    },
    async analyse(frames, how): Promise<Result<BurstAnalysis, AnalysisFailure>> {
      assert(frames.length >= 1 && frames.length <= MAX_FRAMES, 'a burst has 1 to 5 frames');
      if (!pool.hasFreeWorker && waiting >= queueCapacity) {
        return err({ code: 'busy', timings: NO_TIME });
      }
      let started = false;
      waiting += 1;
      const onStart = (): void => {
        if (!started) waiting -= 1;
        started = true;
      };
      const tasks = frames.map((frame, i) => {
        const looks = pack.manifest.embed.flip ? looksAt(how.severalFaces, i) : 'plain';
        return frameTask(frame, {
          severalFaces: how.severalFaces,
          looks,
          light: Boolean(how.light),
        });
      });
      const results = await runFrames(pool, tasks, { how, onStart }).finally(onStart);
      const timings = sumTimings(results);
      const outcome = fuseBurst(
        results.map(({ report }) => report.outcome),
        {
          ...pack.manifest.thresholds.pad,
          requireDepth: how.requireDepth,
          requireInfrared: how.requireInfrared ?? false,
          sameFace: pack.manifest.thresholds.burst.sameFace,
        },
      );
      for (const { report } of results) {
        if (report.outcome.ok) report.outcome.value.embedding.fill(0);
      }
      if (!outcome.ok) return err({ code: outcome.error, timings });
      const light = how.light ? judgeLight(how.light, lightSamples(frames, results)) : null;
      return ok({ packId: pack.id, ...outcome.value, light, timings });
    },
    forget: () => pool.forget(),
    close: () => pool.close(),
  };
}

/** A payment's frames follow one another within moments; photographs to enrol are pictures of their own. */
async function runFrames(
  pool: InferencePool,
  tasks: readonly FrameTask[],
  { how, onStart }: { readonly how: AnalyseOptions; readonly onStart: () => void },
): Promise<FrameResult[]> {
  if (how.severalFaces === 'refuse') return pool.runBurst(tasks, onStart);
  const photographs = await Promise.all(tasks.map((task) => pool.runBurst([task], onStart)));
  return photographs.flat();
}

/**
 * A photograph to enrol has the time for both looks. A payment's burst takes them in turn, which costs nothing: its fused
 * embedding holds both all the same (docs/recognition.md).
 */
function looksAt(policy: AnalyseOptions['severalFaces'], frame: number): Looks {
  if (policy === 'largest') return 'both';
  return frame % 2 === 0 ? 'plain' : 'mirrored';
}

/** Copies each picture once, out of the message it came in, so that it can be handed over to a worker. */
function frameTask(
  frame: ProbeFrame,
  options: Pick<FrameOptions, 'severalFaces' | 'looks' | 'light'>,
): FrameTask {
  const { colour, depth, infrared } = frame;
  return {
    // Not `colour.slice()`: a Buffer's slice is a view on the message. Nor `Uint8Array.from`, which goes byte by byte.
    colour: new Uint8Array(colour),
    ...(depth && { depth: { png: new Uint8Array(depth.png), focalPx: depth.focalPx } }),
    ...(infrared && { infrared: { ...infrared, png: new Uint8Array(infrared.png) } }),
    options: { ...options, enforceQuality: true, pad: true },
  };
}

/** Frames that belong to no step show the room's light, or one that nobody asked for. */
function lightSamples(
  frames: readonly ProbeFrame[],
  results: readonly FrameResult[],
): (LightSample | null)[] {
  return results.map(({ report: { outcome } }, i) =>
    outcome.ok && frames[i]?.lightStep !== undefined ? (outcome.value.light ?? null) : null,
  );
}

const NO_TIME: AnalysisTimings = {
  queue: 0,
  decode: 0,
  detect: 0,
  pad: 0,
  embed: 0,
  networks: 0,
};

/** The burst waited as long as its first frame did; the rest is the sum over its frames. */
function sumTimings(results: readonly FrameResult[]): AnalysisTimings {
  const sum = { ...NO_TIME, queue: Math.min(...results.map(({ waitedMs }) => waitedMs)) };
  for (const { report } of results) {
    sum.decode += report.timings.decode;
    sum.detect += report.timings.detect;
    sum.pad += report.timings.pad;
    sum.embed += report.timings.embed;
    sum.networks += report.timings.networks;
  }
  return sum;
}
