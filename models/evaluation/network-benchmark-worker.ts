import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../../shared/kernel/assert.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import { modelsOf } from '../packs/pack-manifest.ts';
import { syntheticPicture } from '../packs/synthetic-picture.ts';
import { Network } from '../runtime/network.ts';

export interface NetworkBenchmarkJob {
  readonly pack: InstalledPack;
  readonly seconds: number;
}

/** Milliseconds of each run of each network, in the order of `modelsOf`. */
export type NetworkBenchmarkRuns = readonly (readonly number[])[];

/** Sets that are run before any is counted: caches, branch predictors, the JIT. */
const WARM_UP_SETS = 5;

const port = present(parentPort, 'network-benchmark-worker.ts runs in a worker thread');
const { pack, seconds } = workerData as NetworkBenchmarkJob;

port.once('message', () => {
  void measure();
});
// Not zeros: activations that branch on the sign run a third faster on them than on any picture.
const loaded: { readonly network: Network; readonly input: Float32Array }[] = [];
for (const model of modelsOf(pack.manifest)) {
  const network = await Network.load(pack.dir, model, { spentMs: 0 });
  loaded.push({ network, input: syntheticPicture(model.input) });
}
port.postMessage('ready');

async function measure(): Promise<void> {
  for (let i = 0; i < WARM_UP_SETS; i += 1) {
    for (const { network, input } of loaded) await network.runOnValues(input);
  }
  const runs: number[][] = loaded.map(() => []);
  const endAt = performance.now() + seconds * 1_000;
  while (performance.now() < endAt) {
    for (const [i, { network, input }] of loaded.entries()) {
      const startedAt = performance.now();
      await network.runOnValues(input);
      runs[i]?.push(performance.now() - startedAt);
    }
  }
  port.postMessage(runs satisfies NetworkBenchmarkRuns);
  for (const { network } of loaded) await network.close();
  port.close();
}
