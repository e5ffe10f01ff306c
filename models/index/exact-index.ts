import { Worker } from 'node:worker_threads';
import type { GalleryIndex, SearchResult } from './gallery-index.ts';
import type { IndexCommand, IndexReply, IndexRequest, IndexWorkerData } from './index-worker.ts';
import { createKernelMemory } from './kernel/scan-kernel.ts';

/** The index's worker is gone; the gallery has to be rebuilt from the database. */
export class IndexFault extends Error {
  override readonly name = 'IndexFault';
}

export interface ExactIndexOptions {
  /** Values per embedding, 1 to 2,048. */
  readonly dimension: number;
  /** Rows to make room for at once; it grows by itself. */
  readonly initialCapacity: number;
}

interface Pending {
  readonly resolve: (reply: IndexReply) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * A resident gallery that always finds what a full float32 scan would find: every answer is certified.
 *
 * The memory is shared; its worker thread alone writes and scans it, one command after the other, so a
 * search sees every insert and erasure that was asked for before it and none that was asked for after.
 */
export class ExactIndex implements GalleryIndex {
  readonly name = 'wasm-int8-exact';
  readonly dimension: number;
  /** What the worker works on; shared, so that erasure can be checked from outside. */
  readonly memory: WebAssembly.Memory;
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private lastNumber = 0;
  private rows = 0;
  private ended: Error | undefined;

  private constructor(worker: Worker, data: IndexWorkerData) {
    this.worker = worker;
    this.dimension = data.dimension;
    this.memory = data.memory;
    let fault: unknown;
    worker.on('message', (reply: IndexReply) => this.settle(reply));
    worker.on('error', (error) => {
      fault = error;
    });
    worker.on('exit', () => {
      const ended = new IndexFault('the index worker ended', { cause: fault });
      this.ended = ended;
      for (const { reject } of this.pending.values()) reject(ended);
      this.pending.clear();
    });
  }

  /** @internal */
  static start(options: ExactIndexOptions): Promise<ExactIndex> {
    const data: IndexWorkerData = { ...options, memory: createKernelMemory() };
    const worker = new Worker(new URL('./index-worker.ts', import.meta.url), { workerData: data });
    const index = new ExactIndex(worker, data);
    return new Promise((resolve, reject) => {
      worker.once('online', () => resolve(index));
      worker.once('exit', () => reject(index.ended ?? new IndexFault('the index worker ended')));
    });
  }

  get size(): number {
    return this.rows;
  }

  /** @throws RangeError for another dimension or length than 1; GalleryFullError */
  async insert(id: string, embedding: Float32Array): Promise<void> {
    // A copy of these values alone: the array may be a view on a larger buffer, which would be cloned whole.
    const copy = Float32Array.from(embedding);
    await this.ask({ kind: 'insert', id, embedding: copy }, [copy.buffer]);
  }

  async erase(id: string): Promise<boolean> {
    return (await this.ask({ kind: 'erase', id }, [])).erased;
  }

  /** @throws RangeError as `insert` */
  async search(embedding: Float32Array, top: number): Promise<SearchResult> {
    const copy = Float32Array.from(embedding);
    const reply = await this.ask({ kind: 'search', embedding: copy, top }, [copy.buffer]);
    return { candidates: reply.candidates, certified: true, elapsedMs: reply.elapsedMs };
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private ask(command: IndexCommand, transfer: ArrayBuffer[]): Promise<IndexReply> {
    const { ended } = this;
    if (ended) return Promise.reject(ended);
    this.lastNumber += 1;
    const request: IndexRequest = { number: this.lastNumber, command };
    return new Promise((resolve, reject) => {
      this.pending.set(request.number, { resolve, reject });
      this.worker.postMessage(request, transfer);
    });
  }

  private settle(reply: IndexReply): void {
    const pending = this.pending.get(reply.number);
    this.pending.delete(reply.number);
    this.rows = reply.size;
    if (reply.error) pending?.reject(reply.error);
    else pending?.resolve(reply);
  }
}

/** Starts an empty exact index on a worker thread of its own. */
export function createExactIndex(options: ExactIndexOptions): Promise<ExactIndex> {
  return ExactIndex.start(options);
}
