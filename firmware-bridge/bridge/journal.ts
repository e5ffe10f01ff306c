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
 * What a terminal must remember through a power cut: which payments and moves it has begun and not seen the end of.
 *
 * Invariants: an entry is on the disk (fsync) before `append` resolves; the ids of a payment or move are in the journal
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
  outcome: z.enum([
    'paid',
    'authorised',
    'declined',
    'fallback',
    'refused',
    'unanswered',
    'unsent',
  ]),
});

/** A move of a payment that is about to be asked for: enough to ask again for the very same. */
const moveEntrySchema = z.strictObject({
  kind: z.literal('move'),
  at: timestampSchema,
  moveId: uuidSchema,
  type: z.enum(['payment.capture', 'payment.refund', 'payment.reverse', 'payment.cancel']),
  paymentId: uuidSchema,
  amountMinor: positiveAmountMinorSchema,
  currency: currencySchema,
});

const moveEndEntrySchema = z.strictObject({
  kind: z.literal('move-end'),
  at: timestampSchema,
  moveId: uuidSchema,
  outcome: z.enum(['done', 'refused']),
});

/** A line of the journal. */
export const journalEntrySchema = z.discriminatedUnion('kind', [
  lookEntrySchema,
  endEntrySchema,
  moveEntrySchema,
  moveEndEntrySchema,
]);
export type JournalEntry = z.infer<typeof journalEntrySchema>;
export type OpenPayment = z.infer<typeof lookEntrySchema>;
export type OpenMove = z.infer<typeof moveEntrySchema>;

/** What was begun and whose end was not seen, by id, oldest first. */
interface OpenEntries {
  readonly payments: Map<string, OpenPayment>;
  readonly moves: Map<string, OpenMove>;
}

/** The journal holds something that no torn write explains; an operator has to look at it. */
export class JournalCorruptError extends Error {
  override readonly name = 'JournalCorruptError';
}

/** Above this a journal is rewritten with its open payments only when it is opened, bytes. */
const COMPACT_ABOVE_BYTES = 4 * 1024 * 1024;

/** Append-only file of JSON lines. One process at a time. */
export class Journal {
  private readonly file: FileHandle;
  private readonly begun: OpenEntries;
  /** Appends run one after another; a failed one fails its caller, and the next tries again. */
  private tail: Promise<void> = Promise.resolve();

  /** Bytes that are whole lines. */
  private size: number;

  private constructor(file: FileHandle, size: number, begun: OpenEntries) {
    this.file = file;
    this.size = size;
    this.begun = begun;
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
      const begun = replay(bytes.subarray(0, whole).toString('utf8'));
      if (whole <= COMPACT_ABOVE_BYTES) return new Journal(file, whole, begun);
      await file.close();
      const kept = await compact(path, begun);
      return new Journal(kept, (await kept.stat()).size, begun);
    } catch (error) {
      await file.close().catch(() => undefined);
      throw error;
    }
  }

  /** Payments that were begun and whose end was not seen, oldest first. */
  get openPayments(): readonly OpenPayment[] {
    return [...this.begun.payments.values()];
  }

  /** Moves that were asked for and whose answer was not seen, oldest first. */
  get openMoves(): readonly OpenMove[] {
    return [...this.begun.moves.values()];
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
    apply(this.begun, entry);
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

function replay(text: string): OpenEntries {
  const begun: OpenEntries = { payments: new Map(), moves: new Map() };
  text.split('\n').forEach((line, index) => {
    if (line === '') return;
    try {
      apply(begun, journalEntrySchema.parse(JSON.parse(line)));
    } catch (cause) {
      throw new JournalCorruptError(`line ${index + 1} of the journal can't be read`, { cause });
    }
  });
  return begun;
}

function apply({ payments, moves }: OpenEntries, entry: JournalEntry): void {
  if (entry.kind === 'look') payments.set(entry.paymentId, entry);
  else if (entry.kind === 'end') payments.delete(entry.paymentId);
  else if (entry.kind === 'move') moves.set(entry.moveId, entry);
  else moves.delete(entry.moveId);
}

async function compact(path: string, { payments, moves }: OpenEntries): Promise<FileHandle> {
  const next = `${path}.next`;
  const file = await open(next, 'w', 0o600);
  try {
    const kept = [...payments.values(), ...moves.values()];
    await file.writeFile(kept.map(lineOf).join(''));
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
