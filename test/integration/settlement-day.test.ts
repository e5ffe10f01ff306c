import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Principal } from '../../central/access/principal.ts';
import { BankDesk } from '../../central/settlement/bank-desk.ts';
import type { BankPort } from '../../central/settlement/bank-port.ts';
import { FolderBank } from '../../central/settlement/folder-bank.ts';
import { BankSimulator } from '../../deploy/bank/bank-simulator.ts';
import {
  disputeListSchema,
  disputeSchema,
  fundSchema,
} from '../../shared/contracts/http-disputes.ts';
import { merchantSchema } from '../../shared/contracts/http-merchants.ts';
import {
  bankExchangeSchema,
  payoutListSchema,
  settlementExceptionListSchema,
  settlementRunDetailSchema,
} from '../../shared/contracts/http-settlement.ts';
import { statementSchema } from '../../shared/contracts/http-statements.ts';
import { ledgerVerdictSchema } from '../../shared/contracts/ledger-verdict.ts';
import { recordedSchema } from '../../shared/contracts/reconciliation.ts';
import { ChainWriter, newId } from '../support/chain-writer.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestBooks } from '../support/test-books.ts';

const HUB = 'hub-wuma';
const DAY = '2026-11-26';
const SCHEMAS = '../shared/schemas';
const CLOSED = '6217009999999999999';
const operator: Principal = { subject: 'operator', role: 'operator', merchants: [] };

let postgres: TestPostgres;
let books: TestBooks;
let bank: BankSimulator;
const chain = new ChainWriter(HUB);

/** A capture of the tea house, or of another, and what it needs to be given back. */
function capture(amount: number, at: string, merchantId = 'm-tea') {
  const data = {
    paymentId: newId(),
    shopperId: newId(),
    terminalId: 't-1',
    shopId: `s-${merchantId}`,
    merchantId,
    amountMinor: String(amount),
    currency: 'CNY',
  };
  const event = chain.capture({ ...data, capturedAt: at });
  const back = (kind: 'refund' | 'reversal', part: number, when: string) =>
    kind === 'refund'
      ? chain.write('payment.refunded', {
          ...data,
          amountMinor: String(part),
          refundId: newId(),
          refundedAt: when,
          reference: 'WM-R',
        })
      : chain.write('payment.reversed', {
          ...data,
          reversalId: newId(),
          reversedAt: when,
          reference: 'WM-V',
        });
  return { event, back, paymentId: data.paymentId };
}

async function takeOn(merchantId: string, options: { number: string; basisPoints: number }) {
  await books.answer(operator, '/api/merchants', {
    schema: merchantSchema,
    body: {
      merchantId,
      companyName: `${merchantId} 有限公司`,
      licenceNumber: '91350100M000100Y43',
      account: { ...account(options.number), holder: `${merchantId} & Söhne <有限公司>` },
    },
  });
  await books.answer(operator, `/api/merchants/${merchantId}/review`, {
    schema: merchantSchema,
    body: { decision: 'approve', note: 'seen' },
  });
  await books.answer(operator, `/api/merchants/${merchantId}/fees`, {
    schema: merchantSchema,
    body: { fromDate: '2026-11-01', basisPoints: options.basisPoints },
  });
}

const account = (number: string) => ({
  accountId: newId(),
  holder: '有限公司',
  number,
  bankName: '中国银行温州分行',
  bankCode: '104333000016',
});

const openDispute = (body: object) =>
  books.answer(operator, '/api/disputes', { schema: disputeSchema, body });
const decide = (disputeId: string, body: object) =>
  books.answer(operator, `/api/disputes/${disputeId}/decide`, { schema: disputeSchema, body });
const settle = (request: object) =>
  books.answer(operator, '/api/settlements', {
    schema: settlementRunDetailSchema,
    body: { runId: newId(), ...request },
  });
const exchange = () =>
  books.answer(operator, '/api/bank/exchange', { schema: bankExchangeSchema, body: {} });
const runOf = (runId: string) =>
  books.answer(operator, `/api/settlements/${runId}`, { schema: settlementRunDetailSchema });

const teaLate = () => capture(999, '2026-11-27T01:00:00.000Z');
let teaFirst: ReturnType<typeof capture>;

