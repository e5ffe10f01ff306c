import { Worker } from 'node:worker_threads';
import { assert } from '../../shared/kernel/assert.ts';
import type {
  FileReply,
  FileTask,
  OpenerSettings,
  RowsReply,
  RowsTask,
} from './opener-messages.ts';

/** The thread is gone. */
export class OpenerFault extends Error {
  override readonly name = 'OpenerFault';
}

/** A thread that opens sealed templates, one piece after the other. */
export class Opener {
  private readonly worker: Worker;
  private waiting:
    | { resolve(reply: FileReply | RowsReply): void; reject(fault: Error): void }
    | undefined;
  private ended: OpenerFault | undefined;

  constructor(settings: OpenerSettings) {
    this.worker = new Worker(new URL('./opener-worker.ts', import.meta.url), {
      workerData: settings,
    });
    let cause: unknown;
    this.worker.on('message', (reply: FileReply | RowsReply) => {
      const { waiting } = this;
      this.waiting = undefined;
      waiting?.resolve(reply);
    });
    this.worker.on('error', (error) => {
      cause = error;
    });
    this.worker.on('exit', () => {
      this.ended = new OpenerFault('an opener thread ended', { cause });
      this.waiting?.reject(this.ended);
    });
  }

  /** One task at a time. What it gives lies in memory that the next task overwrites. @throws OpenerFault */
  run(task: FileTask): Promise<FileReply>;
  run(task: RowsTask): Promise<RowsReply>;
  run(task: FileTask | RowsTask): Promise<FileReply | RowsReply> {
    assert(!this.waiting, 'one task at a time');
    if (this.ended) return Promise.reject(this.ended);
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.worker.postMessage(task);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
