import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Run, type RunResult, Simulator } from './simulate.ts';

/** Seeds one after another, from the first on. */
export interface Seeds {
  readonly first: number;
  readonly count: number;
}

/** What a thread is given: the seeds that all of them share, and where the next one to be run is kept. */
export interface SeedTask {
  readonly seeds: Seeds;
  readonly run: Omit<Run, 'seed' | 'tell'>;
  readonly taken: SharedArrayBuffer;
}

/**
 * Runs seeds, on as many threads as are wanted, each with databases of its own. A run is the same wherever it is run.
 *
 * @param onResult is given each result, in the order in which they come
 */
export async function runSeeds(
  order: Omit<SeedTask, 'taken'> & { readonly threads: number; readonly tell?: Run['tell'] },
  onResult: (result: RunResult) => void,
): Promise<void> {
  const { seeds, run, threads, tell } = order;
  if (threads > 1) {
    const task: SeedTask = { seeds, run, taken: new SharedArrayBuffer(4) };
    await Promise.all(Array.from({ length: threads }, () => onThread(task, onResult)));
    return;
  }
  const simulator = await Simulator.create();
  for (let at = 0; at < seeds.count; at += 1) {
    onResult(await simulator.run({ ...run, tell, seed: seeds.first + at }));
  }
  await simulator.close();
}

async function onThread(task: SeedTask, onResult: (result: RunResult) => void): Promise<void> {
  const worker = new Worker(new URL('./seeds-worker.ts', import.meta.url), { workerData: task });
  worker.on('message', onResult);
  await once(worker, 'exit');
}
