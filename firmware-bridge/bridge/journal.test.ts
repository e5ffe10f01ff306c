import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../shared/domain/ids.ts';
import { Journal, JournalCorruptError, type JournalEntry } from './journal.ts';

const folder = mkdtempSync(join(tmpdir(), 'wuma-journal-'));
const path = join(folder, 'journal.jsonl');
const at = '2026-11-24T09:00:00.000Z';
const id = (n: number): string => uuidV7(1_000 + n, Uint8Array.of(n, 1, 2, 3, 4, 5, 6, 7, 8, 9));

function look(n: number): JournalEntry {
  return {
    kind: 'look',
    at,
    paymentId: id(n),
    amountMinor: 9_007_199_254_74n,
    currency: 'CNY',
    challengeRequestId: id(n + 1),
    probeRequestId: id(n + 2),
  };
}
const end = (n: number): JournalEntry => ({ kind: 'end', at, paymentId: id(n), outcome: 'paid' });

async function reopened(): Promise<readonly string[]> {
  const journal = await Journal.open(path);
  const open = journal.openPayments.map((payment) => payment.paymentId);
  await journal.close();
  return open;
}

beforeEach(() => rmSync(path, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

describe('Journal', () => {
  it('remembers what was begun and not ended, readable by its owner only', async () => {
    const journal = await Journal.open(path);
    await Promise.all([journal.append(look(1)), journal.append(look(2)), journal.append(end(1))]);
    expect(journal.openPayments).toEqual([look(2)]);
    await journal.close();
    expect(await reopened()).toEqual([id(2)]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('survives a write that was cut off anywhere, and goes on after it', async () => {
    const journal = await Journal.open(path);
    await journal.append(look(1));
    await journal.close();
    const whole = readFileSync(path);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: whole.length - 1 }), async (kept) => {
        writeFileSync(path, Buffer.concat([whole, whole.subarray(0, kept)]));
        const again = await Journal.open(path);
        await again.append(look(2));
        await again.close();
        expect(await reopened()).toEqual([id(1), id(2)]);
      }),
      { numRuns: 40 },
    );
  });

  it('does not guess at a whole line that it cannot read', async () => {
    const journal = await Journal.open(path);
    await journal.append(look(1));
    await journal.close();
    appendFileSync(path, '{"kind":"look"}\n');
    await expect(Journal.open(path)).rejects.toBeInstanceOf(JournalCorruptError);
  });

  it('is rewritten with the open payments when it has grown', async () => {
    const journal = await Journal.open(path);
    await journal.append(look(1));
    await journal.close();
    const ended = [look(2), end(2)]
      .map((entry) =>
        JSON.stringify(entry, (_key, value: unknown) =>
          typeof value === 'bigint' ? value.toString() : value,
        ),
      )
      .join('\n');
    appendFileSync(path, `${ended}\n`.repeat(12_000));
    expect(statSync(path).size).toBeGreaterThan(4 * 1024 * 1024);
    expect(await reopened()).toEqual([id(1)]);
    expect(statSync(path).size).toBeLessThan(1_000);
    const grown = await Journal.open(path);
    await grown.append(end(1));
    await grown.close();
    expect(await reopened()).toEqual([]);
  });
});
