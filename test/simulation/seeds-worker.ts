import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../../shared/kernel/assert.ts';
import type { SeedTask } from './seeds.ts';
import { Simulator } from './simulate.ts';

const port = present(parentPort, 'seeds-worker.ts runs in a worker thread');
const { seeds, run, taken } = workerData as SeedTask;
const counter = new Int32Array(taken);
const simulator = await Simulator.create();
for (;;) {
  const at = Atomics.add(counter, 0, 1);
  if (at >= seeds.count) break;
  port.postMessage(await simulator.run({ ...run, seed: seeds.first + at }));
}
await simulator.close();
