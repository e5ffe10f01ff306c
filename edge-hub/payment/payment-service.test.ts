import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { terminalReplySchema } from '../../shared/contracts/terminal-messages.ts';
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
    expect(hub.context.ledger.summary()).toEqual({ payments: 1, rows: 1, sumMinor: 1_250n });
  });
});
