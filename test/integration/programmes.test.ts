import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditHash } from '../../central/access/audit-hash.ts';
import type { Principal } from '../../central/access/principal.ts';
import { bookDiscount, isDiscountEvent } from '../../central/campaigns/discount-booking.ts';
import {
  campaignListSchema,
  campaignSchema,
  liftSchema,
} from '../../shared/contracts/http-campaigns.ts';
import { problemSchema } from '../../shared/contracts/http-hub.ts';
import { merchantSchema } from '../../shared/contracts/http-merchants.ts';
import {
  previewSchema,
  programmeEffectSchema,
  programmeListSchema,
  programmeLogSchema,
  programmeRunSchema,
  programmeSchema,
} from '../../shared/contracts/http-programmes.ts';
import { settlementRunDetailSchema } from '../../shared/contracts/http-settlement.ts';
import { standingSchema } from '../../shared/contracts/http-standing.ts';
import { statementSchema } from '../../shared/contracts/http-statements.ts';
import { hubEventSchema } from '../../shared/contracts/hub-events.ts';
import { ledgerVerdictSchema } from '../../shared/contracts/ledger-verdict.ts';
import { recordedSchema } from '../../shared/contracts/reconciliation.ts';
import { isInControlGroup } from '../../shared/kernel/campaign-arm.ts';
import { ChainWriter, newId } from '../support/chain-writer.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestBooks } from '../support/test-books.ts';

const HUB = 'hub-wuma';
const operator: Principal = { subject: 'operator', role: 'operator', merchants: [] };
const analyst = (subject: string): Principal => ({ subject, role: 'analyst', merchants: [] });
const [writer, runner, approver] = [analyst('ana-1'), analyst('ana-2'), analyst('ana-3')];

const rules = {
  kind: 'subsidy',
  title: '旺季补贴',
  from: '2026-11-01',
  to: '2026-12-31',
  awardMinor: '50000',
  budgetMinor: '120000',
  mostCompanies: 10,
  eligibility: [{ measure: 'street_payments', atLeast: 2 }],
  weights: [{ measure: 'street_taken_minor', weight: 3 }],
};
const programmeId = newId();
const runId = newId();
const runPath = `/api/programme-runs/${runId}`;

let postgres: TestPostgres;
let books: TestBooks;
const chain = new ChainWriter(HUB);

/** A company with so many payments of 100 yuan; only those that agree are considered. */
async function company(merchantId: string, payments: number, agrees = true): Promise<void> {
  const account = { accountId: newId(), holder: merchantId, number: '6222021234567890123' };
  const schema = merchantSchema;
  await books.answer(operator, '/api/merchants', {
    schema,
    body: {
      merchantId,
      companyName: merchantId,
      licenceNumber: '91350100M000100Y43',
      account: { ...account, bankName: '中国银行', bankCode: '104333000016' },
    },
  });
  const review = { decision: 'approve', note: 'seen' };
  await books.answer(operator, `/api/merchants/${merchantId}/review`, { schema, body: review });
  const capture = () =>
    chain.capture({ merchantId, amountMinor: '10000', capturedAt: '2026-11-20T02:00:00.000Z' });
  await books.book(HUB, ...Array.from({ length: payments }, capture));
  if (!agrees) return;
  const owner: Principal = { subject: `${merchantId}-1`, role: 'owner', merchants: [merchantId] };
  await books.answer(owner, `/api/merchants/${merchantId}/standing/consent`, {
    schema: standingSchema,
    body: { consentId: newId(), given: true, textVersion: 'standing-1' },
  });
}

beforeAll(async () => {
  postgres = await TestPostgres.start();
  const url = await postgres.createDatabase();
  books = await TestBooks.start({ url, hubs: [HUB], at: '2026-11-26T08:00:00.000Z' });
  await company('m-a', 5);
  await company('m-b', 3);
  await company('m-c', 4);
  await company('m-few', 1);
  await company('m-no', 9, false);
});
afterAll(async () => {
  await books.stop();
  await postgres.stop();
});

const run = (as: Principal, path: string, body?: object) =>
  books.answer(as, path, { schema: programmeRunSchema, ...(body ? { body } : {}) });
const refusal = async (as: Principal, path: string, body: object): Promise<unknown> => {
  const { code, detail } = problemSchema.parse(await (await books.ask(as, path, body)).json());
  return [code, detail];
};

