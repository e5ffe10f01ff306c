import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { terminalReplySchema } from '../../shared/contracts/terminal-messages.ts';
import { eventually } from '../../test/support/eventually.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';

let hub: TestHub;
let raw: Database.Database;

beforeEach(async () => {
  hub = await createTestHub();
  hub.register('test-t1');
  await hub.context.enrolment.enrol({
    enrolmentId: newId(),
    photos: [pictureOf('li')],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    ...NOTHING_SAID,
  });
  raw = new Database(join(hub.context.settings.dataDir, 'hub.db'));
});
afterEach(async () => {
  raw.close();
  await hub.close();
});

const say = async (payload: Uint8Array) =>
  terminalReplySchema.parse(JSON.parse(await hub.context.handler.handle('test-t1', payload)));
const rowsOf = (table: string): unknown =>
  raw.prepare(`SELECT count(*) AS rows FROM ${table}`).get();
const TABLES = ['payment', 'attempt', 'posting', 'outbox'];

describe('a fault in the middle of a payment', () => {
  // each table is written to at another place of the one transaction
  it.each(TABLES)('at the %s leaves nothing, and says nothing of why', async (table) => {
    const before = TABLES.map(rowsOf);
    raw.exec(
      `CREATE TRIGGER disk_is_full AFTER INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'no room for li'); END`,
    );
    const requestId = newId();
    const paymentId = newId();
    const reply = await say(hub.probe('test-t1', { requestId, paymentId }));
    expect(reply).toMatchObject({ type: 'error', data: { code: 'hub_unavailable' } });
    expect(JSON.stringify(reply)).not.toContain('no room');
    expect(TABLES.map(rowsOf)).toEqual(before);
    expect(hub.context.payments.result(paymentId, 'test-t1')).toBeUndefined();

    raw.exec('DROP TRIGGER disk_is_full');
    const lastSeq = hub.context.outbox.state().lastSeq;
    const again = await say(hub.probe('test-t1', { requestId, paymentId }));
    expect(again).toMatchObject({ type: 'payment.result', data: { outcome: 'paid' } });
    expect(hub.context.outbox.state().lastSeq).toBe(lastSeq + 1);
    expect(hub.context.ledger.summary()).toMatchObject({ payments: 1, rows: 1, sumMinor: 1_250n });
  });
});

describe('a disk that is slow or broken', () => {
  let disk: TestHub;
  let flushing: () => Promise<void>;

  beforeEach(async () => {
    flushing = () => Promise.resolve();
    disk = await createTestHub({
      flushing: async (flush) => {
        await flushing();
        await flush();
      },
    });
    disk.register('test-t1');
  });
  afterEach(() => disk.close());

  it('keeps the reply and the repeated one until the payment is on it', async () => {
    const flush = Promise.withResolvers<void>();
    flushing = () => flush.promise;
    const paymentId = newId();
    const probe = disk.probe('test-t1', { paymentId });
    const replies: string[] = [];
    const ask = async (payload: Uint8Array): Promise<void> => {
      replies.push(await disk.context.handler.handle('test-t1', payload));
    };
    const first = ask(probe);
    await eventually(() => disk.context.payments.result(paymentId, 'test-t1'));
    const second = ask(probe);
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
    expect(replies).toEqual([]);
    flush.resolve();
    await Promise.all([first, second]);
    expect(replies).toHaveLength(2);
  });

  it('takes no payment, and says so, once it keeps nothing', async () => {
    flushing = () => Promise.reject(new Error('EIO'));
    for (const _ of [1, 2]) {
      const reply = JSON.parse(
        await disk.context.handler.handle('test-t1', disk.probe('test-t1')),
      ) as unknown;
      expect(reply).toMatchObject({ type: 'error', data: { code: 'hub_unavailable' } });
    }
  });
});
