import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';

const ENV = {
  HUB_SPENDING: 'allowance',
  HUB_ONLINE_SHARE: '1e-6',
  HUB_OFFLINE_FLOOR_MINOR: '10000',
};

let hub: TestHub;
let raw: Database.Database;
let shopperId: string;
let seq = 0;

beforeEach(async () => {
  hub = await createTestHub({ env: ENV });
  raw = new Database(join(hub.context.settings.dataDir, 'hub.db'));
  raw.defaultSafeIntegers(true);
  hub.register('test-t1', true);
  const done = await hub.context.enrolment.enrol({
    enrolmentId: newId(),
    photos: [pictureOf('li')],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    ...NOTHING_SAID,
  });
  if (!done.ok) throw new Error(done.error);
  shopperId = done.value.shopperId;
  seq = 0;
});
afterEach(async () => {
  raw.close();
  await hub.close();
});

/** As central's downlink brings it. */
async function fromCentral(type: string, data: object): Promise<void> {
  seq += 1;
  const occurredAt = new Date(hub.clock.now()).toISOString();
  await hub.context.applier.apply({ seq, id: newId(), type, version: 1, occurredAt, data });
  hub.context.contact.heard();
}
/** As central answers a question. */
async function grant(grantedMinor: string): Promise<void> {
  const words = {
    blocked: false,
    reclaiming: false,
    epoch: 1,
    closedMinor: 0n,
    returnedMinor: 0n,
  };
  hub.context.topUps.apply([
    { shopperId, currency: 'CNY', grantedMinor: BigInt(grantedMinor), ...words },
  ]);
  hub.context.contact.heard();
}

async function pay(amountMinor: bigint, capture?: 'later') {
  const paymentId = newId();
  const terms = {
    paymentId,
    terminalId: 'test-t1',
    shopId: 'shop-test-t1',
    merchantId: 'merchant-test-t1',
    amountMinor,
    currency: 'CNY',
  } as const;
  const paid = await hub.context.payments.pay({
    requestId: newId(),
    inputHash: paymentId.replaceAll('-', '').repeat(2),
    terms,
    shopName: 'Shop',
    way: 'face',
    captureLater: capture === 'later',
    hasDepth: true,
    hasInfrared: false,
    light: null,
    canAsk: false,
    frames: [{ takenAt: new Date().toISOString(), colour: pictureOf('li') }],
    receivedAtMs: hub.clock.monotonic(),
  });
  if (!paid.ok) throw new Error(paid.error);
  const { data } = paid.value;
  if (!('outcome' in data)) throw new Error('a question');
  return { paymentId, outcome: data.code ?? data.outcome };
}

const move = (
  kind: 'capture' | 'refund' | 'reverse' | 'cancel',
  paymentId: string,
  minor: bigint,
) =>
  hub.context.lifeCycle.move({
    requestId: newId(),
    inputHash: '0'.repeat(64),
    kind,
    paymentId,
    amountMinor: minor,
    currency: 'CNY',
    terminal: {
      terminalId: 'test-t1',
      shopId: 'shop-test-t1',
      merchantId: 'merchant-test-t1',
    },
  });

/** What is written in a turn of the event loop is committed at its end. */
const used = async () => {
  await turn();
  return raw.prepare('SELECT used_minor FROM allowance').pluck().get();
};