describe('a programme', () => {
  it('is previewed on what is there, and nothing is kept', async () => {
    const preview = await books.answer(writer, '/api/programmes/preview', {
      schema: previewSchema,
      body: rules,
    });
    expect(preview.ranked.map(({ merchantId, awarded }) => [merchantId, awarded])).toEqual([
      ['m-a', true],
      ['m-c', true],
      ['m-b', false],
      ['m-few', false],
    ]);
    expect(preview.companies).toContainEqual({ merchantId: 'm-few', companyName: 'm-few' });
    expect(await books.sql`select * from programme_runs`).toEqual([]);
  });

  it('is run into a list that is made again from the log', async () => {
    const schema = programmeSchema;
    const body = { programmeId, rules };
    await books.answer(writer, '/api/programmes', { schema, body });
    await books.answer(writer, '/api/programmes', { schema, body });
    const other = { programmeId, rules: { ...rules, awardMinor: '1' } };
    expect(await refusal(writer, '/api/programmes', other)).toEqual(['conflict', 'conflict']);
    const made = await run(runner, `/api/programmes/${programmeId}/runs`, { runId });
    expect(made).toMatchObject({ reproduced: true, approvedAt: null, awards: [] });
    // what is booked later does not change it
    await books.book(HUB, chain.capture({ merchantId: 'm-b', amountMinor: '9999999' }));
    const again = await run(runner, `/api/programmes/${programmeId}/runs`, { runId });
    expect(again).toEqual(made);
    expect(made.ownWork).toBe(true);
    expect(await run(approver, runPath)).toEqual({ ...made, ownWork: false });
    await expect(books.sql`update programme_runs set ranked = '[]'`).rejects.toThrow('append-only');
  });

  it('is approved by neither who wrote it nor who ran it', async () => {
    const path = `${runPath}/approve`;
    for (const own of [writer, runner]) {
      expect(await refusal(own, path, { note: 'mine' })).toEqual(['forbidden', 'own_work']);
    }
    await expect(
      books.sql`insert into programme_approvals values (${runId}, ${programmeId}, 'x', 'ana-2', now())`,
    ).rejects.toThrow('another person');
    const approved = await run(approver, path, { note: '复核无误' });
    expect(approved.awards).toEqual([
      { merchantId: 'm-a', amountMinor: '50000', payout: 'owed' },
      { merchantId: 'm-c', amountMinor: '50000', payout: 'owed' },
    ]);
    expect(await run(approver, path, { note: '复核无误' })).toEqual(approved);
    const second = newId();
    await run(runner, `/api/programmes/${programmeId}/runs`, { runId: second });
    const late = `/api/programme-runs/${second}/approve`;
    expect(await refusal(approver, late, { note: 'again' })).toEqual(['conflict', 'conflict']);
    const balances = await books.balances(operator);
    expect(balances['expense:programmes']).toBe(-100_000);
  });

  it('is paid out through settlement, and stands in the statement', async () => {
    const { payoutList } = await books.answer(operator, '/api/settlements', {
      schema: settlementRunDetailSchema,
      body: { kind: 'demand', runId: newId(), merchantId: 'm-a' },
    });
    expect(payoutList).toMatchObject([{ adjustedMinor: '50000', amountMinor: '100000' }]);
    const { awards } = await run(approver, runPath);
    expect(awards.map(({ payout }) => payout)).toEqual(['instructed', 'owed']);
    const statement = await books.answer(
      operator,
      '/api/merchants/m-a/statement?from=2026-11-26&to=2026-11-26',
      { schema: statementSchema },
    );
    expect(statement.lines.filter(({ kind }) => kind === 'subsidy')).toMatchObject([
      { amountMinor: '50000', feeMinor: '0' },
    ]);
    await books.balances(operator);
  });

  it('is followed to its outcome', async () => {
    const outcome = { outcomeId: newId(), merchantId: 'm-a', day: '2026-12-20', note: '回访' };
    const body = { ...outcome, outcome: 'operating' };
    const path = `${runPath}/outcomes`;
    const schema = recordedSchema;
    expect(await books.answer(writer, path, { schema, body })).toEqual({ recorded: 1 });
    expect(await books.answer(writer, path, { schema, body })).toEqual({ recorded: 0 });
    const foreign = { ...body, outcomeId: newId(), merchantId: 'm-b' };
    expect(await refusal(writer, path, foreign)).toEqual(['not_found', 'not_found']);
    expect((await run(writer, runPath)).outcomes).toEqual([body]);
    const list = await books.answer(writer, '/api/programmes', { schema: programmeListSchema });
    expect(list.programmes[0]?.runs).toHaveLength(2);
  });

  it('is a file to keep, in which who did what is chained', async () => {
    const log = await books.answer(approver, `${runPath}/log`, { schema: programmeLogSchema });
    expect(log.acts.map(({ action, actor }) => [action, actor])).toEqual([
      ['programme.write', 'ana-1'],
      ['programme.run', 'ana-2'],
      ['programme.approve', 'ana-3'],
      ['programme.outcome', 'ana-1'],
    ]);
    expect(log.ranked).toHaveLength(4);
    for (const act of log.acts) expect(act.hash).toBe(auditHash(act));
  });
});

