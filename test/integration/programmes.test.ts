import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditHash } from '../../central/access/audit-hash.ts';
import type { Principal } from '../../central/access/principal.ts';
import { problemSchema } from '../../shared/contracts/http-hub.ts';
import { merchantSchema } from '../../shared/contracts/http-merchants.ts';
import {
  previewSchema,
  programmeListSchema,
  programmeLogSchema,
  programmeRunSchema,
  programmeSchema,
} from '../../shared/contracts/http-programmes.ts';
import { settlementRunDetailSchema } from '../../shared/contracts/http-settlement.ts';
import { standingSchema } from '../../shared/contracts/http-standing.ts';
import { statementSchema } from '../../shared/contracts/http-statements.ts';
import { recordedSchema } from '../../shared/contracts/reconciliation.ts';
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
