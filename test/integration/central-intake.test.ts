import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  cityPaymentListSchema,
  reconciliationSchema,
  trialBalanceSchema,
} from '../../shared/contracts/http-central.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { ALLOWED_MOVES } from '../../shared/domain/payment.ts';
import { ChainWriter, newId } from '../support/chain-writer.ts';
import { eventually } from '../support/eventually.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestCentral } from '../support/test-central.ts';
import { TestCity } from '../support/test-city.ts';

const HUB = 'hub-wuma';
const OTHER = 'hub-riverside';

let postgres: TestPostgres;
let city: TestCity;
let databaseUrl: string;
let central: TestCentral;
let chain: ChainWriter;

beforeAll(async () => {
  [postgres, city] = await Promise.all([TestPostgres.start(), TestCity.start([HUB, OTHER])]);
});
afterAll(async () => {
  await city.stop();
  await postgres.stop();
});
beforeEach(async () => {
  for (const hub of Object.values(city.hubs)) {
    await hub.deleteStream();
    await hub.createStream();
  }
  databaseUrl = await postgres.createDatabase();
  central = await TestCentral.start(city, databaseUrl);
  chain = new ChainWriter(HUB);
});
afterEach(async () => {
  await central.stop();
});

const payments = (): Promise<number> => central.count('select count(*) from payments');

async function untilRead(seq: number, hubId = HUB): Promise<void> {
  await eventually(async () => ((await central.hub(hubId)).watermarkSeq >= seq ? true : undefined));
}

