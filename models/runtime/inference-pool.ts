import { availableParallelism } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { present } from '../../shared/kernel/assert.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import type { MeshedFace } from './face-finder.ts';
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

/**
 * What the frames of one burst know of one another. While its first frame is under way, the others wait for the place of the
 * face as long as there is other work; where there is none, they look for it themselves.
 */
interface Burst {
  leader: 'waiting' | 'running' | 'done';
  /** Where the first frame showed the face. */
  face: MeshedFace | undefined;
}

interface Job {
  readonly task: FrameTask;
  readonly burst: Burst;
  readonly leads: boolean;
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
 * Worker threads with a pack's networks each. Invariants: a worker has at most one frame; of the frames that can gain
 * nothing by waiting, the one offered first starts first; every offered frame is settled exactly once.
 */
export class InferencePool {
  private readonly pack: InstalledPack;
  /** Whether later frames may follow the face by its mesh: not where faces are aligned by the detector's own points. */
  private readonly follows: boolean;
  private readonly slots: Slot[] = [];
  private readonly waiting: Job[] = [];
  private startFailures = 0;
  private started = false;
  private closing = false;

  private constructor(pack: InstalledPack) {
    this.pack = pack;
    this.follows = pack.manifest.embed.pointsFrom !== 'detect';
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

  /** Runs one frame on the next free worker: a burst of one. */
  async run(task: FrameTask): Promise<FrameResult> {
    const [result] = await this.runBurst([task]);
    return present(result, 'the result of a frame');
  }

  /**
   * Runs a burst's frames on the next free workers. The tasks' buffers are handed over, not copied: they must
   * not be used afterwards.
   *
   * @param tasks in the order in which they were taken; where the face is followed, the detector looks at the first only
   * @param onStart called when a worker takes the first of them, before anything comes back
   * @throws InferenceFault when a worker dies over one of them or the pool closes
   */
  async runBurst(
    tasks: readonly FrameTask[],
    onStart: () => void = () => undefined,
  ): Promise<FrameResult[]> {
    if (this.closing || this.slots.length === 0) {
      throw new InferenceFault('the inference pool has no workers');
    }
    const offeredAt = performance.now();
    const burst: Burst = { leader: 'waiting', face: undefined };
    const results = tasks.map(
      (task, i) =>
        new Promise<FrameResult>((resolve, reject) => {
          const leads = i === 0;
          const begun = leads ? onStart : () => undefined;
          this.waiting.push({
            task,
            burst,
            leads,
            offeredAt,
            onStart: begun,
            waitedMs: 0,
            resolve,
            reject,
          });
        }),
    );
    this.dispatch();
    return Promise.all(results);
  }

  /** Has every worker overwrite what its embedding networks hold of earlier faces, after the frame that it has. */
  async forget(): Promise<void> {
    await Promise.all(this.slots.filter(({ ready }) => ready).map(forgetting));
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
      const job = this.next();
      if (!job) return;
      slot.job = job;
      job.waitedMs = performance.now() - job.offeredAt;
      job.onStart();
      if (job.leads) job.burst.leader = 'running';
      const { colour, depth, infrared } = job.task;
      const pictures = [colour, depth?.png, infrared?.png].filter((bytes) => bytes !== undefined);
      const buffers = pictures.map(({ buffer }) => buffer as ArrayBuffer);
      const { face } = job.burst;
      const task = face ? { ...job.task, follow: face } : job.task;
      slot.worker.postMessage({ kind: 'frame', task } satisfies ToWorker, buffers);
    }
  }

  /** The frame offered first among those that gain nothing by waiting; of the others where there is none. */
  private next(): Job | undefined {
    const ready = this.waiting.findIndex(({ burst }) => burst.leader !== 'running');
    const [job] = this.waiting.splice(Math.max(0, ready), 1);
    return job;
  }

  private settle(job: Job, report: FrameReport): void {
    const { burst, leads } = job;
    if (leads) {
      burst.leader = 'done';
      burst.face = this.follows && report.outcome.ok ? report.outcome.value.face : undefined;
    }
    job.resolve({ report, waitedMs: job.waitedMs });
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
        } else if (message.kind === 'report') {
          const { job } = slot;
          slot.job = undefined;
          if (job) this.settle(job, message.report);
        }
        this.dispatch();
      });
      let fault: unknown;
      worker.on('error', (error) => {
        fault = error;
      });
      worker.on('exit', () => {
        const broken = new InferenceFault('an inference worker ended', { cause: fault });
        if (slot.job) {
          slot.job.burst.leader = 'done';
          slot.job.reject(broken);
        }
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

/** A worker that ends meanwhile takes its memory with it. */
function forgetting({ worker }: Slot): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      worker.off('message', hear).off('exit', settle);
      resolve();
    };
    const hear = (message: FromWorker): void => {
      if (message.kind === 'forgotten') settle();
    };
    worker.on('message', hear).on('exit', settle);
    worker.postMessage({ kind: 'forget' } satisfies ToWorker);
  });
}