describe('what a programme has changed', () => {
  afterAll(() => {
    books.clock.set('2026-11-26T08:00:00.000Z');
  });
  const effect = (path: string) =>
    books.answer(approver, `${path}/effect`, { schema: programmeEffectSchema });

  it('is told of whole weeks since the approval, and of ten companies in each group', async () => {
    expect((await effect(runPath)).outcome).toEqual({ told: false, why: 'too_early' });
    books.clock.set('2026-12-26T08:00:00.000Z');
    expect((await effect(runPath)).outcome).toEqual({ told: false, why: 'too_few' });
    expect((await books.ask(approver, `/api/programme-runs/${newId()}/effect`)).status).toBe(404);
  });

  it('is how takings of awarded companies changed, less how those of others did', async () => {
    const companies = Array.from({ length: 24 }, (_, at) => `m-effect-${at}`);
    const awarded = companies.slice(0, 12);
    const made = { runId: newId(), programmeId: newId() };
    const ranked = [...companies, 'm-ineligible'].map((merchantId, at) => ({
      merchantId,
      rank: merchantId === 'm-ineligible' ? null : at + 1,
      awarded: awarded.includes(merchantId),
    }));
    await books.sql`insert into programmes values (${made.programmeId}, ${books.sql.json({ ...rules, currency: 'CNY' })}, 'ana-1', now())`;
    await books.sql`insert into programme_runs values
      (${made.runId}, ${made.programmeId}, ${'0'.repeat(64)}, '[]', ${books.sql.json(ranked)}, 'ana-2', now())`;
    const path = `/api/programme-runs/${made.runId}`;
    expect((await effect(path)).outcome).toEqual({ told: false, why: 'not_approved' });
    await books.sql`insert into programme_approvals values
      (${made.runId}, ${made.programmeId}, 'seen', 'ana-3', '2026-11-20T08:00:00.000Z')`;
    // counted are the weeks from 21 November until 25 December, and as many before
    const paid = (merchantId: string, amountMinor: string, day: string) =>
      chain.capture({ merchantId, amountMinor, capturedAt: `${day}T04:00:00.000Z` });
    const events = companies.flatMap((merchantId, at) => {
      const size = 1_000 * (at + 1);
      const isAwarded = awarded.includes(merchantId);
      return [
        paid(merchantId, `${size}`, '2026-10-17'),
        paid(merchantId, `${isAwarded ? size * 3 : size}`, '2026-12-25'),
        // outside of both
        paid(merchantId, '900000', '2026-10-16'),
        paid(merchantId, '900000', '2026-12-26'),
      ];
    });
    await books.book(HUB, ...events, paid('m-ineligible', '1', '2026-12-01'));
    const { outcome, sentence } = await effect(path);
    expect(outcome).toEqual({
      told: true,
      weeks: 5,
      until: '2026-12-25',
      awarded: { companies: 12, growth: 1 },
      others: { companies: 12, growth: 0 },
      difference: { value: 1, low: 1, high: 1 },
    });
    expect(sentence.en).toContain('+100.0 points apart');
  });
});