describe('intake', () => {
  it('books a payment once, with balanced postings, and the watermark beside it', async () => {
    await city.hub(HUB).publish(chain.capture({ amountMinor: '1250', reference: 'WM-7' }));
    await untilRead(1);
    const listed: unknown = await (await central.read('/api/payments')).json();
    expect(listed).toMatchObject({
      payments: [{ amountMinor: '1250', currency: 'CNY', reference: 'WM-7', hubId: HUB }],
      nextCursor: null,
    });
    const balance = trialBalanceSchema.parse(
      await (await central.read('/api/ledger/trial-balance')).json(),
    );
    expect(balance).toEqual({
      currency: 'CNY',
      balanced: true,
      accounts: [
        { account: 'payable:merchant:m-tea', debitMinor: '0', creditMinor: '1250' },
        { account: 'receivable:shoppers', debitMinor: '1250', creditMinor: '0' },
      ],
      totals: { debitMinor: '1250', creditMinor: '1250' },
    });
  });

  it('is quick for one payment on an idle street', async () => {
    await city.hub(HUB).publish(chain.capture());
    await untilRead(1);
    const startMs = performance.now();
    await city.hub(HUB).publish(chain.capture());
    await eventually(async () => ((await payments()) === 2 ? true : undefined));
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });

  it('books redelivered events once, whether they come at once or much later', async () => {
    const events = chain.captures(20);
    await city.hub(HUB).publish(...events, ...events);
    await city.hub(HUB).publish(...events.slice(3, 9), chain.capture());
    await untilRead(21);
    expect(await payments()).toBe(21);
    const metrics = await (await central.get('/metrics')).text();
    expect(metrics).toContain(`wuma_intake_duplicates_total{hub="${HUB}"} 26`);
  });

  it('does not book the same payment from two events', async () => {
    const paymentId = newId();
    await city.hub(HUB).publish(chain.capture({ paymentId }), chain.capture({ paymentId }));
    await untilRead(2);
    expect(await payments()).toBe(1);
    const rows = await central.sql`select seq, reason from quarantined_events`;
    expect(rows).toEqual([{ seq: '2', reason: 'payment_already_booked' }]);
  });

  it('goes on where it was after a restart, and reads nothing twice', async () => {
    await city.hub(HUB).publish(...chain.captures(30));
    await untilRead(30);
    await central.stop();
    await city.hub(HUB).publish(...chain.captures(40));
    central = await TestCentral.start(city, databaseUrl);
    await untilRead(70);
    expect(await payments()).toBe(70);
    const metrics = await (await central.get('/metrics')).text();
    expect(metrics).toContain(`wuma_intake_events_total{hub="${HUB}",type="payment.captured"} 40`);
  });

  it('puts aside what it does not understand and goes on', async () => {
    await city
      .hub(HUB)
      .publish(
        chain.capture(),
        chain.write('shopper.waved', { 10: 'kept', 2: 'as sent' }),
        chain.write('payment.captured', { everything: 'new' }, { version: 2 }),
        chain.capture({ amountMinor: '-5' }),
        chain.capture({ reference: 'a\0b' }),
        chain.capture({ capturedAt: '0000-01-01T00:00:00.000Z' }),
        chain.write('shopper.waved', '{"10":1.0,"2":"\\u4e2d"}'),
        chain.capture(),
      );
    await untilRead(8);
    expect(await payments()).toBe(2);
    const rows = await central.sql`select seq, reason from quarantined_events order by seq`;
    expect(rows).toEqual([
      { seq: '2', reason: 'unknown_type' },
      { seq: '3', reason: 'unsupported_version' },
      { seq: '4', reason: 'invalid_data' },
      { seq: '5', reason: 'invalid_data' },
      { seq: '6', reason: 'invalid_data' },
      { seq: '7', reason: 'unknown_type' },
    ]);
    const [kept] = await central.sql`select raw from inbox where seq = 7`;
    expect(kept?.['raw']).toContain('"data":{"10":1.0,"2":"\\u4e2d"}');
  });

  it('puts aside junk and events in another hub’s name without touching the chain', async () => {
    const foreign = new ChainWriter(OTHER);
    await city
      .hub(HUB)
      .publish(
        chain.capture(),
        { ...foreign.capture(), type: 'payment.captured' },
        { id: newId(), type: 'junk', seq: 0, hash: '', text: 'not { json \0' },
        chain.capture(),
      );
    await untilRead(2);
    expect(await payments()).toBe(2);
    const rows = await central.sql`select reason from quarantined_events order by id`;
    expect(rows).toEqual([{ reason: 'foreign_source' }, { reason: 'malformed' }]);
    expect((await central.hub(OTHER)).watermarkSeq).toBe(0);
  });

  it('stops before a gap, says so, books nothing after it, and goes on once it is filled', async () => {
    const [first, missing, third] = chain.captures(3);
    if (!first || !missing || !third) throw new Error('three events');
    await city.hub(HUB).publish(first, third);
    const halted = await eventually(async () => (await central.hub(HUB)).halted ?? undefined);
    expect(halted).toMatchObject({ code: 'gap', seq: 3 });
    expect(await payments()).toBe(1);
    expect((await central.hub(HUB)).watermarkSeq).toBe(1);
    const metrics = await (await central.get('/metrics')).text();
    expect(metrics).toContain(`wuma_hub_intake_halted{hub="${HUB}"} 1`);
    // the hub makes its stream again from its own books
    await city.hub(HUB).deleteStream();
    await city.hub(HUB).createStream();
    await city.hub(HUB).publish(first, missing, third);
    await untilRead(3);
    expect(await payments()).toBe(3);
    expect((await central.hub(HUB)).halted).toBeNull();
  });

  it.each([
    [
      'prev_hash_mismatch',
      (other: ChainWriter) => {
        other.capture();
        return other.capture();
      },
    ],
    ['fork', (other: ChainWriter) => other.capture()],
  ] as const)('refuses a chain that is not the one it knows: %s', async (code, forged) => {
    await city.hub(HUB).publish(chain.capture());
    await untilRead(1);
    await city.hub(HUB).publish(forged(new ChainWriter(HUB)));
    const halted = await eventually(async () => (await central.hub(HUB)).halted ?? undefined);
    expect(halted.code).toBe(code);
    expect(await payments()).toBe(1);
  });

  it('refuses an event whose amount was changed on the way', async () => {
    const event = chain.capture({ amountMinor: '1250' });
    await city.hub(HUB).publish({ ...event, text: event.text.replace('"1250"', '"9250"') });
    const halted = await eventually(async () => (await central.hub(HUB)).halted ?? undefined);
    expect(halted).toMatchObject({ code: 'hash_mismatch', seq: 1 });
    expect(await payments()).toBe(0);
  });

  it('starts at the beginning of a stream that was made anew, and books only what is new', async () => {
    const events = chain.captures(10);
    await city.hub(HUB).publish(...events);
    await untilRead(10);
    await city.hub(HUB).deleteStream();
    await city.hub(HUB).createStream();
    await city.hub(HUB).publish(...events.slice(7), ...chain.captures(2));
    await untilRead(12);
    expect(await payments()).toBe(12);
  });

  it('catches up within seconds after an outage, with nothing lost or doubled', async () => {
    await city.hub(HUB).publish(...chain.captures(5));
    await untilRead(5);
    city.hub(HUB).wan.cut();
    await city.hub(HUB).publish(...chain.captures(50));
    await eventually(async () => ((await central.hub(HUB)).state === 'down' ? true : undefined));
    expect((await central.hub(HUB)).lag).toBeNull();
    expect(await payments()).toBe(5);
    city.hub(HUB).wan.restore();
    const startMs = performance.now();
    await untilRead(55);
    expect(performance.now() - startMs).toBeLessThan(7_000);
    expect(await payments()).toBe(55);
  });

  it('reads several hubs, each in its own chain, and reconciles with each', async () => {
    const other = new ChainWriter(OTHER);
    const events = other.captures(7);
    await city.hub(HUB).publish(...chain.captures(11));
    await city.hub(OTHER).publish(...events);
    await untilRead(11);
    await untilRead(7, OTHER);
    const answer = await central.read(`/api/reconciliation?hub=${OTHER}`);
    expect(reconciliationSchema.parse(await answer.json())).toMatchObject({
      hubId: OTHER,
      rows: 7,
      sumMinor: String(7 * 100 + 21),
      lastSeq: 7,
      lastHash: events.at(-1)?.hash,
    });
  });
});

