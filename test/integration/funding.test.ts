import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../../central/access/principal.ts';
import { AlipayFunding } from '../../central/funding/alipay-funding.ts';
import { createFunding } from '../../central/funding/create-funding.ts';
import { FundingLoop } from '../../central/funding/funding-loop.ts';
import { openWallet } from '../../central/wallet/wallet-store.ts';
import { paymentInSchema } from '../../shared/contracts/http-funding.ts';
import { settlementExceptionListSchema } from '../../shared/contracts/http-settlement.ts';
import { walletSchema } from '../../shared/contracts/http-wallets.ts';
import { recordedSchema } from '../../shared/contracts/reconciliation.ts';
import { AlipayGateway } from '../support/alipay-gateway.ts';
import { newId } from '../support/chain-writer.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestBooks } from '../support/test-books.ts';

const START = '2026-11-26T02:00:00.000Z';
const CODE = '286543210987654321';
const administrator: Principal = { subject: 'a-1', role: 'administrator', merchants: [] };
const operator: Principal = { subject: 'operator', role: 'operator', merchants: [] };

let postgres: TestPostgres;
let gateway: AlipayGateway;
let books: TestBooks;
let shopperId: string;
let now: number;

beforeAll(async () => {
  postgres = await TestPostgres.start();
  gateway = await AlipayGateway.start();
  const url = await postgres.createDatabase();
  const { settings: alipay } = gateway;
  books = await TestBooks.start({ url, hubs: ['hub-wuma'], at: START, alipay });
});
afterAll(async () => {
  await books.stop();
  await gateway.stop();
  await postgres.stop();
});
beforeEach(async () => {
  now = Date.parse(START);
  later(0);
  shopperId = newId();
  const purse = { shopperId, currency: 'CNY' } as const;
  const opening = { limitMinor: 0n, at: new Date(START) };
  await books.database.transact((tx) => openWallet(tx, purse, opening));
});

afterEach(() => {
  expect(gateway.planned, 'everything that was to go wrong went wrong').toBe(0);
});

function later(seconds: number): void {
  now += seconds * 1_000;
  books.clock.set(new Date(now).toISOString());
}

const work = () => books.context.funding.loop.work();
const collect = (amountMinor: string, more: object = {}) =>
  books.answer(administrator, '/api/payments-in', {
    schema: paymentInSchema,
    body: {
      paymentInId: newId(),
      shopperId,
      amountMinor,
      source: 'alipay',
      scene: 'bar_code',
      authCode: CODE,
      ...more,
    },
  });
const state = (paymentInId: string) =>
  books.answer(administrator, `/api/payments-in/${paymentInId}`, { schema: paymentInSchema });
const giveBack = (paymentInId: string, amountMinor: string, returnId = newId()) =>
  books.answer(administrator, `/api/payments-in/${paymentInId}/returns`, {
    schema: paymentInSchema,
    body: { returnId, amountMinor },
  });
const free = async () =>
  (await books.answer(operator, `/api/wallets/${shopperId}`, { schema: walletSchema })).freeMinor;
const asks = (paymentInId: string) =>
  gateway.asked
    .filter(({ biz }) => biz.out_trade_no === paymentInId.replaceAll('-', ''))
    .map(({ method }) => method.replace('alipay.trade.', ''));
const exceptions = async () =>
  (
    await books.answer(administrator, '/api/settlement-exceptions', {
      schema: settlementExceptionListSchema,
    })
  ).exceptions;

/** What Alipay holds for the city is what the books say of it. */
async function expectEven(): Promise<void> {
  const balances = await books.balances(administrator);
  const { 'clearing:alipay': clearing = 0, 'receivable:shoppers': receivable = 0 } = balances;
  expect([-clearing, receivable]).toEqual([gateway.held(), gateway.held()]);
}

