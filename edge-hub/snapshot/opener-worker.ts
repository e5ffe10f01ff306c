import { readFileSync, writeFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { TemplateKeyRing } from '../../models/template-protection/key-ring.ts';
import { templateKey } from '../../models/template-protection/template-key.ts';
import { present } from '../../shared/kernel/assert.ts';
import { TemplateOpener } from '../enrolment/template-opener.ts';
import { TemplateProtection } from '../enrolment/template-protection.ts';
import { type IdRange, TemplateReaderStore } from '../enrolment/template-reader-store.ts';
import type {
  FileReply,
  FileTask,
  OpenedPiece,
  OpenerSettings,
  RowsReply,
  RowsTask,
} from './opener-messages.ts';
import { openChunk, roomFor, sealChunk } from './sealed-chunk.ts';

const port = present(parentPort, 'opener-worker.ts runs in a worker thread');
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- opener.ts is the only one that starts this thread
const settings = workerData as OpenerSettings;
const { pack, space } = settings;
const { dimension } = pack;
const room = new Uint8Array(new SharedArrayBuffer(roomFor(settings.chunkRows, dimension)));
const reader = new TemplateReaderStore(settings.databasePath);
const keys = settings.templateKeys.map((secret) => templateKey(Buffer.from(secret)));
const opener = new TemplateOpener(
  Buffer.from(settings.hubKey),
  new TemplateProtection(new TemplateKeyRing(keys)),
);

port.on('message', (task: FileTask | RowsTask) => {
  port.postMessage(task.kind === 'file' ? fromFile(task) : fromRows(task));
});

function fromFile({ file, firstId, lastId }: FileTask): FileReply {
  try {
    const seal = { key: file.key, space, firstId, lastId, dimension };
    return { opened: { ...openChunk(readFileSync(file.path), room, seal), broken: 0 } };
  } catch (error) {
    return { opened: undefined, problem: wordsOf(error) };
  }
}

function fromRows(task: RowsTask): RowsReply {
  const opened = openRows(task);
  const { file, firstId, lastId } = task;
  // what does not open today may tomorrow, under the right key
  if (opened.broken > 0) return { opened, written: false };
  try {
    const sealed = sealChunk(opened, { key: file.key, space, firstId, lastId });
    writeFileSync(file.path, sealed, { mode: 0o600 });
    return { opened, written: true };
  } catch (error) {
    return { opened, written: false, problem: wordsOf(error) };
  }
}

function openRows(ids: IdRange): OpenedPiece {
  const values = new Float32Array(room.buffer);
  const templateIds: string[] = [];
  const shopperIds: string[] = [];
  let broken = 0;
  const countBroken = (): void => {
    broken += 1;
  };
  const entries = reader.sealedBetween(pack.packId, ids);
  for (const { templateId, shopperId, embedding } of opener.openAll(
    entries,
    dimension,
    countBroken,
  )) {
    values.set(embedding, templateIds.length * dimension);
    embedding.fill(0);
    templateIds.push(templateId);
    shopperIds.push(shopperId);
  }
  const embeddings = values.subarray(0, templateIds.length * dimension);
  return { templateIds, shopperIds, embeddings, broken };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
