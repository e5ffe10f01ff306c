import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql as literal } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chainInput, GENESIS_HASH } from '../../shared/contracts/hub-events.ts';
import { terminalReplySchema } from '../../shared/contracts/terminal-messages.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';
import { auditHash } from '../audit/audit-store.ts';
import { sha256Hex } from '../ingress/probe-checks.ts';
import { NewerDatabaseError, openDatabase } from './database.ts';

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
  await hub.context.handler.handle('test-t1', hub.probe('test-t1'));
  raw = new Database(join(hub.context.settings.dataDir, 'hub.db'));
});
afterEach(async () => {
  raw.close();
  await hub.close();
});

describe('the database itself', () => {
  it.each([
    ['UPDATE payment SET amount_minor = 1', /never change/],
    ["UPDATE payment SET state = 'declined'", /captured/],
    ['DELETE FROM payment', /never deleted|FOREIGN KEY/],
    ['UPDATE posting SET amount_minor = 1', /append-only/],
    ['DELETE FROM posting', /append-only/],
    ["UPDATE outbox SET data_json = '{}'", /never change/],
    ['DELETE FROM outbox', /never deleted/],
    ["UPDATE attempt SET outcome = 'declined'", /append-only/],
    ["UPDATE audit SET actor = 'x'", /append-only/],
    [
      "INSERT INTO outbox (seq, event_id, type, version, occurred_at, source, data_json, prev_hash, hash) VALUES (99, 'x', 't', 1, 'n', 's', '{}', 'p', 'h')",
      /gapless/,
    ],
    [
      "INSERT INTO posting (payment_id, line, debit, credit, amount_minor, currency, booked_at) SELECT payment_id, 2, 'a', 'a', 1, 'CNY', 'n' FROM payment",
      /CHECK/,
    ],
    [
      "INSERT INTO posting (payment_id, line, debit, credit, amount_minor, currency, booked_at) SELECT payment_id, 2, 'a', 'b', 0, 'CNY', 'n' FROM payment",
      /CHECK/,
    ],
    [
      "INSERT INTO posting (payment_id, line, debit, credit, amount_minor, currency, booked_at) SELECT payment_id, 1, 'a', 'b', 1, 'CNY', 'n' FROM payment",
      /UNIQUE/,
    ],
    [
      "INSERT INTO posting (payment_id, line, debit, credit, amount_minor, currency, booked_at) VALUES ('none', 1, 'a', 'b', 1, 'CNY', 'n')",
      /only a captured payment/,
    ],
  ])('refuses %s', (sql, why) => {
    expect(() => raw.prepare(sql).run()).toThrow(why);
  });

  it('waits for the disk at every commit but those that may be lost or are waited for later', () => {
    const opened = openDatabase(join(hub.dir, 'fresh.db'));
    const read = (name: string): unknown => opened.db.values(literal.raw(`PRAGMA ${name}`))[0];
    const synchronous: unknown[] = [read('synchronous')];
    opened.lazily(() => synchronous.push(read('synchronous')));
    synchronous.push(read('synchronous'));
    opened.transactInGroup(() => synchronous.push(read('synchronous')));
    opened.transact(() => opened.transactInGroup(() => synchronous.push(read('synchronous'))));
    expect(synchronous).toEqual([[2], [1], [2], [1], [2]]);
    expect([read('journal_mode'), read('secure_delete'), read('foreign_keys')]).toEqual([
      ['wal'],
      [1],
      [1],
    ]);
    opened.close();
  });

  it('of a newer hub is left alone', () => {
    raw.prepare("INSERT INTO schema_version (version, name) VALUES (999, 'x')").run();
    expect(() => openDatabase(join(hub.context.settings.dataDir, 'hub.db'))).toThrow(
      NewerDatabaseError,
    );
  });
});

describe('the chains', () => {
  it('of events and of the audit log verify from the first to the last', () => {
    let prevHash = GENESIS_HASH;
    const rows = hub.context.outbox.pending(100);
    expect(rows.map((row) => row.seq)).toEqual([1, 2, 3]);
    for (const row of rows) {
      expect(row.prevHash).toBe(prevHash);
      expect(sha256Hex(Buffer.from(chainInput({ ...row, id: row.eventId })))).toBe(row.hash);
      prevHash = row.hash;
    }
    prevHash = GENESIS_HASH;
    for (const entry of hub.context.audit.latest(100).toReversed()) {
      expect(entry.prevHash).toBe(prevHash);
      expect(auditHash(entry)).toBe(entry.hash);
      prevHash = entry.hash;
    }
  });
});

describe('the books', () => {
  it('hold exactly what was paid, whatever comes in which order', async () => {
    const look = fc.record({
      payment: fc.nat(4),
      picture: fc.constantFrom('li', 'stranger'),
      amountMinor: fc.bigInt({ min: 1n, max: 3n }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(look, { maxLength: 12 }), async (looks) => {
        hub.clock.aheadMs += 60_000;
        const { ledger, handler } = hub.context;
        const before = ledger.summary();
        const ids = Array.from({ length: 5 }, newId);
        const first = new Map<number, bigint>();
        const paid = new Map<number, bigint>();
        for (const { payment, picture, amountMinor } of looks) {
          const terms = first.get(payment) ?? amountMinor;
          first.set(payment, terms);
          const payload = hub.probe('test-t1', {
            paymentId: ids[payment] ?? '',
            amountMinor,
            picture: pictureOf(picture),
          });
          const reply = terminalReplySchema.parse(
            JSON.parse(await handler.handle('test-t1', payload)),
          );
          if (amountMinor !== terms) expect(reply.type).toBe('error');
          else if (picture === 'li') paid.set(payment, terms);
          if (amountMinor === terms && paid.has(payment))
            expect(reply).toMatchObject({ data: { outcome: 'paid' } });
        }
        const after = ledger.summary();
        expect(after.payments - before.payments).toBe(paid.size);
        expect(after.rows - before.rows).toBe(paid.size);
        const sum = [...paid.values()].reduce((total, amount) => total + amount, 0n);
        expect(after.sumMinor - before.sumMinor).toBe(sum);
      }),
      { numRuns: 25 },
    );
  });
});
