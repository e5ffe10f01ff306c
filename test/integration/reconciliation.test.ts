import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../../deploy/cli/cli.ts';
import { eventJson } from '../../edge-hub/outbox/outbox-store.ts';
import { ledgerVerdictSchema } from '../../shared/contracts/ledger-verdict.ts';
import { receiptCheckSchema } from '../../shared/contracts/receipt.ts';
import {
  exceptionDetailSchema,
  exceptionListSchema,
} from '../../shared/contracts/reconciliation.ts';
import { eventually } from '../support/eventually.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestCentral } from '../support/test-central.ts';
import { TestCity } from '../support/test-city.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../support/test-hub.ts';

const HUB = 'hub-test';

let postgres: TestPostgres;
let city: TestCity;
let central: TestCentral;
let hub: TestHub;
let tokenFile: string;
let sent = 0;

beforeAll(async () => {
  [postgres, city, hub] = await Promise.all([
    TestPostgres.start(),
    TestCity.start([HUB]),
    createTestHub(),
  ]);
  central = await TestCentral.start(city, await postgres.createDatabase());
  tokenFile = join(city.dir, 'admin-token');
  hub.register('test-t1');
  await hub.context.enrolment.enrol({
    enrolmentId: newId(),
    photos: [pictureOf('li')],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    ...NOTHING_SAID,
  });
  for (let nth = 0; nth < 4; nth += 1) {
    const paymentId = newId();
    const reply = await hub.context.handler.handle('test-t1', hub.probe('test-t1', { paymentId }));
    expect(JSON.parse(reply)).toMatchObject({ data: { outcome: 'paid' } });
    const part = { paymentId, amountMinor: 100n };
    await hub.context.handler.handle('test-t1', hub.move('test-t1', 'payment.refund', part));
  }
  await publish();
});
afterAll(async () => {
  await central.stop();
  await city.stop();
  await postgres.stop();
  await hub.close();
});

/** Sends what the hub has committed, as its relay does, and waits until central has read it. */
async function publish(): Promise<void> {
  const rows = hub.context.outbox.pending(1_000).filter(({ seq }) => seq > sent);
  sent += rows.length;
  await city.hub(HUB).publish(
    ...rows.map((row) => ({
      id: row.eventId,
      type: row.type,
      seq: row.seq,
      hash: row.hash,
      text: eventJson(row),
    })),
  );
  await eventually(async () => ((await central.hub(HUB)).watermarkSeq >= sent ? true : undefined));
}

async function wuma(...args: string[]): Promise<{ code: number; answer: unknown }> {
  const out: string[] = [];
  const io = { out: (text: string) => void out.push(text), progress: () => undefined };
  const at = ['--url', central.url, '--token-file', tokenFile, '--json'];
  const code = await runCli([...args, ...at], io);
  return { code, answer: JSON.parse(out.join('')) };
}
const reconcile = (...more: string[]) =>
  wuma('reconcile', '--data', hub.context.settings.dataDir, ...more);
const authorization = (): string => `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`;

async function exceptions(state = 'open') {
  const answer = await central.get(`/api/reconciliation/exceptions?state=${state}`, {
    authorization: authorization(),
  });
  const { exceptions: listed, runs } = exceptionListSchema.parse(await answer.json());
  return {
    exceptions: listed.filter((each) => 'subject' in each),
    unreadable: listed.filter((each) => !('subject' in each)),
    runs,
  };
}

async function detailOf(exceptionId: number | undefined) {
  const path = `/api/reconciliation/exceptions/${exceptionId}`;
  const answer = await central.get(path, { authorization: authorization() });
  return exceptionDetailSchema.parse(await answer.json());
}

async function post(path: string, body: object = {}): Promise<number> {
  const headers = { authorization: authorization(), 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body) };
  return (await fetch(`${central.url}${path}`, init)).status;
}

/** Changes central's rows as its owner could: with the triggers off. */
async function tamper(statement: string): Promise<void> {
  await central.sql.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    const done = await tx.unsafe(statement);
    expect(done.count).toBeGreaterThan(0);
  });
}