describe('a shopper pays in by the code of their Alipay app', () => {
  it('is on the disk before anything is sent, and booked once', async () => {
    const asked = await collect('12345');
    expect([asked.state, gateway.asked.length]).toEqual(['waiting', 0]);
    await work();
    const { paymentInId, amountMinor } = asked;
    // a lost answer: the same again is the same payment
    await collect(amountMinor, { paymentInId });
    await work();
    const collected = await state(paymentInId);
    expect(collected.state).toBe('collected');
    expect(collected.reference).toMatch(/^2026/);
    expect(asks(paymentInId)).toEqual(['pay']);
    expect(gateway.asked.at(-1)?.biz.total_amount).toBe('123.45');
    expect(await free()).toBe('12345');
    await expectEven();
    const [row] =
      await books.sql`select auth_code from payments_in where payment_in_id = ${paymentInId}`;
    expect(row?.['auth_code']).toBeNull();
  });

  it('by a token of Alipay’s own face device as well', async () => {
    const fp = `fp${'0a1b2c3d'.repeat(4)}`;
    const { paymentInId } = await collect('100', { scene: 'security_code', authCode: fp });
    await work();
    expect((await state(paymentInId)).state).toBe('collected');
  });

  it('refuses what makes no sense, and another payment under the same id', async () => {
    const wrong = [
      { authCode: '12' },
      { authCode: undefined },
      { scene: 'security_code' },
      { source: 'wallet' },
      { currency: 'EUR' },
      { amountMinor: '0' },
    ];
    const whole = { source: 'alipay', scene: 'bar_code', authCode: CODE, amountMinor: '5' };
    const ask = (body: object) => books.ask(administrator, '/api/payments-in', body);
    for (const part of wrong) {
      const body = { paymentInId: newId(), shopperId, ...whole, ...part };
      expect((await ask(body)).status, JSON.stringify(part)).toBe(400);
    }
    const { paymentInId } = await collect('5');
    const other = await ask({ paymentInId, shopperId, ...whole, amountMinor: '6' });
    expect(other.status).toBe(409);
    const nobody = await ask({ paymentInId: newId(), ...whole, shopperId: newId() });
    expect(nobody.status).toBe(404);
    await work();
  });

  it('takes no for an answer', async () => {
    gateway.next('pay', 'refuse');
    const { paymentInId } = await collect('700');
    await work();
    expect(await state(paymentInId)).toMatchObject({
      state: 'refused',
      reason: 'ACQ.BUYER_BALANCE_NOT_ENOUGH',
    });
    expect(await free()).toBe('0');
    await expectEven();
  });

  it('waits while the shopper is asked, and calls it off when they do not say yes', async () => {
    gateway.next('pay', 'ask', 'ask');
    const yes = await collect('800');
    const silent = await collect('900');
    await work();
    expect((await state(yes.paymentInId)).state).toBe('sent');
    gateway.confirm(yes.paymentInId.replaceAll('-', ''));
    later(3);
    await work();
    expect((await state(yes.paymentInId)).state).toBe('collected');
    later(60);
    await work();
    expect((await state(silent.paymentInId)).state).toBe('cancelled');
    expect(asks(silent.paymentInId)).toEqual(['pay', 'query', 'query', 'cancel']);
    expect(await free()).toBe('800');
    await expectEven();
  });

  it.each(['hang', 'unknown', 'forged', 'other'] as const)(
    'asks what became of it after an answer like this: %s',
    async (mood) => {
      gateway.next('pay', mood);
      const { paymentInId } = await collect('2000');
      await work();
      expect((await state(paymentInId)).state).toBe('sent');
      later(3);
      await work();
      expect((await state(paymentInId)).state).toBe('collected');
      expect(asks(paymentInId)).toEqual(['pay', 'query']);
      expect(await free()).toBe('2000');
      await expectEven();
    },
  );

  it('calls off what never arrived, so that it cannot arrive later', async () => {
    gateway.next('pay', 'drop');
    const { paymentInId } = await collect('2100');
    await work();
    later(3);
    await work();
    expect((await state(paymentInId)).state).toBe('cancelled');
    expect(asks(paymentInId)).toEqual(['pay', 'query', 'cancel']);
    await expectEven();
  });

  it('leaves to a person what stays in doubt, and takes it up again', async () => {
    gateway.next('pay', 'hang');
    gateway.next('query', ...Array.from({ length: 2 }, () => 'forged' as const));
    gateway.next('cancel', ...Array.from({ length: 12 }, () => 'unknown' as const));
    const { paymentInId } = await collect('2200');
    for (const seconds of [0, 3, 60, 1, ...Array.from({ length: 12 }, () => 301)]) {
      later(seconds);
      await work();
    }
    expect(await state(paymentInId)).toMatchObject({
      state: 'unresolved',
      reason: 'source_in_doubt',
    });
    expect(await exceptions()).toMatchObject([
      { code: 'payment_in_unresolved', subject: paymentInId, detail: 'source_in_doubt' },
    ]);
    const again = `/api/payments-in/${paymentInId}/ask-again`;
    await books.answer(administrator, again, { schema: paymentInSchema, body: {} });
    await work();
    expect((await state(paymentInId)).state).toBe('cancelled');
    const [found] = await exceptions();
    await books.answer(administrator, `/api/settlement-exceptions/${found?.exceptionId}/resolve`, {
      schema: recordedSchema,
      body: { note: 'called off' },
    });
    const closed = await books.answer(administrator, '/api/settlement-exceptions?state=closed', {
      schema: settlementExceptionListSchema,
    });
    expect(closed.exceptions).toMatchObject([{ subject: paymentInId, note: 'called off' }]);
    await expectEven();
  });

  it('asks, and does not send again, after a central that died in between', async () => {
    const { paymentInId } = await collect('2300');
    const { database, clock } = books;
    const dies = new AlipayFunding(gateway.settings);
    dies.collect = async (order) => {
      await new AlipayFunding(gateway.settings).collect(order);
      throw new Error('power cut');
    };
    const loop = new FundingLoop({
      database,
      clock,
      newId,
      events: books.events,
      sources: new Map([['alipay', dies]]),
      everyMs: 1_000,
      leaseMs: 10_000,
    });
    await expect(loop.work()).rejects.toThrow('power cut');
    await work();
    expect((await state(paymentInId)).state).toBe('sent');
    later(11);
    await work();
    expect((await state(paymentInId)).state).toBe('collected');
    expect(asks(paymentInId)).toEqual(['pay', 'query']);
    await expectEven();
  });

  it('sends no code that is too old', async () => {
    const old = await collect('10');
    later(61);
    const before = gateway.asked.length;
    await work();
    expect(await state(old.paymentInId)).toMatchObject({
      state: 'refused',
      reason: 'code_expired',
    });
    expect(gateway.asked).toHaveLength(before);
  });

  it('is believed by no gateway without the app’s signature, and gives no answer where there is none', async () => {
    const stranger = new AlipayFunding({ ...gateway.settings, appId: '2021000000000009' });
    const order = { orderNo: 'f'.repeat(32), amountMinor: 1n, currency: 'CNY' } as const;
    const code = { scene: 'bar_code', value: CODE } as const;
    expect(await stranger.collect({ ...order, code })).toEqual({
      is: 'refused',
      reason: 'isv.invalid-signature',
    });
    expect(gateway.forgeries).toBe(1);
    const deaf = new AlipayFunding({ ...gateway.settings, gateway: 'http://127.0.0.1:1/' });
    expect(await deaf.find(order)).toEqual({ is: 'unknown', doubt: 'no_answer' });
  });
});

