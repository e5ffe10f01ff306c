import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { sql as literal } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chainInput, GENESIS_HASH } from '../../shared/contracts/hub-events.ts';
import { terminalReplySchema } from '../../shared/contracts/terminal-messages.ts';
import { ALLOWED_MOVES } from '../../shared/domain/payment.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';
import { auditHash } from '../audit/audit-store.ts';
import { sha256Hex } from '../ingress/probe-checks.ts';
import { LedgerStore } from '../ledger/ledger-store.ts';
import { NewerDatabaseError, openDatabase } from './database.ts';

const postingSql = (line: number, movement: string): string =>
  `INSERT INTO posting (move_id, payment_id, line, debit, credit, amount_minor, currency, booked_at)
   SELECT move_id, payment_id, ${line}, ${movement}, 'CNY', 'n' FROM payment_move`;
const moveSql = (kind: string, amount: string): string =>
  `INSERT INTO payment_move (move_id, payment_id, nth, kind, amount_minor, currency, terminal_id, event_seq, reference, moved_at)
   SELECT 'x', payment_id, 2, '${kind}', ${amount}, 'CNY', 't', 99, 'R', 'n' FROM payment`;

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
    ["UPDATE payment SET state = 'declined'", /allowed move|CHECK/],
    [
      "UPDATE payment SET state = 'refunded', refunded_minor = amount_minor",
      /allowed move|sum of the refunds/,
    ],
    ["UPDATE payment SET shopper_id = 'x'", /allowed move|never changes/],
    ['UPDATE payment_move SET amount_minor = 1', /append-only/],
    ['DELETE FROM payment_move', /append-only/],
    ['DELETE FROM allowed_move', /with the program/],
    [moveSql('refund', 'amount_minor + 1'), /what is left/],
    [moveSql('reverse', 'amount_minor - 1'), /all of it/],
    [moveSql('capture', 'amount_minor'), /table of allowed moves/],
    [moveSql('cancel', 'amount_minor'), /table of allowed moves/],
    ['DELETE FROM attempt', /append-only/],
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
    [postingSql(2, "'receivable:shopper:a', 'receivable:shopper:a', 1"), /never more|CHECK/],
    [postingSql(2, "'receivable:shopper:a', 'payable:merchant:b', 0"), /CHECK/],
    [postingSql(2, "'receivable:shopper:a', 'payable:merchant:b', 1"), /never more than it/],
    [postingSql(2, "'cash', 'payable:merchant:b', 0"), /CHECK/],
    [
      "INSERT INTO posting (move_id, payment_id, line, debit, credit, amount_minor, currency, booked_at) VALUES ('none', 'none', 1, 'a', 'b', 1, 'CNY', 'n')",
      /belongs to a move/,
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
    const kept = ['journal_mode', 'secure_delete', 'foreign_keys', 'temp_store'].map(read);
    // 2: in memory, never in a file
    expect(kept).toEqual([['wal'], [1], [1], [2]]);
    opened.close();
  });

  it('refuses, in tests, what is written outside of a transaction', () => {
    const { db, transact, transactInGroup, lazily } = hub.context.database;
    for (const statement of [
      "INSERT INTO hub_setting VALUES ('a', '1')",
      "UPDATE terminal SET shop_name = 'x'",
      'DELETE FROM template',
    ]) {
      const write = (): unknown => db.$client.prepare(statement).run();
      expect(write, statement).toThrow(/is written outside of a transaction/);
      expect(() => lazily(write), statement).not.toThrow();
    }
    const write = (): unknown => db.run(literal.raw("DELETE FROM hub_setting WHERE name = 'a'"));
    expect(() => transact(write)).not.toThrow();
    expect(() => transactInGroup(write)).not.toThrow();
  });

  it.each([
    ['payment', 'attempt'],
    ['payment', 'payment_move'],
    ['payment_move', 'posting'],
    ['outbox', 'payment_move'],
  ])('finds what waits for a new row of %s in %s without reading all of it', (parent, child) => {
    const plan = raw
      .prepare<[], { detail: string }>(`EXPLAIN QUERY PLAN INSERT INTO ${parent} DEFAULT VALUES`)
      .all();
    const lookups = plan.map(({ detail }) => detail).filter((detail) => detail.includes(child));
    expect(lookups).toEqual([expect.stringMatching(/^SEARCH .* USING .*INDEX/)]);
  });

  it('has the domain’s table of moves, row by row', () => {
    const rows = raw
      .prepare('SELECT from_state AS "from", move, to_state AS "to" FROM allowed_move')
      .all();
    const inOrder = (all: readonly unknown[]): string[] =>
      all.map((row) => JSON.stringify(row)).toSorted();
    expect(inOrder(rows)).toEqual(inOrder(ALLOWED_MOVES));
  });

  it('of before the life cycle is brought forward with all that it holds', () => {
    const path = join(hub.dir, 'old.db');
    const old = new Database(path);
    for (const name of ['0001-first.sql', '0002-questions.sql']) {
      old.exec(readFileSync(new URL(`./migrations/${name}`, import.meta.url), 'utf8'));
    }
    old.exec(`
      CREATE TABLE schema_version (version INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
      INSERT INTO schema_version VALUES (1, 'a'), (2, 'b');
      INSERT INTO terminal VALUES ('t', 's', 'Shop', 'm', x'00', 'certificate', 1, 'n', NULL);
      INSERT INTO payment VALUES ('paid', 't', 's', 'm', 100, 'CNY', 'captured', 'p', 'R', 'n', 'r1'),
                                 ('not', 't', 's', 'm', 50, 'CNY', 'declined', NULL, NULL, NULL, 'r2');
      INSERT INTO attempt VALUES ('r1', 'h', 'paid', 't', 'Shop', 100, 'CNY', 'paid', NULL, '{}', 'n'),
                                 ('r2', 'h', 'not', 't', 'Shop', 50, 'CNY', 'declined', 'no_face', '{}', 'n');
      INSERT INTO posting VALUES (1, 'paid', 1, 'receivable:shopper:p', 'payable:merchant:m', 100, 'CNY', 'n');
      INSERT INTO outbox VALUES (1, 'e', 'payment.captured', 1, 'n', 'hub', '{"paymentId":"paid"}', '${GENESIS_HASH}', 'x', NULL);`);
    old.close();
    const opened = openDatabase(path);
    const ledger = new LedgerStore(opened.db);
    expect(ledger.summary()).toMatchObject({ payments: 1, rows: 1, sumMinor: 100n });
    expect(ledger.payment('paid')).toMatchObject({ state: 'captured', refundedMinor: 0n });
    expect(ledger.payment('not')).toMatchObject({ state: 'declined', resultOf: 'r2' });
    expect(ledger.attempt('r1')).toMatchObject({ outcome: 'paid', inputHash: 'h' });
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
