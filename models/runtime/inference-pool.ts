import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { InstalledPack } from '../packs/installed-pack.ts';
import type { FrameReport, FrameTask } from './frame-pipeline.ts';
import type { FromWorker, ToWorker } from './inference-worker.ts';

/** A worker died of a fault while it had this frame, or the pool was closed before its turn came. */
export class InferenceFault extends Error {
  override readonly name = 'InferenceFault';
}

/** A frame's report and how long it waited for a worker, ms. */
export interface FrameResult {
  readonly report: FrameReport;
  readonly waitedMs: number;
}

interface Job {
  readonly task: FrameTask;
  readonly offeredAt: number;
  readonly onStart: () => void;
  waitedMs: number;
  readonly resolve: (result: FrameResult) => void;
  readonly reject: (reason: Error) => void;
}

interface Slot {
  worker: Worker;
  /** Set once the networks are loaded. */
  ready: boolean;
  job: Job | undefined;
}

/** A worker that dies this often in a row before it was ever ready will not do better the next time. */
const MAX_START_FAILURES = 3;

/**
 * Worker threads with a pack's networks each. Invariants: a worker has at most one frame; frames start in
 * the order in which they were offered; every offered frame is settled exactly once.
 */
export class InferencePool {
  private readonly pack: InstalledPack;
  private readonly slots: Slot[] = [];
  private readonly waiting: Job[] = [];
  private startFailures = 0;
  private started = false;
  private closing = false;

  private constructor(pack: InstalledPack) {
    this.pack = pack;
  }

  /**
   * Starts the workers and waits until all have loaded their networks.
   *
   * @throws InferenceFault when a worker cannot start, e.g. because a file of the pack is broken
   */
  static async start(
    pack: InstalledPack,
    workers = availableParallelism(),
  ): Promise<InferencePool> {
    // A frame leaves a few megabytes of dead pictures. At the size that a new heap starts with, V8 collects
    // all of it every sixth frame, which costs a tenth of the frame's time; see docs/performance.md.
    setFlagsFromString('--initial-old-space-size=256');
    const pool = new InferencePool(pack);
    try {
      await Promise.all(Array.from({ length: workers }, () => pool.addWorker()));
    } catch (error) {
      await pool.close();
      throw error;
    }
    pool.started = true;
    return pool;
  }

  get workers(): number {
    return this.slots.length;
  }

  /** Whether a frame offered now would start at once. */
  get hasFreeWorker(): boolean {
    return this.waiting.length === 0 && this.slots.some((slot) => slot.ready && !slot.job);
  }

  /**
   * Runs one frame on the next free worker. The task's buffers are handed over, not copied: they must not
   * be used afterwards.
   *
   * @param onStart called when a worker takes the frame, before anything comes back
   * @throws InferenceFault when the worker dies over it or the pool closes
   */
  run(task: FrameTask, onStart: () => void = () => undefined): Promise<FrameResult> {
    if (this.closing || this.slots.length === 0) {
      return Promise.reject(new InferenceFault('the inference pool has no workers'));
    }
    return new Promise((resolve, reject) => {
      const offeredAt = performance.now();
      this.waiting.push({ task, offeredAt, onStart, waitedMs: 0, resolve, reject });
      this.dispatch();
    });
  }

  /** Lets running frames end, refuses waiting ones, stops the workers. */
  async close(): Promise<void> {
    this.closing = true;
    for (const job of this.waiting.splice(0)) {
      job.reject(new InferenceFault('the inference pool was closed'));
    }
    await Promise.all(
      this.slots.map(async (slot) => {
        const ended = new Promise<void>((resolve) => slot.worker.once('exit', () => resolve()));
        slot.worker.postMessage({ kind: 'end' } satisfies ToWorker);
        await ended;
      }),
    );
  }

  private dispatch(): void {
    for (const slot of this.slots) {
      if (!slot.ready || slot.job) continue;
      const job = this.waiting.shift();
      if (!job) return;
      slot.job = job;
      job.waitedMs = performance.now() - job.offeredAt;
      job.onStart();
      const { colour, depth } = job.task;
      const buffers = [colour.buffer, ...(depth ? [depth.png.buffer] : [])] as ArrayBuffer[];
      slot.worker.postMessage({ kind: 'frame', task: job.task } satisfies ToWorker, buffers);
    }
  }

  private addWorker(): Promise<void> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./inference-worker.ts', import.meta.url), {
        workerData: this.pack,
      });
      const slot: Slot = { worker, ready: false, job: undefined };
      this.slots.push(slot);
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'ready') {
          slot.ready = true;
          this.startFailures = 0;
          resolve();
        } else {
          const { job } = slot;
          slot.job = undefined;
          job?.resolve({ report: message.report, waitedMs: job.waitedMs });
        }
        this.dispatch();
      });
      let fault: unknown;
      worker.on('error', (error) => {
        fault = error;
      });
      worker.on('exit', () => {
        const broken = new InferenceFault('an inference worker ended', { cause: fault });
        slot.job?.reject(broken);
        reject(broken);
        this.slots.splice(this.slots.indexOf(slot), 1);
        if (this.started && !this.closing) this.replace(slot);
      });
    });
  }

  /** A worker that was at work is started anew; one that never came up is given up after some tries. */
  private replace(slot: Slot): void {
    if (!slot.ready) this.startFailures += 1;
    if (this.startFailures < MAX_START_FAILURES) {
      this.addWorker().catch(() => undefined);
    } else if (this.slots.length === 0) {
      for (const job of this.waiting.splice(0)) {
        job.reject(new InferenceFault('no inference worker can be started'));
      }
    }
  }
}