describe('what was paid in is given back', () => {
  it('in parts, out of the wallet first, each once, and never more than it was', async () => {
    const { paymentInId } = await collect('3000');
    await work();
    gateway.next('refund', 'hang');
    const returnId = newId();
    await giveBack(paymentInId, '1000', returnId);
    expect(await free()).toBe('2000');
    await work();
    expect((await state(paymentInId)).returns).toMatchObject([{ state: 'waiting' }]);
    later(2);
    // Alipay has given it back the first time, and says so when asked
    await work();
    await giveBack(paymentInId, '1000', returnId);
    await work();
    expect((await state(paymentInId)).returns).toMatchObject([{ state: 'returned' }]);
    expect(asks(paymentInId)).toEqual(['pay', 'refund', 'refund', 'fastpay.refund.query']);
    await expectEven();
    const tooMuch = { returnId: newId(), amountMinor: '2001' };
    const path = `/api/payments-in/${paymentInId}/returns`;
    const refused = await books.ask(administrator, path, tooMuch);
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { code: 'conflict', detail: 'above_payment' },
    ]);
  });

  it('back into the wallet where Alipay refuses, with a word to a person', async () => {
    const { paymentInId } = await collect('3100');
    await work();
    gateway.next('refund', 'refuse');
    await giveBack(paymentInId, '3100');
    await work();
    expect(await free()).toBe('3100');
    expect(await exceptions()).toMatchObject([
      { code: 'payment_return_refused', detail: 'ACQ.BUYER_BALANCE_NOT_ENOUGH' },
    ]);
    await expectEven();
  });

  it('not while hubs hold it, and the database has the last word on how much', async () => {
    const { paymentInId } = await collect('3200');
    await work();
    await books.sql`insert into allowances (hub_id, shopper_id, currency, granted_minor, granted_at)
      values ('hub-wuma', ${shopperId}, 'CNY', 3000, now())`;
    const path = `/api/payments-in/${paymentInId}/returns`;
    const held = await books.ask(administrator, path, { returnId: newId(), amountMinor: '300' });
    expect(await held.json()).toMatchObject({ code: 'conflict', detail: 'held' });
    await expect(
      books.sql`insert into payment_returns (return_id, payment_in_id, amount_minor, state, undo_line_id, next_at, requested_at, changed_at)
        values (${newId()}, ${paymentInId}, 3201, 'waiting', ${newId()}, now(), now(), now())`,
    ).rejects.toThrow('more is given back than was paid in');
    await expect(
      books.sql`update payments_in set state = 'refused', reference = null where payment_in_id = ${paymentInId}`,
    ).rejects.toThrow('does not go from collected to refused');
  });
});

it('comes into the wallet by hand without Alipay, which is unavailable where it is not set up', async () => {
  const asked = { source: 'wallet', scene: undefined, authCode: undefined };
  const before = gateway.asked.length;
  const { paymentInId } = await collect('4000', asked);
  await work();
  await giveBack(paymentInId, '1500');
  await work();
  expect(await free()).toBe('2500');
  await expectEven();
  expect(gateway.asked).toHaveLength(before);
  const { desk } = createFunding({ ...books.context, events: books.events, newId }, undefined);
  const request = { paymentInId: newId(), shopperId, currency: 'CNY', amountMinor: 1n } as const;
  const fromAlipay = { ...request, source: 'alipay', scene: 'bar_code', authCode: CODE } as const;
  expect(await desk.collect(fromAlipay, operator)).toEqual({ ok: false, error: 'unavailable' });
});