beforeAll(async () => {
  postgres = await TestPostgres.start();
  const url = await postgres.createDatabase();
  books = await TestBooks.start({ url, hubs: [HUB], at: '2026-11-26T00:30:00.000Z' });
  bank = new BankSimulator({ dir: books.bankDir, closedAccounts: [CLOSED] });
  await takeOn('m-tea', { number: '6222021234567890123', basisPoints: 38 });
  await takeOn('m-silk', { number: CLOSED, basisPoints: 60 });

  teaFirst = capture(10_000, '2026-11-26T02:00:00.000Z');
  const refunded = capture(2_550, '2026-11-26T03:00:00.000Z');
  const reversed = capture(333, '2026-11-26T15:58:00.000Z');
  await books.book(HUB, teaFirst.event, refunded.event, reversed.event);
  await books.book(
    HUB,
    capture(5_000, '2026-11-26T04:00:00.000Z', 'm-silk').event,
    // a company that nobody has taken on yet
    capture(700, '2026-11-26T05:00:00.000Z', 'm-new').event,
    refunded.back('refund', 1_000, '2026-11-26T06:00:00.000Z'),
    reversed.back('reversal', 333, '2026-11-26T16:20:00.000Z'),
    teaLate().event,
  );
});
afterAll(async () => {
  await books.stop();
  await postgres.stop();
});

