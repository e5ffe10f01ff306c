import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCommandLine } from '../../shared/kernel/command-line.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';
import { verifyCommand } from './command.ts';
import { LedgerReader, NotALedgerError } from './ledger-reader-store.ts';
import { verifyLedger } from './verify-ledger.ts';

let hub: TestHub;
let path: string;
let raw: Database.Database;
let copies = 0;

/** A hub with a payment of every kind in its books. */
beforeAll(async () => {
  hub = await createTestHub();
  hub.register('test-t1');
  const { enrolment, handler, lifeCycle, settings } = hub.context;
  await enrolment.enrol({
    enrolmentId: newId(),
    photos: [pictureOf('li')],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    ...NOTHING_SAID,
  });
  const amountMinor = 1_250n;
  const take = (paymentId: string, capture?: 'later'): Promise<string> =>
    handler.handle('test-t1', hub.probe('test-t1', { paymentId, ...(capture && { capture }) }));
  const ask = (type: Parameters<TestHub['move']>[1], paymentId: string, of = amountMinor) =>
    handler.handle('test-t1', hub.move('test-t1', type, { paymentId, amountMinor: of }));
  const [refunded, reversed, authorised, expired] = [newId(), newId(), newId(), newId()];
  await handler.handle('test-t1', hub.probe('test-t1', { picture: pictureOf('stranger') }));
  await take(refunded);
  await ask('payment.refund', refunded, 250n);
  await ask('payment.refund', refunded, 9_999n);
  await ask('payment.refund', refunded, 1_000n);
  await take(reversed);
  await ask('payment.reverse', reversed);
  await take(authorised, 'later');
  await ask('payment.capture', authorised);
  await ask('payment.cancel', newId());
  await take(expired, 'later');
  hub.clock.aheadMs += settings.payment.moves.authorisationMs;
  lifeCycle.expireDue();
  // what is written in a turn is committed at its end
  await turn();
  path = join(settings.dataDir, 'hub.db');
  raw = new Database(path);
});
afterAll(async () => {
  raw.close();
  await hub.close();
});

/** As somebody would who has the file: no trigger and no constraint is in their way. */
function tamper(file: string, sql: string): void {
  const client = new Database(file);
  client.pragma('foreign_keys = OFF');
  client.pragma('ignore_check_constraints = ON');
  const triggers = client
    .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    .all();
  for (const { name } of triggers) client.exec(`DROP TRIGGER "${name}"`);
  const { changes } = client.prepare(sql).run();
  client.close();
  expect(changes).toBeGreaterThan(0);
}

function verdict(file = path) {
  const reader = LedgerReader.open(file);
  try {
    return verifyLedger(reader);
  } finally {
    reader.close();
  }
}

