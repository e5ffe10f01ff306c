import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { terminalReplySchema } from '../../shared/contracts/terminal-messages.ts';
import { present } from '../../shared/kernel/assert.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';
import { LedgerReader } from '../verification/ledger-reader-store.ts';
import { verifyLedger } from '../verification/verify-ledger.ts';

let hub: TestHub;
let raw: Database.Database;
let told = 0;
const DAY = 86_400_000;
const PEOPLE = ['li', 'wang', 'chen', 'zhang', 'liu', 'yang', 'huang', 'zhao', 'wu', 'zhou'];

beforeAll(async () => {
  hub = await createTestHub({ env: { HUB_SPENDING: 'allowance' } });
  hub.register('test-t1', true);
  hub.register('test-t2', true);
  for (const person of PEOPLE) {
    const enrolled = await hub.context.enrolment.enrol({
      enrolmentId: newId(),
      photos: [pictureOf(person)],
      consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
      ...NOTHING_SAID,
    });
    if (!enrolled.ok) throw new Error(enrolled.error);
    const { shopperId } = enrolled.value;
    const granted = {
      currency: 'CNY',
      grantedMinor: 100_000_000n,
      blocked: false,
      reclaiming: false,
      epoch: 1,
      closedMinor: 0n,
      returnedMinor: 0n,
    } as const;
    hub.context.topUps.apply([{ shopperId, ...granted }]);
  }
  raw = new Database(join(hub.context.settings.dataDir, 'hub.db'));
});
afterAll(async () => {
  raw.close();
  await hub.close();
});

async function fromCentral(type: string, data: object): Promise<void> {
  told += 1;
  const occurredAt = new Date(hub.clock.now()).toISOString();
  await hub.context.applier.apply({ seq: told, id: newId(), type, version: 1, occurredAt, data });
}

/** Opens a campaign of the first terminal's merchant. @returns its id */
async function open(changed: object = {}): Promise<string> {
  const campaignId = newId();
  await fromCentral('campaign.open', {
    campaignId,
    funder: 'merchant',
    merchantId: 'merchant-test-t1',
    title: { 'zh-CN': '九折', en: 'Ten per cent off' },
    offer: { kind: 'percent', percent: 10, capMinor: '1200' },
    minimumMinor: '1000',
    currency: 'CNY',
    startsAt: new Date(hub.clock.now() - DAY).toISOString(),
    endsAt: new Date(hub.clock.now() + DAY).toISOString(),
    controlPercent: 0,
    key: Buffer.alloc(32, 7).toString('base64'),
    shareMinor: '1000000',
    ...changed,
  });
  return campaignId;
}

async function pay(amountMinor: bigint, how: { person?: string; at?: string } = {}) {
  hub.context.contact.heard();
  // as fast as a terminal may
  hub.clock.aheadMs += 100;
  const paymentId = newId();
  const terminalId = how.at ?? 'test-t1';
  const picture = pictureOf(how.person ?? 'li');
  const probe = hub.probe(terminalId, { paymentId, amountMinor, picture });
  const reply = terminalReplySchema.parse(
    JSON.parse(await hub.context.handler.handle(terminalId, probe)),
  );
  if (reply.type !== 'payment.result' || reply.data.outcome !== 'paid') {
    throw new Error(JSON.stringify(reply));
  }
  return { ...reply.data, off: reply.data.receipt?.discount?.amountMinor };
}

async function move(
  type: 'payment.refund' | 'payment.reverse',
  paymentId: string,
  amountMinor: bigint,
) {
  const payload = hub.move('test-t1', type, { paymentId, amountMinor });
  const reply = terminalReplySchema.parse(
    JSON.parse(await hub.context.handler.handle('test-t1', payload)),
  );
  if (reply.type !== 'payment.state') throw new Error(JSON.stringify(reply));
  return reply.data;
}

const stop = (campaignId: string) => fromCentral('campaign.stop', { campaignId });
const one = (sql: string, ...of: string[]): unknown =>
  raw
    .prepare(sql)
    .pluck()
    .get(...of);
const verdict = () => {
  const reader = LedgerReader.open(join(hub.context.settings.dataDir, 'hub.db'));
  try {
    return verifyLedger(reader);
  } finally {
    reader.close();
  }
};

