import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { GalleryTask, StretchDone } from './gallery-worker.ts';

/** Threads that do a task together. */
export class GalleryThreads {
  private readonly workers: readonly Worker[];

  private constructor(workers: readonly Worker[]) {
    this.workers = workers;
  }

  static async start(task: GalleryTask, threads: number): Promise<GalleryThreads> {
    const workers = Array.from(
      { length: threads },
      () => new Worker(new URL('./gallery-worker.ts', import.meta.url), { workerData: task }),
    );
    await Promise.all(workers.map(async (worker) => once(worker, 'message')));
    return new GalleryThreads(workers);
  }

  /** Cuts `total` into as many stretches as there are threads. @param step every cut is a multiple of it */
  async run(total: number, step = 1): Promise<StretchDone[]> {
    const count = this.workers.length;
    const cut = (i: number): number =>
      i === count ? total : Math.floor((total * i) / count / step) * step;
    return Promise.all(
      this.workers.map(async (worker, i) => {
        worker.postMessage({ from: cut(i), to: cut(i + 1) });
        const [done] = (await once(worker, 'message')) as [StretchDone];
        return done;
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }
}