describe('what becomes of a payment', () => {
  const whose = (paymentId: string, shopperId: string, amountMinor: string) => ({
    paymentId,
    shopperId,
    terminalId: `${HUB}-t1`,
    shopId: 'tea-house',
    merchantId: 'm-tea',
    amountMinor,
    currency: 'CNY',
  });
  const at = '2026-11-24T09:00:00.000Z';
  const move = {
    authorise: (...of: [string, string, string]) =>
      chain.write('payment.authorised', {
        ...whose(...of),
        method: 'face',
        authorisedAt: at,
        expiresAt: at,
      }),
    refund: (...of: [string, string, string]) =>
      chain.write('payment.refunded', {
        ...whose(...of),
        refundId: newId(),
        refundedAt: at,
        reference: 'R',
      }),
    reverse: (...of: [string, string, string]) =>
      chain.write('payment.reversed', {
        ...whose(...of),
        reversalId: newId(),
        reversedAt: at,
        reference: 'R',
      }),
    cancel: (...of: [string, string, string]) =>
      chain.write('payment.cancelled', { ...whose(...of), cancelledAt: at }),
    expire: (...of: [string, string, string]) =>
      chain.write('payment.expired', { ...whose(...of), expiredAt: at }),
  };

  it('is booked in the chain’s order, with opposing postings, and shown', async () => {
    const [a, b, shopperId] = [newId(), newId(), newId()];
    await city
      .hub(HUB)
      .publish(
        move.authorise(a, shopperId, '1250'),
        chain.capture({ paymentId: a, shopperId, amountMinor: '1250' }),
        move.refund(a, shopperId, '250'),
        chain.capture({ paymentId: b, shopperId, amountMinor: '700' }),
        move.reverse(b, shopperId, '700'),
        move.refund(a, shopperId, '1000'),
        move.authorise(newId(), shopperId, '5'),
      );
    await untilRead(7);
    expect(await central.count('select count(*) from quarantined_events')).toBe(0);
    const { payments: listed } = cityPaymentListSchema.parse(
      await (await central.read('/api/payments')).json(),
    );
    const became = new Map(listed.map((each) => [each.paymentId, each]));
    expect(became.get(a)).toMatchObject({ state: 'refunded', refundedMinor: '1250' });
    expect(became.get(b)).toMatchObject({ state: 'reversed', refundedMinor: '0' });
    const answer = await central.read('/api/ledger/trial-balance');
    expect(trialBalanceSchema.parse(await answer.json())).toMatchObject({
      balanced: true,
      accounts: [
        { account: 'payable:merchant:m-tea', debitMinor: '1950', creditMinor: '1950' },
        { account: 'receivable:shoppers', debitMinor: '1950', creditMinor: '1950' },
      ],
    });
    const totals = await central.read(`/api/reconciliation?hub=${HUB}`);
    expect(reconciliationSchema.parse(await totals.json())).toMatchObject({
      rows: 2,
      refunds: 2,
      refundedMinor: '1250',
      reversals: 1,
      reversedMinor: '700',
    });
  });

  it('that is not allowed is put aside, and the hub’s intake goes on', async () => {
    const [a, b, c, shopperId] = [newId(), newId(), newId(), newId()];
    await city
      .hub(HUB)
      .publish(
        move.refund(a, shopperId, '1'),
        chain.capture({ paymentId: a, shopperId, amountMinor: '1250' }),
        move.refund(a, shopperId, '1251'),
        move.refund(a, newId(), '1'),
        move.cancel(a, shopperId, '1250'),
        move.cancel(b, shopperId, '9'),
        chain.capture({ paymentId: b, shopperId, amountMinor: '9' }),
        move.authorise(c, shopperId, '50'),
        move.expire(c, shopperId, '50'),
        chain.capture({ paymentId: c, shopperId, amountMinor: '50' }),
        move.refund(a, shopperId, '1250'),
        chain.capture({ paymentId: a, shopperId, amountMinor: '1250' }),
      );
    await untilRead(12);
    const rows = await central.sql<{ seq: string; reason: string }[]>`
      select seq, reason from quarantined_events order by seq`;
    expect(rows.map((row) => [Number(row.seq), row.reason])).toEqual([
      [1, 'move_not_allowed'],
      [3, 'move_not_allowed'],
      [4, 'move_not_allowed'],
      [5, 'move_not_allowed'],
      [7, 'move_not_allowed'],
      [10, 'move_not_allowed'],
      [12, 'payment_already_booked'],
    ]);
    expect(await payments()).toBe(1);
  });

  it('is held to the table of moves by PostgreSQL itself', async () => {
    const [a, shopperId] = [newId(), newId()];
    const one = chain.capture({ paymentId: a, shopperId, amountMinor: '100' });
    await city.hub(HUB).publish(one, move.refund(a, shopperId, '60'), chain.capture());
    await untilRead(3);
    const insert = async (kind: string, amount: number): Promise<void> => {
      const reference = kind === 'refund' || kind === 'reverse' ? 'R' : null;
      await central.sql`
        insert into payment_moves values (${HUB}, ${newId()}, ${a}, 3, ${kind}, ${shopperId}, 't', 's', 'm-tea', ${amount},
          'CNY', ${reference}, now(), now())`;
    };
    await expect(insert('refund', 41)).rejects.toThrow('never more is given back');
    await expect(insert('reverse', 100)).rejects.toThrow('table of allowed moves');
    await expect(insert('cancel', 100)).rejects.toThrow('table of allowed moves');
    await expect(central.sql`delete from payment_moves`).rejects.toThrow('append-only');
    await expect(central.sql`delete from allowed_moves`).rejects.toThrow('append-only');
    await expect(
      central.sql`insert into journal_entries values (${HUB}, ${newId()}, 'refund', ${a}, now())`,
    ).rejects.toThrow('an entry books exactly what was moved');
    const book = (paymentId: string, debit: string, amount: number) => central.sql`
      with entry as (
        insert into journal_entries values (${HUB}, ${newId()}, 'capture', ${paymentId}, now()) returning hub_id, entry_id
      )
      insert into postings select hub_id, entry_id, 1, ${debit}, 'payable:merchant:m-tea', ${amount}, 'CNY' from entry`;
    const debit = `receivable:shopper:${shopperId}`;
    await expect(book(newId(), debit, 100)).rejects.toThrow('books exactly what was moved');
    for (const account of ['receivable:shopper:', `xreceivable:shopper:${shopperId}`, 'cash:till'])
      await expect(book(newId(), account, 100)).rejects.toThrow('postings_debit_account');
    await expect(central.sql`
      insert into inbox select 'hub-nobody', 1, event_id, type, version, occurred_at, prev_hash, hash, 1, received_at, raw
      from inbox limit 1`).rejects.toThrow('an event is of a known hub');
    const rows =
      await central.sql`select from_state as "from", move, to_state as "to" from allowed_moves`;
    const inOrder = (all: readonly unknown[]): string[] =>
      all.map((row) => JSON.stringify(row)).toSorted();
    expect(inOrder([...rows])).toEqual(inOrder(ALLOWED_MOVES));
  });
});

