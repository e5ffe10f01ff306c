import { Worker } from 'node:worker_threads';
import {
  type GalleryIndex,
  IndexFault,
  type SearchOptions,
  type SearchResult,
  type TemplateBatch,
  type TemplateUpdate,
} from './gallery-index.ts';
import {
  errorOf,
  type IndexCommand,
  type IndexReply,
  type IndexRequest,
} from './index-messages.ts';
import type { IndexSettings } from './index-settings.ts';

interface Pending {
  readonly resolve: (reply: IndexReply) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * A gallery index on a thread of its own, whatever the engine: searches of a large gallery take
 * milliseconds, which the event loop must not stand still for. The thread carries out one command after
 * the other, which makes every search consistent.
 */
class ThreadedIndex implements GalleryIndex {
  readonly dimension: number;
  name = '';
  size = 0;
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private lastNumber = 0;
  private ended: Error | undefined;

  constructor(worker: Worker, dimension: number) {
    this.worker = worker;
    this.dimension = dimension;
    let fault: unknown;
    worker.on('message', (reply: IndexReply) => this.settle(reply));
    worker.on('error', (error) => {
      fault = error;
    });
    worker.on('exit', () => {
      const ended = new IndexFault('the index worker ended', { cause: fault });
      this.ended ??= ended;
      for (const { reject } of this.pending.values()) reject(ended);
      this.pending.clear();
    });
  }

  /** Resolves when the engine is open. */
  opened(): Promise<IndexReply> {
    return new Promise((resolve, reject) => {
      this.pending.set(0, { resolve, reject });
    });
  }

  async insert(id: string, embedding: Float32Array): Promise<void> {
    await this.insertMany({ ids: [id], embeddings: embedding });
  }

  async insertMany(insert: TemplateBatch): Promise<void> {
    await this.update({ erase: [], insert });
  }

  async erase(id: string): Promise<boolean> {
    return (await this.ask({ kind: 'update', erase: [id] }, [])).erased > 0;
  }

  async update({ erase, insert }: TemplateUpdate): Promise<void> {
    if (!insert) {
      await this.ask({ kind: 'update', erase }, []);
      return;
    }
    const { ids, embeddings } = insert;
    if (!(embeddings.buffer instanceof ArrayBuffer)) {
      await this.ask({ kind: 'update', erase, insert }, []);
      return;
    }
    // A copy of these values alone: the array may be a view on a larger buffer, which would be cloned whole.
    const copy = new Float32Array(embeddings);
    const copied = { ids, embeddings: copy };
    await this.ask({ kind: 'update', erase, insert: copied }, [copy.buffer]);
  }

  async search(embedding: Float32Array, options: SearchOptions): Promise<SearchResult> {
    const copy = new Float32Array(embedding);
    const reply = await this.ask({ kind: 'search', embedding: copy, options }, [copy.buffer]);
    const { candidates, certified, elapsedMs } = reply;
    return { candidates, certified, elapsedMs };
  }

  async close(): Promise<void> {
    if (!this.ended) {
      const closed = this.ask({ kind: 'close' }, []);
      this.ended = new IndexFault('the index is closed');
      // a worker that fails in closing is ended all the same
      await Promise.allSettled([closed]);
    }
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
    this.name = reply.name;
    this.size = reply.size;
    if (reply.refusal) pending?.reject(errorOf(reply.refusal));
    else pending?.resolve(reply);
  }
}

/**
 * Starts an empty index.
 *
 * @throws IndexUnavailableError where the engine cannot run: a package or a library is not there, or not
 * made for this machine
 */
export async function openGalleryIndex(settings: IndexSettings): Promise<GalleryIndex> {
  const worker = new Worker(new URL('./index-worker.ts', import.meta.url), {
    workerData: settings,
  });
  const index = new ThreadedIndex(worker, settings.dimension);
  try {
    await index.opened();
    return index;
  } catch (error) {
    await worker.terminate();
    throw error;
  }
}