describe('a campaign', () => {
  const owner: Principal = { subject: 'm-b-1', role: 'owner', merchants: ['m-b'] };
  const path = '/api/merchants/m-b/campaigns';
  const campaignId = newId();
  const terms = {
    title: { 'zh-CN': '满减', en: 'Five off' },
    offer: { kind: 'fixed', amountMinor: '500' },
    minimumMinor: '2000',
    currency: 'CNY',
    startsAt: '2026-11-27T00:00:00.000Z',
    endsAt: '2026-12-10T00:00:00.000Z',
    controlPercent: 40,
  };
  const writing = { campaignId, terms, budgetMinor: '3000' };
  const people = Array.from({ length: 80 }, newId);

  /** A payment of a merchant, and its discount as the hub would tell it. */
  function paid(shopperId: string, amountMinor: string, capturedAt: string) {
    const paymentId = newId();
    const whose = { paymentId, shopperId, merchantId: 'm-b' };
    const event = chain.capture({ ...whose, shopId: 's-b', amountMinor, capturedAt });
    const say = (kind: 'given' | 'returned', minor: string, by = chain) =>
      by.write(`discount.${kind}`, {
        ...whose,
        campaignId,
        amountMinor: minor,
        currency: 'CNY',
        [`${kind}At`]: capturedAt,
      });
    const refund = (minor: string) =>
      chain.write('payment.refunded', {
        ...whose,
        terminalId: `${HUB}-t1`,
        shopId: 's-b',
        amountMinor: minor,
        currency: 'CNY',
        refundId: newId(),
        refundedAt: capturedAt,
        reference: 'WM-R',
      });
    return { event, say, refund };
  }
  /** Whether an event of a discount would be booked; nothing of it is kept. */
  const wouldBook = async (text: string): Promise<boolean> => {
    const event = hubEventSchema.parse(JSON.parse(text));
    if (!isDiscountEvent(event)) throw new Error(event.type);
    return books.database.transact((tx) => bookDiscount(tx, event, new Date()));
  };
  const due = async (): Promise<number> => {
    const balances = await books.balances(operator);
    return balances['payable:merchant:m-b'] ?? 0;
  };

  it('is written by its owner once, and told to every hub of theirs with a share of the budget', async () => {
    expect(await refusal(owner, path, writing)).toEqual(['conflict', 'no_hub']);
    const shop = { terminalId: 't-b', shopId: 's-b', shopName: 'B', merchantId: 'm-b' };
    await books.book(HUB, chain.write('terminal.registered', shop));
    const made = await books.answer(owner, path, { schema: campaignSchema, body: writing });
    expect(made).toMatchObject({ funder: 'merchant', state: 'planned', givenMinor: '0', terms });
    expect(await books.answer(owner, path, { schema: campaignSchema, body: writing })).toEqual(
      made,
    );
    const other = { ...writing, budgetMinor: '4000' };
    expect(await refusal(owner, path, other)).toEqual(['conflict', 'conflict']);
    const over = {
      ...writing,
      campaignId: newId(),
      terms: { ...terms, startsAt: '2026-11-01T00:00:00.000Z', endsAt: '2026-11-02T00:00:00.000Z' },
    };
    expect(await refusal(owner, path, over)).toEqual(['conflict', 'over']);
    const all = { ...writing, campaignId: newId(), terms: { ...terms, minimumMinor: '500' } };
    expect((await books.ask(owner, path, all)).status).toBe(400);
    const [told, ...more] = await books.sql<{ body: string }[]>`
      select body from downlink where type = 'campaign.open'`;
    expect(more).toEqual([]);
    const message: unknown = JSON.parse(told?.body ?? '');
    expect(message).toMatchObject({
      data: { ...terms, campaignId, shareMinor: '3000', merchantId: 'm-b' },
    });
  });

  it('is booked as its hub tells it: the merchant is owed less, never below its share, and the books balance', async () => {
    const before = await due();
    const [first] = people;
    const one = paid(first ?? '', '10000', '2026-11-27T02:00:00.000Z');
    await books.book(HUB, one.event, one.say('given', '500'));
    expect(await due()).toBe(before + 9_500);
    // half of it is given back: so is half of the discount
    await books.book(HUB, one.refund('5000'), one.say('returned', '250'));
    expect(await due()).toBe(before + 4_750);
    const side = new ChainWriter(HUB);
    const forged = (data: object): Promise<boolean> => {
      const whole = {
        paymentId: newId(),
        campaignId,
        shopperId: first,
        merchantId: 'm-b',
        currency: 'CNY',
      };
      return wouldBook(
        side.write('discount.given', {
          ...whole,
          amountMinor: '1',
          givenAt: '2026-11-27T02:00:00.000Z',
          ...data,
        }).text,
      );
    };
    // of no payment, twice, more than the share, more than is left of it
    expect(await forged({})).toBe(false);
    expect(await wouldBook(one.say('given', '1', side).text)).toBe(false);
    expect(await wouldBook(one.say('returned', '251', side).text)).toBe(false);
    await expect(
      books.sql`update campaign_shares set given_minor = 3001 where campaign_id = ${campaignId}`,
    ).rejects.toThrow('check');
    await expect(books.sql`delete from discounts`).rejects.toThrow('append-only');
    const [entry] = await books
      .answer(owner, path, { schema: campaignListSchema })
      .then(({ campaigns }) => campaigns);
    expect(entry).toMatchObject({ givenMinor: '500', discounts: 1, state: 'planned' });
  });

  it('tells what it has brought by the control group, which is the same people at hubs and at central', async () => {
    const [row] = await books.sql<
      { key: string }[]
    >`select key from campaigns where campaign_id = ${campaignId}`;
    const arm = { campaignId, key: row?.key ?? '', controlPercent: terms.controlPercent };
    const isTreated = (shopperId: string): boolean => !isInControlGroup(arm, shopperId);
    const lift = async () => {
      return books.answer(owner, `${path}/${campaignId}/lift`, { schema: liftSchema });
    };
    expect((await lift()).outcome).toEqual({ told: false, why: 'too_early' });
    books.clock.set('2026-12-01T02:00:00.000Z');
    // one person came before and during: they are not enough
    expect((await lift()).outcome).toEqual({ told: false, why: 'too_few' });
    const bought = people.flatMap((shopperId) => [
      paid(shopperId, '1000', '2026-11-20T02:00:00.000Z').event,
      paid(shopperId, isTreated(shopperId) ? '3000' : '1000', '2026-11-28T02:00:00.000Z').event,
    ]);
    await books.book(HUB, ...bought);
    // who only came during the campaign is in neither group
    await books.book(HUB, paid(newId(), '99000', '2026-11-28T02:00:00.000Z').event);
    const { outcome, sentence } = await lift();
    if (!outcome.told) throw new Error(outcome.why);
    const known = await books.sql<{ id: string }[]>`
      select distinct shopper_id as id from payments where merchant_id = 'm-b' and captured_at < ${terms.startsAt}`;
    const treated = known.filter(({ id }) => isTreated(id)).length;
    expect(outcome.treated.people).toBe(treated);
    expect(outcome.control.people).toBe(known.length - treated);
    const { low, value, high } = outcome.spendMinor;
    expect([low > 0, low < 2_000, high > 2_000, Math.abs(value - 2_000) < 500]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(outcome.until).toBe('2026-11-30');
    expect(sentence.en).toContain('the campaign works');
    const cashier: Principal = { subject: 'm-b-2', role: 'cashier', merchants: ['m-b'] };
    expect((await books.ask(cashier, `${path}/${campaignId}/lift`)).status).toBe(403);
    // another merchant's campaign is not there
    const foreign = `/api/merchants/m-a/campaigns/${campaignId}/lift`;
    const another: Principal = { subject: 'm-a-1', role: 'owner', merchants: ['m-a'] };
    expect((await books.ask(another, foreign)).status).toBe(404);
  });

  it('is paid out through settlement less its discounts, and what is booked of it is what was told', async () => {
    const { payoutList } = await books.answer(operator, '/api/settlements', {
      schema: settlementRunDetailSchema,
      body: { kind: 'demand', runId: newId(), merchantId: 'm-b' },
    });
    expect(payoutList).toMatchObject([{ adjustedMinor: '-250' }]);
    await books.balances(operator);
    const verdict = await books.answer(operator, `/api/ledger/verify?hub=${HUB}`, {
      schema: ledgerVerdictSchema,
    });
    expect(verdict).toMatchObject({ ok: true, findings: [] });
  });

  it('of the city is paid for by the city, and stops when the bureau says so', async () => {
    const cityId = newId();
    const body = {
      ...writing,
      campaignId: cityId,
      terms: { ...terms, startsAt: '2026-11-30T00:00:00.000Z' },
    };
    await books.answer(writer, '/api/campaigns', { schema: campaignSchema, body });
    const before = await due();
    const one = paid(newId(), '10000', '2026-12-01T01:00:00.000Z');
    const whose = JSON.parse(one.say('given', '500', new ChainWriter(HUB)).text) as {
      data: object;
    };
    await books.book(
      HUB,
      one.event,
      chain.write('discount.given', { ...whose.data, campaignId: cityId }),
    );
    expect(await due()).toBe(before + 10_000);
    expect((await books.balances(operator))['expense:campaigns']).toBe(-500);
    const stopped = await books.answer(writer, `/api/campaigns/${cityId}/stop`, {
      schema: campaignSchema,
      body: {},
    });
    expect(stopped).toMatchObject({ state: 'stopped', givenMinor: '500' });
    const [told] =
      await books.sql`select count(*)::int as told from downlink where type = 'campaign.stop'`;
    expect(told).toEqual({ told: 1 });
    // an owner has no way to it
    expect((await books.ask(owner, `/api/merchants/m-b/campaigns/${cityId}/stop`, {})).status).toBe(
      404,
    );
  });
});