describe('a hub’s ledger', () => {
  it('is whole while the hub runs, with everything counted', () => {
    expect(verdict()).toMatchObject({
      ok: true,
      hubId: 'hub-test',
      findings: [],
      checked: { events: 12, moves: 10, postings: 6, requests: 11, auditEntries: 2 },
      head: { seq: 12 },
    });
  });

  it.each([
    [
      'an event’s data',
      "UPDATE outbox SET data_json = replace(data_json, '1250', '1251') WHERE seq = 3",
      'hash_differs',
      'outbox',
    ],
    [
      'an event’s time',
      "UPDATE outbox SET occurred_at = '2020-01-01T00:00:00.000Z' WHERE seq = 4",
      'hash_differs',
      'outbox',
    ],
    [
      'an event’s hash',
      `UPDATE outbox SET hash = '${'a'.repeat(64)}' WHERE seq = 5`,
      'hash_differs',
      'outbox',
    ],
    ['an event that is gone', 'DELETE FROM outbox WHERE seq = 6', 'gap', 'outbox'],
    ['the last events', 'DELETE FROM outbox WHERE seq >= 12', 'row_without_event', 'payment_move'],
    [
      'a move’s amount',
      'UPDATE payment_move SET amount_minor = 1 WHERE event_seq = 3',
      'row_differs',
      'payment_move',
    ],
    [
      'a move that is gone',
      "DELETE FROM payment_move WHERE kind = 'reverse'",
      'row_missing',
      'payment_move',
    ],
    [
      'a payment’s shop',
      "UPDATE payment SET merchant_id = 'mine' WHERE state = 'reversed'",
      'row_differs',
      'payment',
    ],
    [
      'a payment’s state',
      "UPDATE payment SET state = 'captured' WHERE state = 'reversed'",
      'state_differs',
      'payment',
    ],
    [
      'what is refunded of it',
      "UPDATE payment SET refunded_minor = 1, state = 'partly_refunded' WHERE state = 'refunded'",
      'state_differs',
      'payment',
    ],
    [
      'a payment from nowhere',
      `INSERT INTO payment (payment_id, terminal_id, shop_id, merchant_id, amount_minor, currency, state, shopper_id,
         captured_at, reference, result_of)
       SELECT 'x', terminal_id, shop_id, merchant_id, 5, currency, 'captured', shopper_id, captured_at, 'R', result_of
       FROM payment WHERE state = 'reversed'`,
      'state_differs',
      'payment',
    ],
    [
      'a payment that is gone',
      "DELETE FROM payment WHERE state = 'reversed'",
      'row_missing',
      'payment',
    ],
    [
      'a posting’s amount',
      'UPDATE posting SET amount_minor = amount_minor - 1 WHERE posting_id = 2',
      'posting_differs',
      'posting',
    ],
    [
      'a posting’s account',
      "UPDATE posting SET credit = 'payable:merchant:mine' WHERE posting_id = 1",
      'posting_differs',
      'posting',
    ],
    [
      'a posting that is gone',
      'DELETE FROM posting WHERE posting_id = 3',
      'posting_differs',
      'posting',
    ],
    [
      'a posting too many',
      "INSERT INTO posting (move_id, payment_id, line, debit, credit, amount_minor, currency, booked_at) SELECT 'none', payment_id, 1, debit, credit, 7, currency, booked_at FROM posting LIMIT 1",
      'row_without_event',
      'posting',
    ],
    [
      'a stored reply',
      "UPDATE attempt SET reply_json = replace(reply_json, '1250', '9250') WHERE outcome = 'paid'",
      'request_differs',
      'attempt',
    ],
    [
      'an attempt that is gone',
      "DELETE FROM attempt WHERE outcome = 'paid'",
      'request_missing',
      'payment_move',
    ],
    [
      'a request’s input',
      'UPDATE move_request SET amount_minor = amount_minor + 1 WHERE code IS NULL',
      'request_differs',
      'move_request',
    ],
    [
      'a request that is gone',
      "DELETE FROM move_request WHERE kind = 'reverse'",
      'request_missing',
      'payment_move',
    ],
    ['the audit log', "UPDATE audit SET actor = 'nobody' WHERE seq = 1", 'audit_differs', 'audit'],
  ])('shows when somebody has changed %s', async (...[, sql, code, table]) => {
    copies += 1;
    const copy = join(hub.dir, `copy-${copies}.db`);
    await raw.backup(copy);
    tamper(copy, sql);
    const { ok, findings } = verdict(copy);
    expect(ok).toBe(false);
    expect(findings[0]).toMatchObject({ code, table });
  });

  it('that is none is said to be none', async () => {
    expect(() => LedgerReader.open(join(hub.dir, 'nothing.db'))).toThrow(NotALedgerError);
    const said: string[] = [];
    const io = { writeOut: (text: string) => said.push(text), writeError: () => undefined };
    const { dataDir } = hub.context.settings;
    expect(await runCommandLine(verifyCommand, ['--data', hub.dir, '--json'], io)).toBe(2);
    expect(await runCommandLine(verifyCommand, ['--data', dataDir, '--json'], io)).toBe(0);
    expect(JSON.parse(said[0] ?? '')).toMatchObject({ ok: true });
  });
});