describe('a campaign', () => {
  it('takes off what it says, at its merchant, from its minimum on, and nowhere else; nothing is asked of anybody', async () => {
    const campaign = await open();
    expect(await pay(10_000n)).toMatchObject({
      outcome: 'paid',
      receipt: {
        amountMinor: '10000',
        discount: { amountMinor: '1000', title: { en: 'Ten per cent off' } },
      },
    });
    expect((await pay(12_500n)).off).toBe('1200');
    expect((await pay(999n)).off).toBeUndefined();
    expect((await pay(12_500n, { at: 'test-t2' })).off).toBeUndefined();
    await stop(campaign);
    expect((await pay(12_500n)).off).toBeUndefined();
    const now = hub.clock.now();
    await open({ endsAt: new Date(now).toISOString() });
    await open({ startsAt: new Date(now + DAY).toISOString() });
    expect((await pay(12_500n)).off).toBeUndefined();
  });

  it('never gives more than the hub’s share, and the database holds it too', async () => {
    const campaign = await open({ shareMinor: '3000' });
    const off = [
      await pay(12_500n),
      await pay(12_500n),
      await pay(12_500n),
      await pay(5_000n),
      await pay(1_000n),
    ];
    // the third would be 1200 of 600 that are left: the full price is paid
    expect(off.map((each) => each.off)).toEqual(['1200', '1200', undefined, '500', '100']);
    expect(one('SELECT given_minor FROM campaign WHERE campaign_id = ?', campaign)).toBe(3_000);
    const raise = `UPDATE campaign SET given_minor = 3001 WHERE campaign_id = '${campaign}'`;
    expect(() => raw.exec(raise)).toThrow(/CHECK/);
    expect(() => raw.exec('UPDATE discount SET amount_minor = 1')).toThrow('append-only');
    await stop(campaign);
  });

  it('holds the same people back every time, some and not all', async () => {
    const arms: string[] = [];
    for (const key of [1, 2]) {
      const campaign = await open({
        controlPercent: 50,
        key: Buffer.alloc(32, key).toString('base64'),
      });
      let arm = '';
      for (const person of PEOPLE) {
        const first = await pay(2_000n, { person });
        if (key === 1) expect((await pay(2_000n, { person })).off).toBe(first.off);
        arm += first.off === undefined ? 'c' : 't';
      }
      arms.push(arm);
      await stop(campaign);
    }
    expect(arms.join('')).toContain('c');
    expect(arms.join('')).toContain('t');
  });

  it('goes with what is given back, and takes only what is paid from the shopper’s allowance', async () => {
    const used = (): unknown => one('SELECT sum(used_minor) FROM allowance');
    const campaign = await open();
    const before = Number(used());
    const { paymentId } = await pay(3_333n);
    expect(Number(used()) - before).toBe(3_333 - 333);
    const first = await move('payment.refund', paymentId, 1_000n);
    expect(first).toMatchObject({ discountMinor: '234', receipt: { discountMinor: '99' } });
    expect(Number(used()) - before).toBe(2_333 - 234);
    const rest = await move('payment.refund', paymentId, 2_333n);
    expect(rest.receipt?.discountMinor).toBe('234');
    expect(rest.discountMinor).toBeUndefined();
    expect(Number(used())).toBe(before);
    const other = await pay(5_000n);
    const reversed = await move('payment.reverse', other.paymentId, 5_000n);
    expect(reversed.receipt?.discountMinor).toBe('500');
    expect(Number(used())).toBe(before);
    // what is given back does not come back to the budget
    expect(one('SELECT given_minor FROM campaign WHERE campaign_id = ?', campaign)).toBe(833);
    await stop(campaign);
  });

  it('paid by the city leaves the merchant the whole price; every ledger row is what its event says', async () => {
    const campaign = await open({ funder: 'city', merchantId: null });
    const { paymentId } = await pay(10_000n);
    const row = raw
      .prepare('SELECT debit, amount_minor AS amount FROM discount WHERE payment_id = ?')
      .get(paymentId);
    expect(row).toEqual({ debit: 'expense:campaigns', amount: 1_000 });
    await stop(campaign);
    expect(verdict()).toMatchObject({ ok: true, findings: [] });
    raw.exec('DROP TRIGGER discount_never_changes');
    raw.exec(
      `UPDATE discount SET debit = 'payable:merchant:merchant-test-t1' WHERE payment_id = '${paymentId}'`,
    );
    const found = present(verdict().findings[0], 'a finding');
    expect(found).toMatchObject({ code: 'row_differs', table: 'discount', detail: 'debit' });
  });
});
