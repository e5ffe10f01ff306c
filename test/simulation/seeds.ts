import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { type Run, type RunResult, Simulator } from './simulate.ts';

/** Seeds one after another, from the first on. */
export interface Seeds {
  readonly first: number;
  readonly count: number;
}

/** What a thread is given. */
export interface SeedTask {
  readonly seeds: Seeds;
  readonly run: Omit<Run, 'seed' | 'tell'>;
  /** Where disks are. */
  readonly dir: string;
  /** How many of the seeds are taken, by all threads; Int32. */
  readonly taken: SharedArrayBuffer;
  /** The seed that this thread is at; Uint32. */
  readonly current: SharedArrayBuffer;
}

/** A run ended before its audit: the program itself has failed. */
class SeedFailedError extends Error {
  override readonly name = 'SeedFailedError';
}

/**
 * Runs seeds, on as many threads as are wanted, each with databases of its own. A run is the same wherever it is run.
 *
 * @param onResult is given each result, in the order in which they come
 */
export async function runSeeds(
  order: Pick<SeedTask, 'seeds' | 'run' | 'dir'> & {
    readonly threads: number;
    readonly tell?: Run['tell'];
  },
  onResult: (result: RunResult) => void,
): Promise<void> {
  const { seeds, run, dir, threads, tell } = order;
  if (threads > 1) {
    const taken = new SharedArrayBuffer(4);
    const workers = Array.from({ length: threads }, () => startThread({ seeds, run, dir, taken }));
    try {
      await Promise.all(workers.map((worker) => resultsOf(worker, onResult)));
    } finally {
      await Promise.all(workers.map(({ thread }) => thread.terminate()));
    }
    return;
  }
  const simulator = await Simulator.create(dir);
  for (let at = 0; at < seeds.count; at += 1) {
    onResult(await simulator.run({ ...run, tell, seed: seeds.first + at }));
  }
  await simulator.close();
}

interface SeedWorker {
  readonly thread: Worker;
  readonly current: SharedArrayBuffer;
}

function startThread(order: Omit<SeedTask, 'current'>): SeedWorker {
  const current = new SharedArrayBuffer(4);
  const workerData: SeedTask = { ...order, current };
  return {
    current,
    thread: new Worker(new URL('./seeds-worker.ts', import.meta.url), { workerData }),
  };
}

/** @throws SeedFailedError with the seed at which the thread has failed */
async function resultsOf(
  { thread, current }: SeedWorker,
  onResult: (result: RunResult) => void,
): Promise<void> {
  thread.on('message', onResult);
  try {
    await once(thread, 'exit');
  } catch (cause) {
    const why = cause instanceof Error ? cause.stack : String(cause);
    throw new SeedFailedError(`seed ${new Uint32Array(current)[0]}: ${why}`, { cause });
  }
}
