import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import {
  currencySchema,
  positiveAmountMinorSchema,
  timestampSchema,
  uuidSchema,
} from '../../shared/contracts/primitives.ts';

/**
 * What a terminal must remember through a power cut: which payments it has begun and not seen the end of.
 *
 * Invariants: an entry is on the disk (fsync) before `append` resolves; a payment's ids are in the journal
 * before the first message that carries them is sent; no picture and nothing of a shopper is ever written.
 */

/** One look of a payment: the ids of the two requests that it will send. */
const lookEntrySchema = z.strictObject({
  kind: z.literal('look'),
  at: timestampSchema,
  paymentId: uuidSchema,
  amountMinor: positiveAmountMinorSchema,
  currency: currencySchema,
  challengeRequestId: uuidSchema,
  probeRequestId: uuidSchema,
});

const endEntrySchema = z.strictObject({
  kind: z.literal('end'),
  at: timestampSchema,
  paymentId: uuidSchema,
  outcome: z.enum(['paid', 'declined', 'fallback', 'refused', 'unanswered', 'unsent']),
});

const entrySchema = z.discriminatedUnion('kind', [lookEntrySchema, endEntrySchema]);
export type JournalEntry = z.infer<typeof entrySchema>;
export type OpenPayment = z.infer<typeof lookEntrySchema>;

/** The journal holds something that no torn write explains; an operator has to look at it. */
export class JournalCorruptError extends Error {
  override readonly name = 'JournalCorruptError';
}

/** Above this a journal is rewritten with its open payments only when it is opened, bytes. */
const COMPACT_ABOVE_BYTES = 4 * 1024 * 1024;

/** Append-only file of JSON lines. One process at a time. */
export class Journal {
  private readonly file: FileHandle;
  private readonly open: Map<string, OpenPayment>;
  /** Appends run one after another; a failed one fails its caller, and the next tries again. */
  private tail: Promise<void> = Promise.resolve();

  /** Bytes that are whole lines. */
  private size: number;

  private constructor(file: FileHandle, size: number, openPayments: Map<string, OpenPayment>) {
    this.file = file;
    this.size = size;
    this.open = openPayments;
  }

  /**
   * Opens or makes the journal. A last line without its line feed is the trace of a write that was cut off
   * before anyone relied on it: it is cut away.
   *
   * @throws JournalCorruptError when a whole line can't be read
   */
  static async open(path: string): Promise<Journal> {
    const file = await open(path, 'a+', 0o600);
    try {
      const bytes = await readAll(file);
      const whole = bytes.lastIndexOf(0x0a) + 1;
      if (whole < bytes.byteLength) await file.truncate(whole);
      await file.sync();
      await syncFolder(path);
      const openPayments = replay(bytes.subarray(0, whole).toString('utf8'));
      if (whole <= COMPACT_ABOVE_BYTES) return new Journal(file, whole, openPayments);
      await file.close();
      const kept = await compact(path, openPayments);
      return new Journal(kept, (await kept.stat()).size, openPayments);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  /** Payments that were begun and whose end was not seen, oldest first. */
  get openPayments(): readonly OpenPayment[] {
    return [...this.open.values()];
  }

  /** Writes an entry; when this resolves it is on the disk. */
  append(entry: JournalEntry): Promise<void> {
    const write = this.tail.then(() => this.write(entry));
    this.tail = write.catch(() => undefined);
    return write;
  }

  async close(): Promise<void> {
    await this.tail;
    await this.file.close();
  }

  private async write(entry: JournalEntry): Promise<void> {
    const line = Buffer.from(lineOf(entry));
    try {
      await this.file.appendFile(line);
      await this.file.datasync();
    } catch (error) {
      // A full disk may leave half a line, which the next entry must not be glued to.
      await this.file.truncate(this.size).catch(() => undefined);
      throw error;
    }
    this.size += line.byteLength;
    apply(this.open, entry);
  }
}

function lineOf(entry: JournalEntry): string {
  const json = JSON.stringify(entry, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return `${json}\n`;
}

async function readAll(file: FileHandle): Promise<Buffer> {
  const { size } = await file.stat();
  const bytes = Buffer.alloc(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await file.read(bytes, done, size - done, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

function replay(text: string): Map<string, OpenPayment> {
  const openPayments = new Map<string, OpenPayment>();
  text.split('\n').forEach((line, index) => {
    if (line === '') return;
    try {
      apply(openPayments, entrySchema.parse(JSON.parse(line)));
    } catch (cause) {
      throw new JournalCorruptError(`line ${index + 1} of the journal can't be read`, { cause });
    }
  });
  return openPayments;
}

function apply(openPayments: Map<string, OpenPayment>, entry: JournalEntry): void {
  if (entry.kind === 'look') openPayments.set(entry.paymentId, entry);
  else openPayments.delete(entry.paymentId);
}

async function compact(path: string, kept: ReadonlyMap<string, OpenPayment>): Promise<FileHandle> {
  const next = `${path}.next`;
  const file = await open(next, 'w', 0o600);
  try {
    await file.writeFile([...kept.values()].map(lineOf).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  await syncFolder(path);
  return open(path, 'a+', 0o600);
}

/** Makes the file's name itself durable. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