describe('a settlement day', () => {
  let runId = '';

  it('waits until nothing of it can be reversed any more', async () => {
    // a quarter past one in China: the hub may still reverse what it took at two minutes to midnight
    books.clock.set('2026-11-26T17:15:00.000Z');
    const early = { runId: newId(), kind: 'daily', day: DAY };
    const answer = await books.ask(operator, '/api/settlements', early);
    expect(answer.status).toBe(409);
    expect(await answer.text()).toContain('too_early');
  });

  it('pays what was taken, less fees, refunds and reversals, once', async () => {
    books.clock.set('2026-11-27T02:00:00.000Z');
    const request = { kind: 'daily', day: DAY };
    const [first, second] = await Promise.all([settle(request), settle(request)]);
    runId = first.runId;
    expect(second.runId).toBe(runId);
    expect(await settle({ ...request, runId })).toEqual(await runOf(runId));
    const paid = Object.fromEntries(first.payoutList.map((each) => [each.merchantId, each]));
    expect(Object.keys(paid).toSorted()).toEqual(['m-silk', 'm-tea']);
    // 38 + 10 + 1 taken, 3 given back for the refund (rounded down), 1 for the reversal
    expect(paid['m-tea']).toMatchObject({
      capturedMinor: '12883',
      refundedMinor: '1333',
      feeMinor: '45',
      amountMinor: '11505',
    });
    expect(paid['m-silk']).toMatchObject({ feeMinor: '30', amountMinor: '4970' });
    expect(await books.balances(operator)).toMatchObject({
      'payable:merchant:m-tea': 999,
      'payable:merchant:m-silk': 0,
      'payable:merchant:m-new': 700,
      'transit:payouts': 16_475,
      'income:fees': 75,
    });
  });

  it('refuses another run of the same id', async () => {
    const other = { runId, kind: 'demand' };
    expect((await books.ask(operator, '/api/settlements', other)).status).toBe(409);
  });

  it('sends the same file again after a crash, and the bank pays it once', async () => {
    const folder = new FolderBank(books.bankDir);
    const crashing: BankPort = {
      submit: async (file) => {
        await folder.submit(file);
        throw new Error('the power goes');
      },
      collect: (limit) => folder.collect(limit),
    };
    const { database, clock, events } = books;
    const desk = new BankDesk({ database, clock, newId, bank: crashing, events, everyMs: 60_000 });
    await expect(desk.exchange()).rejects.toThrow('the power goes');
    const sent = (): string[] => readdirSync(join(books.bankDir, 'out'));
    const [name] = sent();
    const before = readFileSync(join(books.bankDir, 'out', name ?? ''), 'utf8');
    expect(bank.answerAll()).toBe(1);
    expect(await exchange()).toEqual({ sent: 1, received: 2 });
    expect(readFileSync(join(books.bankDir, 'out', name ?? ''), 'utf8')).toBe(before);
    expect(bank.answerAll()).toBe(1);
    expect(await exchange()).toEqual({ sent: 0, received: 0 });
  });

  it('has paid the one, and owes the other again, whom the bank has refused', async () => {
    const run = await runOf(runId);
    expect(run.states).toEqual({ instructed: 0, accepted: 0, booked: 1, returned: 1 });
    const silk = run.payoutList.find(({ merchantId }) => merchantId === 'm-silk');
    expect(silk).toMatchObject({ state: 'returned', reasonCode: 'AC04' });
    expect(await books.balances(operator)).toMatchObject({
      'payable:merchant:m-tea': 999,
      'payable:merchant:m-silk': 4_970,
      'transit:payouts': 0,
      'cash:settlement': 11_505,
      'income:fees': 75,
    });
    const { exceptions } = await books.answer(operator, '/api/settlement-exceptions', {
      schema: settlementExceptionListSchema,
    });
    expect(exceptions).toMatchObject([
      { code: 'payout_rejected', subject: silk?.payoutId, merchantId: 'm-silk' },
    ]);
  });

  it('reads an answer that was not taken once more, and books it once', async () => {
    const before = await books.balances(operator);
    const taken = join(books.bankDir, 'taken');
    const inbox = join(books.bankDir, 'in');
    const folder = new FolderBank(books.bankDir);
    const answers = readdirSync(taken).map((name) => readFileSync(join(taken, name), 'utf8'));
    expect(answers).toHaveLength(2);
    let handed = false;
    const again: BankPort = {
      submit: (file) => folder.submit(file),
      collect: async () => {
        const given = handed ? [] : answers;
        handed = true;
        return given.map((xml) => ({ xml, taken: async () => {} }));
      },
    };
    const { database, clock, events } = books;
    const desk = new BankDesk({ database, clock, newId, bank: again, events, everyMs: 60_000 });
    expect(await desk.exchange()).toEqual({ sent: 0, received: 2 });
    expect(await books.balances(operator)).toEqual(before);
    expect(readdirSync(inbox)).toEqual([]);
  });

  it('pays the refused one after its account was corrected, and not before', async () => {
    books.clock.set('2026-11-27T08:00:00.000Z');
    const none = await settle({ kind: 'demand', merchantId: 'm-silk' });
    expect(none.payouts).toBe(0);
    const corrected = account('6217001234567890001');
    await books.answer(operator, '/api/merchants/m-silk/accounts', {
      schema: merchantSchema,
      body: corrected,
    });
    const path = `/api/merchants/m-silk/accounts/${corrected.accountId}/review`;
    const merchant = await books.answer(operator, path, {
      schema: merchantSchema,
      body: { approve: true },
    });
    expect(merchant.accounts.map(({ state }) => state)).toEqual(['in_force', 'refused']);
    const retried = await settle({ kind: 'demand', merchantId: 'm-silk' });
    expect(retried.payoutList).toMatchObject([
      { merchantId: 'm-silk', capturedMinor: '0', adjustedMinor: '4970', amountMinor: '4970' },
    ]);
    expect(await exchange()).toMatchObject({ sent: 1 });
    bank.answerAll();
    await exchange();
    expect((await runOf(retried.runId)).states.booked).toBe(1);
    const { exceptions } = await books.answer(operator, '/api/settlement-exceptions', {
      schema: settlementExceptionListSchema,
    });
    const closing = `/api/settlement-exceptions/${exceptions[0]?.exceptionId}/resolve`;
    const body = { note: 'new account, paid' };
    await books.answer(operator, closing, { schema: recordedSchema, body });
    expect((await books.ask(operator, closing, body)).status).toBe(404);
  });

  it('lets a merchant that owes more than it took wait, and nets it later', async () => {
    books.clock.set('2026-11-28T08:00:00.000Z');
    await books.book(HUB, teaFirst.back('refund', 10_000, '2026-11-27T09:00:00.000Z'));
    expect((await settle({ kind: 'demand' })).payouts).toBe(0);
    expect((await books.balances(operator))['payable:merchant:m-tea']).toBe(-9_001);
    await books.book(HUB, capture(20_000, '2026-11-28T02:00:00.000Z').event);
    const [paid] = (await settle({ kind: 'demand' })).payoutList;
    // 4 + 76 taken, 38 given back
    expect(paid).toMatchObject({ feeMinor: '42', amountMinor: String(999 + 20_000 - 10_000 - 42) });
    // a Saturday: the bank pays on Monday
    const files = (await runOf((await lastRun()).runId)).files;
    expect(files[0]?.executionDate).toBe('2026-11-30');
  });

  it('compensates a disputed payment from the fund, holds it, and settles what was decided', async () => {
    const payment = capture(3_000, '2026-11-28T03:00:00.000Z');
    await books.book(HUB, payment.event);
    const opening = {
      disputeId: newId(),
      hubId: HUB,
      paymentId: payment.paymentId,
      amountMinor: '3000',
      reason: 'not_mine',
    };
    const refused = async (body: object): Promise<string> =>
      (await books.ask(operator, '/api/disputes', body)).text();
    expect(await refused(opening)).toContain('fund_empty');
    const fund = { paymentInId: newId(), amountMinor: '10000' };
    for (let sent = 0; sent < 2; sent += 1) {
      const paidIn = await books.answer(operator, '/api/risk-fund', {
        schema: fundSchema,
        body: fund,
      });
      expect(paidIn.balanceMinor).toBe('10000');
    }
    const before = await books.balances(operator);
    expect(await refused({ ...opening, amountMinor: '3001' })).toContain('above_payment');
    for (let sent = 0; sent < 2; sent += 1) await openDispute(opening);
    expect(await refused({ ...opening, disputeId: newId() })).toContain('disputed');
    expect(await books.balances(operator)).toMatchObject({
      'fund:risk': 7_000,
      'held:merchant:m-tea': 3_000,
      'payable:merchant:m-tea': 0,
      'receivable:shoppers': Number(before['receivable:shoppers']) + 3_000,
    });
    // taken and held: nothing to pay
    expect((await settle({ kind: 'demand', merchantId: 'm-tea' })).payouts).toBe(0);
    const stranger: Principal = { subject: 'o', role: 'owner', merchants: ['m-silk'] };
    const reply = `/api/disputes/${opening.disputeId}/reply`;
    expect((await books.ask(stranger, reply, { reply: 'mine' })).status).toBe(404);
    const list = await books.answer(stranger, '/api/disputes', { schema: disputeListSchema });
    expect(list.disputes).toEqual([]);
    const tea: Principal = { subject: 'o', role: 'owner', merchants: ['m-tea'] };
    await books.answer(tea, reply, { schema: disputeSchema, body: { reply: 'they were here' } });
    await decide(opening.disputeId, { decision: 'dismiss', note: 'seen on the bill' });
    expect(await books.balances(operator)).toMatchObject({
      'fund:risk': 10_000,
      'held:merchant:m-tea': 0,
      'payable:merchant:m-tea': 3_000,
      'receivable:shoppers': before['receivable:shoppers'],
    });
    const again = { ...opening, disputeId: newId(), amountMinor: '1000' };
    await openDispute(again);
    await decide(again.disputeId, { decision: 'uphold', note: 'charged too much' });
    expect(await books.balances(operator)).toMatchObject({ 'fund:risk': 10_000 });
    books.clock.set('2026-11-28T09:00:00.000Z');
    const [paid] = (await settle({ kind: 'demand', merchantId: 'm-tea' })).payoutList;
    expect(paid).toMatchObject({
      capturedMinor: '3000',
      feeMinor: '11',
      adjustedMinor: '-1000',
      amountMinor: '1989',
    });
  });

  it('shows a merchant its own payouts', async () => {
    const owner: Principal = { subject: 'o', role: 'owner', merchants: ['m-silk'] };
    const path = '/api/merchants/m-silk/payouts';
    const { payouts } = await books.answer(owner, path, { schema: payoutListSchema });
    expect(payouts.map(({ state }) => state)).toEqual(['booked', 'returned']);
    expect((await books.ask(owner, '/api/merchants/m-tea/payouts')).status).toBe(404);
    expect((await books.ask(owner, '/api/settlements')).status).toBe(403);
  });

  it('writes statements whose lines come to what was paid out', async () => {
    const owner: Principal = { subject: 'o', role: 'owner', merchants: ['m-tea'] };
    const period = 'from=2026-11-27&to=2026-11-28';
    const path = '/api/merchants/m-tea/statement';
    const statement = await books.answer(owner, `${path}?${period}`, { schema: statementSchema });
    const { payouts } = await books.answer(owner, '/api/merchants/m-tea/payouts', {
      schema: payoutListSchema,
    });
    const paid = payouts.reduce((sum, each) => sum + BigInt(each.amountMinor), 0n);
    expect(statement.paidMinor).toBe(paid.toString());
    expect(new Set(statement.lines.map(({ kind }) => kind))).toEqual(
      new Set(['capture', 'refund', 'reverse', 'dispute_opened', 'dispute_dismissed']),
    );
    const csv = await (await books.ask(owner, `${path}.csv?${period}`)).text();
    expect(csv.trimEnd().split('\r\n')).toHaveLength(statement.lines.length + 2);
    const xlsx = await books.ask(owner, `${path}.xlsx?${period}`);
    const bytes = new Uint8Array(await xlsx.arrayBuffer());
    // a workbook is a zip file
    expect([...bytes.subarray(0, 4)]).toEqual([0x50, 0x4b, 3, 4]);
    const silk = await books.ask(owner, `/api/merchants/m-silk/statement.csv?${period}`);
    expect(silk.status).toBe(404);
  });

  it('leaves the books of the hub as they were, and its own unchangeable', async () => {
    const path = `/api/ledger/verify?hub=${HUB}`;
    const verdict = await books.answer(operator, path, { schema: ledgerVerdictSchema });
    expect(verdict).toMatchObject({ ok: true, findings: [] });
    await expect(books.sql`delete from city_postings`).rejects.toThrow('append-only');
    await expect(books.sql`update settlement_items set fee_minor = 0`).rejects.toThrow(
      'append-only',
    );
    const unbalanced = books.sql`
      insert into city_entries values (${newId()}, 'payout', ${newId()}, 5, 'CNY', null, null, now())`;
    await expect(unbalanced).rejects.toThrow('exactly its amount');
  });

  it('writes and reads files that are valid by the published schemas', async (context) => {
    if (!existsSync(SCHEMAS)) return context.skip(`${SCHEMAS} is not there`);
    const files = await books.sql<{ content: string }[]>`select content from settlement_files`;
    const answers = await books.sql<{ kind: string; content: string }[]>`
      select kind, content from bank_messages`;
    expect(files.length).toBeGreaterThan(2);
    expect(answers.length).toBeGreaterThan(2);
    const pairs = [
      ['pain.001.001.12', files.map(({ content }) => content)],
      ['pain.002.001.14', answers.filter(isOf('pain.002')).map(({ content }) => content)],
      ['camt.053.001.08', answers.filter(isOf('camt.053')).map(({ content }) => content)],
    ] as const;
    for (const [name, texts] of pairs) validateAll(join(SCHEMAS, `${name}.xsd`), texts);
  });
});