describe('the book of record', () => {
  it('refuses to be changed or emptied', async () => {
    await city.hub(HUB).publish(chain.capture());
    await untilRead(1);
    for (const statement of [
      'update postings set amount_minor = 1',
      'delete from postings',
      'update payments set amount_minor = 1',
      'delete from journal_entries',
      'truncate postings',
      `update inbox set raw = '{}'`,
      'update inbox set raw = null, hash = prev_hash',
      'delete from inbox',
    ]) {
      await expect(central.sql.unsafe(statement)).rejects.toThrow('append-only');
    }
    await expect(
      central.sql`insert into postings values (${HUB}, ${newId()}, 1, 'a', 'a', 5, 'CNY')`,
    ).rejects.toThrow('postings_check');
  });
});

describe('a hub', () => {
  it('cannot put an event into another hub’s stream through central', async () => {
    const forged = new ChainWriter(OTHER).capture();
    city.hub(HUB).nats.publish(subjects.txEvent(OTHER, forged.type), forged.text);
    await city.hub(HUB).nats.flush();
    await city.hub(OTHER).publish(new ChainWriter(OTHER).capture({ reference: 'real' }));
    await untilRead(1, OTHER);
    const rows = await central.sql`select reference from payments`;
    expect(rows).toEqual([{ reference: 'real' }]);
  });
});
