import { parentPort, workerData } from 'node:worker_threads';
import { present, unreachable } from '../../shared/kernel/assert.ts';
import type { Candidate } from './gallery-index.ts';
import { GalleryRows } from './gallery-rows.ts';

export interface IndexWorkerData {
  readonly memory: WebAssembly.Memory;
  readonly dimension: number;
  readonly initialCapacity: number;
}

/** Commands are carried out one after the other, in the order in which they were given. */
export type IndexCommand =
  | { readonly kind: 'insert'; readonly id: string; readonly embedding: Float32Array }
  | { readonly kind: 'erase'; readonly id: string }
  | { readonly kind: 'search'; readonly embedding: Float32Array; readonly top: number };

export interface IndexRequest {
  readonly number: number;
  readonly command: IndexCommand;
}

export interface IndexReply {
  readonly number: number;
  readonly size: number;
  readonly elapsedMs: number;
  readonly erased: boolean;
  readonly candidates: readonly Candidate[];
  /** Why the command was refused; nothing was changed then. */
  readonly error?: Error;
}

const port = present(parentPort, 'index-worker.ts runs in a worker thread');
const { memory, dimension, initialCapacity } = workerData as IndexWorkerData;
const rows = new GalleryRows(memory, { dimension, initialCapacity });

port.on('message', ({ number, command }: IndexRequest) => {
  const startedAt = performance.now();
  const done = carryOut(command);
  const elapsedMs = performance.now() - startedAt;
  port.postMessage({ number, size: rows.size, elapsedMs, ...done } satisfies IndexReply);
});

function carryOut(command: IndexCommand): Pick<IndexReply, 'erased' | 'candidates' | 'error'> {
  const nothing = { erased: false, candidates: [] };
  try {
    switch (command.kind) {
      case 'insert':
        rows.insert(command.id, command.embedding);
        return nothing;
      case 'erase':
        return { ...nothing, erased: rows.erase(command.id) };
      case 'search':
        return { ...nothing, candidates: rows.search(command.embedding, command.top) };
      default:
        return unreachable(command);
    }
  } catch (error) {
    return { ...nothing, error: error as Error };
  } finally {
    // The message's own copy of the face goes too.
    if (command.kind !== 'erase') command.embedding.fill(0);
  }
}
