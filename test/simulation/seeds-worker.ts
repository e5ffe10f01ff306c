import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../../shared/kernel/assert.ts';
import type { SeedTask } from './seeds.ts';
import { Simulator } from './simulate.ts';

const port = present(parentPort, 'seeds-worker.ts runs in a worker thread');
const { seeds, run, taken, current, dir } = workerData as SeedTask;
const counter = new Int32Array(taken);
const at = new Uint32Array(current);
const simulator = await Simulator.create(dir);
for (;;) {
  const nth = Atomics.add(counter, 0, 1);
  if (nth >= seeds.count) break;
  const seed = seeds.first + nth;
  at[0] = seed;
  port.postMessage(await simulator.run({ ...run, seed }));
}
await simulator.close();