describe('an answer that is none', () => {
  it.each([
    ['no XML', 'hello'],
    ['a document type of its own', '<!DOCTYPE a [<!ENTITY x "y">]><Document/>'],
    ['another message', '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"/>'],
  ])('%s waits for a person', async (_what, xml) => {
    const open = async () =>
      (
        await books.answer(operator, '/api/settlement-exceptions', {
          schema: settlementExceptionListSchema,
        })
      ).exceptions.filter(({ code }) => code === 'message_unreadable').length;
    const before = await open();
    let handed = false;
    const port: BankPort = {
      submit: async () => {},
      collect: async () => {
        const given = handed ? [] : [{ xml, taken: async () => {} }];
        handed = true;
        return given;
      },
    };
    const { database, clock, events } = books;
    const desk = new BankDesk({ database, clock, newId, bank: port, events, everyMs: 60_000 });
    await desk.exchange();
    expect(await open()).toBe(before + 1);
  });
});

const isOf = (kind: string) => (answer: { readonly kind: string }) => answer.kind === kind;

async function lastRun(): Promise<{ runId: string }> {
  const schema = z.object({ runs: z.array(z.object({ runId: z.string() })) });
  const { runs } = await books.answer(operator, '/api/settlements?limit=1', { schema });
  return runs[0] ?? { runId: '' };
}

function validateAll(schemaPath: string, texts: readonly string[]): void {
  const schema = XmlDocument.fromString(readFileSync(schemaPath, 'utf8'));
  const validator = XsdValidator.fromDoc(schema);
  for (const text of texts) {
    const document = XmlDocument.fromString(text);
    validator.validate(document);
    document.dispose();
  }
  validator.dispose();
  schema.dispose();
}