describe('where all is well', () => {
  it('nothing is found, by command, by the walk at central, and every night', async () => {
    expect(await reconcile()).toMatchObject({
      code: 0,
      answer: { ok: true, hubs: [{ hubId: HUB, events: sent, pending: 0, differences: [] }] },
    });
    expect(await wuma('ledger', 'verify')).toMatchObject({
      code: 0,
      answer: { ok: true, hubs: [{ checked: { events: sent, moves: 8, postings: 8 } }] },
    });
    expect(await post('/api/reconciliation/runs')).toBe(200);
    expect(await exceptions()).toMatchObject({
      exceptions: [],
      runs: [{ hubId: HUB, differences: 0 }],
    });
  });

  it('what is on its way is not missed until it should be there', async () => {
    await hub.context.handler.handle('test-t1', hub.probe('test-t1'));
    expect(await reconcile()).toMatchObject({ code: 0, answer: { hubs: [{ pending: 1 }] } });
    const late = await reconcile('--grace', '0');
    expect(late).toMatchObject({
      code: 1,
      answer: { hubs: [{ differences: [{ code: 'lost_tail', seq: sent + 1 }] }] },
    });
    await publish();
    expect((await reconcile('--grace', '0')).code).toBe(0);
  });

  it('is for the operator alone', async () => {
    for (const path of ['/api/ledger/verify?hub=x', '/api/ledger/entries?hub=x']) {
      expect((await central.get(path)).status).toBe(401);
    }
    expect((await central.get('/api/reconciliation/exceptions')).status).toBe(401);
  });
});

describe('a receipt', () => {
  it('is borne out by hub and central, as people type it, with what became of the payment', async () => {
    const [payment] = hub.context.ledger.captured(1);
    const reference = payment?.reference ?? '';
    const said = { kind: 'capture', amountMinor: '1250', hubId: HUB, proof: 'chain' };
    expect(hub.context.receipts.check(reference.toLowerCase())).toMatchObject(said);
    const answer = await central.get(`/api/receipts/${reference.toLowerCase()}`);
    expect(receiptCheckSchema.parse(await answer.json())).toMatchObject(said);
    const refund = hub.context.ledger.moveOfEvent(4);
    expect(hub.context.receipts.check(refund?.reference ?? '')).toMatchObject({
      kind: 'refund',
      amountMinor: '100',
      state: 'partly_refunded',
    });
  });

  it('that is made up, or of another event, is not', async () => {
    const reference = hub.context.ledger.moveOfEvent(3)?.reference ?? '';
    const other = hub.context.ledger.moveOfEvent(4)?.reference ?? '';
    const mixed = `${reference.slice(0, -8)}${other.slice(-8)}`;
    for (const text of ['x', mixed, `${reference.slice(0, -8)}00000000`]) {
      expect(hub.context.receipts.check(text)).toBeUndefined();
      expect((await central.get(`/api/receipts/${text}`)).status).toBe(404);
    }
  });
});

describe('where central’s book was changed', () => {
  it.each([
    [
      'a payment’s amount',
      'update payments set amount_minor = 1 where event_seq = 3',
      'row_differs',
      'amount_differs',
    ],
    [
      'a payment’s merchant',
      `update payments set merchant_id = 'mine' where event_seq = 3`,
      'row_differs',
      null,
    ],
    ['a payment', 'delete from payments where event_seq = 3', 'row_missing', 'not_booked'],
    [
      'a refund’s amount',
      'update payment_moves set amount_minor = 1 where event_seq = 4',
      'row_differs',
      'amount_differs',
    ],
    ['a refund', 'delete from payment_moves where event_seq = 4', 'row_missing', 'not_booked'],
    [
      'a posting’s account',
      `update postings set credit = 'payable:merchant:mine' where ctid = (select min(ctid) from postings)`,
      'posting_differs',
      null,
    ],
    [
      'a posting',
      'delete from postings where ctid = (select min(ctid) from postings)',
      'posting_differs',
      null,
    ],
    [
      'an entry',
      'delete from journal_entries where ctid = (select min(ctid) from journal_entries)',
      'row_missing',
      null,
    ],
    [
      'an event’s text',
      `update inbox set raw = replace(raw, '1250', '1251') where seq = 3`,
      'hash_differs',
      null,
    ],
    [
      'an event’s hash',
      `update inbox set hash = repeat('a', 64) where seq = 3`,
      'hash_differs',
      'chain_broken',
    ],
    ['an event', 'delete from inbox where seq = 3', 'gap', 'lost_middle'],
    [
      'the last event',
      'delete from inbox where seq = (select max(seq) from inbox)',
      'row_without_event',
      'lost_tail',
    ],
    [
      'the watermark',
      'update intake_watermarks set chain_seq = chain_seq - 1',
      'head_differs',
      null,
    ],
  ])('%s, both the walk and the comparison show it', async (...[, statement, finding, code]) => {
    const saved = [
      'inbox',
      'payments',
      'payment_moves',
      'journal_entries',
      'postings',
      'intake_watermarks',
    ];
    for (const table of saved) {
      await central.sql.unsafe(`drop table if exists saved_${table}`);
      await central.sql.unsafe(`create table saved_${table} as table ${table}`);
    }
    try {
      await tamper(statement);
      const walk = await central.get(`/api/ledger/verify?hub=${HUB}`, {
        authorization: authorization(),
      });
      const verdict = ledgerVerdictSchema.parse(await walk.json());
      expect(verdict.ok).toBe(false);
      expect(verdict.findings.map((each) => each.code)).toContain(finding);
      const compared = await reconcile('--grace', '0');
      if (code === null) return;
      expect(compared.code).toBe(1);
      expect(JSON.stringify(compared.answer)).toContain(`"code":"${code}"`);
    } finally {
      await central.sql.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        for (const table of saved) {
          await tx.unsafe(`delete from ${table}`);
          await tx.unsafe(`insert into ${table} overriding system value table saved_${table}`);
        }
      });
    }
  });
});

