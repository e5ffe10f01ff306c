import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { present } from '../../shared/kernel/assert.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import { modelsOf, type PackModel } from '../packs/pack-manifest.ts';
import { syntheticPicture } from '../packs/synthetic-picture.ts';

/** Runs a pack's networks one after another on a fixed input, and nothing else: the limit that a pipeline is held against. */

export interface RawModelsTask {
  readonly pack: InstalledPack;
  /** How long to run after the warm-up, ms. */
  readonly durationMs: number;
  /** The detector runs in every n-th frame: 1 is each network once a frame. */
  readonly detectEvery: number;
}

export interface RawModelsReport {
  /** Frames, each through every network once but, where it is not its turn, the detector. */
  readonly frames: number;
  readonly elapsedMs: number;
  /** Time of each frame, ms. */
  readonly frameMs: readonly number[];
}

const WARM_UP_FRAMES = 10;
/** YuNet takes any size; the pipeline gives it the camera's. */
const ANY_SIZE = { width: 640, height: 480 };

const port = present(parentPort, 'raw-models-worker.ts runs in a worker thread');
const task = workerData as RawModelsTask;
const detector = task.pack.manifest.detect.model;
const networks = await Promise.all(modelsOf(task.pack.manifest).map(load));
for (let i = 0; i < WARM_UP_FRAMES; i += 1) await runFrame(i);
port.postMessage('ready');
port.once('message', () => {
  void measure().then((report) => port.postMessage(report));
});

async function load(
  model: PackModel,
): Promise<{ model: PackModel; session: InferenceSession; feed: Record<string, Tensor> }> {
  const session = await InferenceSession.create(join(task.pack.dir, model.file), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
  });
  const width = model.input.width > 0 ? model.input.width : ANY_SIZE.width;
  const height = model.input.height > 0 ? model.input.height : ANY_SIZE.height;
  // Not zeros: on those some networks run a third faster than on any picture.
  const data = syntheticPicture({ ...model.input, width, height });
  const dims = model.input.layout === 'nchw' ? [1, 3, height, width] : [1, height, width, 3];
  return { model, session, feed: { [model.input.name]: new Tensor('float32', data, dims) } };
}

async function runFrame(frame: number): Promise<void> {
  for (const { model, session, feed } of networks) {
    if (model !== detector || frame % task.detectEvery === 0) await session.run(feed);
  }
}

async function measure(): Promise<RawModelsReport> {
  const startedAt = performance.now();
  const frameMs: number[] = [];
  while (performance.now() - startedAt < task.durationMs) {
    const frameStart = performance.now();
    await runFrame(frameMs.length);
    frameMs.push(performance.now() - frameStart);
  }
  return { frames: frameMs.length, elapsedMs: performance.now() - startedAt, frameMs };
}
