import { parentPort, workerData } from 'node:worker_threads';
import { assert, present, unreachable } from '../../shared/kernel/assert.ts';
import { checkBatch, checkEmbedding, type IndexEngine, MAX_TOP } from './index-engine.ts';
import {
  type IndexCommand,
  type IndexReply,
  type IndexRequest,
  refusalOf,
} from './index-messages.ts';
import type { IndexSettings } from './index-settings.ts';
import { openEngine } from './open-engine.ts';

const port = present(parentPort, 'index-worker.ts runs in a worker thread');
const settings = workerData as IndexSettings;
const { dimension } = settings;

const NOTHING = { elapsedMs: 0, erased: 0, candidates: [], certified: false } as const;

let isPreparing = false;

try {
  serve(await openEngine(settings));
} catch (error) {
  const refusal = refusalOf(error);
  port.postMessage({ ...NOTHING, number: 0, name: '', size: 0, refusal } satisfies IndexReply);
}

function serve(engine: IndexEngine): void {
  const reply = (number: number, done: Partial<IndexReply>): void => {
    const { name, size } = engine;
    port.postMessage({ ...NOTHING, number, name, size, ...done } satisfies IndexReply);
  };
  port.on('message', ({ number, command }: IndexRequest) => {
    if (command.kind === 'close') {
      void engine.close().then(() => reply(number, {}));
      return;
    }
    const startedAt = performance.now();
    const done = carryOut(engine, command);
    reply(number, { ...done, elapsedMs: performance.now() - startedAt });
    if (command.kind === 'update') prepareSoon(engine);
  });
  prepareSoon(engine);
  reply(0, {});
}

/** Between commands: whatever has come meanwhile goes first. */
function prepareSoon(engine: IndexEngine): void {
  if (isPreparing || !engine.prepare) return;
  isPreparing = true;
  setImmediate(() => {
    isPreparing = false;
    if (engine.prepare?.()) prepareSoon(engine);
  });
}

function carryOut(
  engine: IndexEngine,
  command: Exclude<IndexCommand, { kind: 'close' }>,
): Partial<IndexReply> {
  try {
    switch (command.kind) {
      case 'update':
        if (command.insert) {
          checkBatch(command.insert, dimension);
          engine.insertMany(command.insert);
        }
        return { erased: command.erase.filter((id) => engine.erase(id)).length };
      case 'search': {
        checkEmbedding(command.embedding, dimension);
        const { top } = command.options;
        assert(Number.isInteger(top) && top > 0 && top <= MAX_TOP, `top is 1 to ${MAX_TOP}`);
        return engine.search(command.embedding, command.options);
      }
      default:
        return unreachable(command);
    }
  } catch (error) {
    return { refusal: refusalOf(error) };
  } finally {
    // the message's own copy of the faces goes too
    if (command.kind === 'update' && command.insert) wipeCopy(command.insert.embeddings);
    if (command.kind === 'search') command.embedding.fill(0);
  }
}

/** Also gives its memory back at once: a filling leaves gigabytes, which a later collection would stop searches for. */
function wipeCopy({ buffer }: Float32Array): void {
  // shared memory is the caller's own
  if (!(buffer instanceof ArrayBuffer)) return;
  new Uint8Array(buffer).fill(0);
  buffer.transfer(0);
}