describe('the exception queue', () => {
  it('holds what is found once, counts it, and lets it be worked off', async () => {
    await tamper('update payments set amount_minor = 1 where event_seq = 3');
    try {
      for (let times = 0; times < 2; times += 1) {
        expect(await post('/api/reconciliation/runs')).toBe(200);
      }
      expect((await reconcile('--record')).code).toBe(1);
      const { exceptions: open } = await exceptions();
      const nightly = open.find(
        (each) => each.source === 'nightly' && each.code === 'amount_differs',
      );
      expect(nightly).toMatchObject({ seq: 3, timesSeen: 2, hubId: HUB });
      const reported = open.find(
        (each) => each.source === 'command' && each.code === 'amount_differs',
      );
      expect(reported?.sides).toMatchObject([
        { book: 'hub', says: 'capture', amountMinor: '1250' },
        { book: 'central', says: 'capture', amountMinor: '1' },
      ]);
      expect(await detailOf(nightly?.exceptionId)).toMatchObject({
        sides: [],
        now: [
          { book: 'told', says: 'capture', amountMinor: '1250' },
          { book: 'central', says: 'capture', amountMinor: '1', hash: null },
        ],
      });
      const path = `/api/reconciliation/exceptions/${nightly?.exceptionId}/resolve`;
      expect(await post(path, { note: ' ' })).toBe(400);
      expect(await post(path, { note: 'put back by hand' })).toBe(200);
      expect(await post(path, { note: 'again' })).toBe(404);
      const left = (await exceptions()).exceptions;
      expect(left.some((each) => each.exceptionId === nightly?.exceptionId)).toBe(false);
      const { exceptions: closed } = await exceptions('closed');
      expect(closed).toMatchObject([
        { exceptionId: nightly?.exceptionId, note: 'put back by hand' },
      ]);
      const acts = await central.sql`select action, subject from audit`;
      expect(acts).toMatchObject([
        { action: 'difference.resolve', subject: String(nightly?.exceptionId) },
      ]);
      await expect(
        central.sql`update reconciliation_exceptions set note = 'x' where resolved_at is not null`,
      ).rejects.toThrow('stays as it is');
    } finally {
      await tamper('update payments set amount_minor = 1250 where event_seq = 3');
    }
  });

  it('shows all others beside what another version has written, or somebody has spoiled', async () => {
    const before = (await exceptions('all')).exceptions;
    const odd = await central.sql<{ id: number }[]>`
      insert into reconciliation_exceptions
        (hub_id, code, subject, detail, sides, source, found_at, last_seen_at)
      values (${HUB}, 'of_tomorrow', 's', 'd', '[]', 'nightly', now(), now()),
        (${HUB}, 'surplus', 's', 'd', '{"book": "hub"}', 'nightly', now(), now()),
        (${HUB}, 'gap', 's', 'd', '[{"book": "bank"}]', 'nightly', now(), now())
      returning exception_id::int as id`;
    const { exceptions: readable, unreadable } = await exceptions('all');
    expect(readable).toEqual(before);
    expect(unreadable.map(({ exceptionId, code }) => [exceptionId, code])).toEqual(
      ['gap', 'surplus', 'of_tomorrow'].map((code, nth) => [odd[2 - nth]?.id, code]),
    );
    for (const { id } of odd) {
      const path = `/api/reconciliation/exceptions/${id}`;
      expect((await central.read(path)).status).toBe(503);
      expect(await post(`${path}/resolve`, { note: 'looked at with the newer one' })).toBe(200);
    }
  });

  it('hears of an event that was put aside', async () => {
    const { context } = hub;
    context.transact(() =>
      context.events.paymentRefunded({
        paymentId: newId(),
        shopperId: newId(),
        terminalId: 'test-t1',
        shopId: 's',
        merchantId: 'm',
        amountMinor: '5',
        currency: 'CNY',
        refundId: newId(),
        refundedAt: new Date().toISOString(),
        reference: 'R',
      }),
    );
    await publish();
    await post('/api/reconciliation/runs');
    const { exceptions: open } = await exceptions();
    expect(open.find((each) => each.seq === sent)).toMatchObject({
      code: 'not_booked',
      detail: 'put aside: move_not_allowed',
    });
  });
});