describe('an allowance', () => {
  it('is what can be spent, to the last unit, in any order of words of central', async () => {
    hub.context.contact.heard();
    expect((await pay(100n)).outcome).toBe('funds_short');
    await grant('300');
    await grant('200');
    expect((await pay(200n)).outcome).toBe('paid');
    expect((await pay(101n)).outcome).toBe('funds_short');
    expect((await pay(100n)).outcome).toBe('paid');
    expect((await pay(1n)).outcome).toBe('funds_short');
    await grant('301');
    expect((await pay(1n)).outcome).toBe('paid');
    expect(await used()).toBe(301n);
  });

  it('gets back what is refunded, reversed, cancelled or expires', async () => {
    await grant('1000');
    const first = await pay(400n);
    expect(move('refund', first.paymentId, 150n).ok).toBe(true);
    expect(await used()).toBe(250n);
    expect(move('refund', first.paymentId, 250n).ok).toBe(true);
    expect(await used()).toBe(0n);
    const second = await pay(400n);
    move('reverse', second.paymentId, 400n);
    const third = await pay(300n, 'later');
    expect(third.outcome).toBe('authorised');
    expect(await used()).toBe(300n);
    move('cancel', third.paymentId, 300n);
    expect(await used()).toBe(0n);
    const fourth = await pay(300n, 'later');
    move('capture', fourth.paymentId, 300n);
    expect(await used()).toBe(300n);
    await pay(200n, 'later');
    expect(await used()).toBe(500n);
    hub.clock.aheadMs += 61 * 60_000;
    expect(hub.context.lifeCycle.expireDue()).toBe(1);
    expect(await used()).toBe(300n);
  });

  it('is returned once, as an event of the chain, but for what is spent or kept', async () => {
    await grant('1000');
    await pay(400n);
    const order = { shopperId, currency: 'CNY', keepMinor: '100' };
    await fromCentral('allowance.reclaim', order);
    await fromCentral('allowance.reclaim', order);
    expect((await pay(101n)).outcome).toBe('funds_short');
    const returns = hub.context.outbox
      .pending(50)
      .filter(({ type }) => type === 'allowance.returned')
      .map(({ dataJson }): unknown => JSON.parse(dataJson));
    expect(returns).toEqual([
      { shopperId, currency: 'CNY', amountMinor: '500', returnedMinor: '500' },
    ]);
  });

  it('is held by the database too: no row can spend what is not there', async () => {
    await grant('1000');
    await pay(400n);
    const run = (sql: string) => () => raw.exec(sql);
    expect(run('UPDATE allowance SET used_minor = 1001')).toThrow(/CHECK/);
    expect(run('UPDATE allowance SET granted_minor = 500')).toThrow('never taken back');
    expect(run('DELETE FROM allowance')).toThrow('never deleted');
    expect(run('UPDATE payment SET on_allowance = 0')).toThrow('stays on the allowance');
  });
});

describe('without central', () => {
  it('counts payments in a row, over a restart too, until central is heard', async () => {
    await grant('100000');
    hub.clock.aheadMs += 60_000;
    for (let i = 0; i < 10; i += 1) expect((await pay(10n)).outcome).toBe('paid');
    expect((await pay(10n)).outcome).toBe('offline_limit');
    const after = await createTestHub({ dir: hub.dir, pki: hub.pki, env: ENV });
    const purse = { shopperId, currency: 'CNY' } as const;
    after.clock.aheadMs = hub.clock.aheadMs;
    const verdict = after.context.spending.verdict(purse, 10n, 'unasked');
    await after.close();
    expect(verdict).toBe('offline_limit');
    hub.context.contact.heard();
    expect((await pay(10n)).outcome).toBe('paid');
  });

  it('stops after 72 hours, and an old exception list lets small payments through only', async () => {
    await grant('100000');
    hub.clock.aheadMs += 60_000;
    expect((await pay(10_001n)).outcome).toBe('offline_limit');
    hub.clock.aheadMs += 24 * 3_600_000;
    expect((await pay(5_001n)).outcome).toBe('offline_limit');
    expect((await pay(5_000n)).outcome).toBe('paid');
    hub.clock.aheadMs += 48 * 3_600_000;
    expect((await pay(1n)).outcome).toBe('offline_too_long');
  });

  it('takes nothing from who is on the exception list, the newest of which counts', async () => {
    await grant('100000');
    await fromCentral('exception.list', { listVersion: 2, shopperIds: [shopperId] });
    expect((await pay(10n)).outcome).toBe('account_blocked');
    await fromCentral('exception.list', { listVersion: 1, shopperIds: [] });
    expect((await pay(10n)).outcome).toBe('account_blocked');
    await fromCentral('exception.list', { listVersion: 3, shopperIds: [] });
    expect((await pay(10n)).outcome).toBe('paid');
  });
});
