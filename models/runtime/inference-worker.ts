import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../../shared/kernel/assert.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import { FramePipeline, type FrameReport, type FrameTask } from './frame-pipeline.ts';

/** What a worker is told and what it tells. One task at a time per worker. */
export type ToWorker =
  | { readonly kind: 'frame'; readonly task: FrameTask }
  | { readonly kind: 'forget' }
  | { readonly kind: 'end' };

export type FromWorker =
  | { readonly kind: 'ready' }
  | { readonly kind: 'report'; readonly report: FrameReport }
  | { readonly kind: 'forgotten' };

const port = present(parentPort, 'inference-worker.ts runs in a worker thread');
const pipeline = await FramePipeline.load(workerData as InstalledPack);

// In turn: the end must not pull the networks away from under a frame.
let turn = Promise.resolve();
port.on('message', (message: ToWorker) => {
  turn = turn.then(() => answer(message));
});
port.postMessage({ kind: 'ready' } satisfies FromWorker);

/** A fault is not caught: it ends the worker, and the pool starts another with fresh sessions. */
async function answer(message: ToWorker): Promise<void> {
  if (message.kind === 'end') {
    await pipeline.close();
    port.close();
    return;
  }
  if (message.kind === 'forget') {
    await pipeline.forget();
    port.postMessage({ kind: 'forgotten' } satisfies FromWorker);
    return;
  }
  const report = await pipeline.analyse(message.task);
  const { outcome } = report;
  port.postMessage(
    { kind: 'report', report } satisfies FromWorker,
    outcome.ok ? [outcome.value.embedding.buffer as ArrayBuffer] : [],
  );
}
