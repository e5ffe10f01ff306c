import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../../central/access/principal.ts';
import { problemSchema } from '../../shared/contracts/http-hub.ts';
import {
  merchantListSchema,
  merchantSchema,
  merchantShopsSchema,
  merchantStaffListSchema,
} from '../../shared/contracts/http-merchants.ts';
import { ChainWriter, newId } from '../support/chain-writer.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestBooks } from '../support/test-books.ts';

const HUB = 'hub-wuma';
const administrator: Principal = { subject: 'adm-1', role: 'administrator', merchants: [] };
const owner = (...merchants: string[]): Principal => ({
  subject: 'own-1',
  role: 'owner',
  merchants,
});

const account = (number = '6222021234567890123') => ({
  accountId: newId(),
  holder: '温州五马茶馆有限公司',
  number,
  bankName: '中国银行温州分行',
  bankCode: '104333000016',
});
const application = (merchantId: string) => ({
  merchantId,
  companyName: '温州五马茶馆有限公司',
  licenceNumber: '91350100M000100Y43',
  account: account(),
});

let postgres: TestPostgres;
let books: TestBooks;

beforeAll(async () => {
  postgres = await TestPostgres.start();
  const url = await postgres.createDatabase();
  books = await TestBooks.start({ url, hubs: [HUB], at: '2026-11-02T01:00:00.000Z' });
});
afterAll(async () => {
  await books.stop();
  await postgres.stop();
});

/** The code of a refusal. */
async function refusal(as: Principal | undefined, path: string, body?: object): Promise<unknown> {
  const response = await books.ask(as, path, body);
  return problemSchema.parse(await response.json()).code;
}

describe('a merchant', () => {
  const tea = application('m-tea');

  it('applies once, however often the application is sent', async () => {
    for (let sent = 0; sent < 2; sent += 1) {
      const made = await books.answer(owner(), '/api/merchants', {
        schema: merchantSchema,
        body: tea,
      });
      expect(made).toMatchObject({ state: 'applied', accounts: [{ state: 'proposed' }] });
      expect(JSON.stringify(made)).not.toContain(tea.account.number);
    }
    const other = { ...tea, companyName: '别家' };
    expect(await refusal(administrator, '/api/merchants', other)).toBe('conflict');
    const staff = await books.answer(administrator, '/api/merchants/m-tea/staff', {
      schema: merchantStaffListSchema,
    });
    expect(staff.staff).toEqual([{ subject: 'own-1', role: 'owner' }]);
  });

  it.each([
    ['a licence number with a wrong check character', { licenceNumber: '91350100M000100Y44' }],
    ['a name with a line break', { companyName: 'a\nb' }],
    ['a field of its own', { extra: 1 }],
    ['an account without a bank', { account: { ...account(), bankCode: '1' } }],
  ])('does not apply with %s', async (_what, changed) => {
    const body = { ...application('m-bad'), ...changed };
    expect(await refusal(administrator, '/api/merchants', body)).toBe('invalid_request');
  });

  it('is reviewed by the administration, which approves its account with it', async () => {
    const review = { decision: 'approve', note: 'licence seen' };
    expect(await refusal(owner('m-tea'), '/api/merchants/m-tea/review', review)).toBe('forbidden');
    const approved = await books.answer(administrator, '/api/merchants/m-tea/review', {
      schema: merchantSchema,
      body: review,
    });
    expect(approved).toMatchObject({ state: 'approved', accounts: [{ state: 'in_force' }] });
    const late = { decision: 'reject', note: 'too late' };
    expect(await refusal(administrator, '/api/merchants/m-tea/review', late)).toBe('conflict');
  });

  it('is paid to another account only once that is approved', async () => {
    const next = account('6217001234567890001');
    const proposed = await books.answer(owner('m-tea'), '/api/merchants/m-tea/accounts', {
      schema: merchantSchema,
      body: next,
    });
    expect(proposed.accounts.map(({ state }) => state)).toEqual(['proposed', 'in_force']);
    const path = `/api/merchants/m-tea/accounts/${next.accountId}/review`;
    expect(await refusal(owner('m-tea'), path, { approve: true })).toBe('forbidden');
    const decided = await books.answer(administrator, path, {
      schema: merchantSchema,
      body: { approve: true },
    });
    expect(decided.accounts.map(({ state }) => state)).toEqual(['in_force', 'replaced']);
    const changed = { ...next, number: '6217001234567890002' };
    expect(await refusal(owner('m-tea'), '/api/merchants/m-tea/accounts', changed)).toBe(
      'conflict',
    );
  });

  it('pays the fee of the last day that set one, and a fee that was set stays', async () => {
    const path = '/api/merchants/m-tea/fees';
    const set = async (fromDate: string, basisPoints: number) =>
      books.answer(administrator, path, {
        schema: merchantSchema,
        body: { fromDate, basisPoints },
      });
    expect((await set('2026-11-01', 38)).feeBasisPoints).toBe(38);
    expect((await set('2026-12-01', 50)).feeBasisPoints).toBe(38);
    const other = { fromDate: '2026-11-01', basisPoints: 60 };
    expect(await refusal(administrator, path, other)).toBe('conflict');
  });

  it('has the shops and terminals that hubs have registered for it', async () => {
    const chain = new ChainWriter(HUB);
    const terminal = (terminalId: string, merchantId: string, shopId: string) =>
      chain.write('terminal.registered', { terminalId, shopId, shopName: '茶馆', merchantId });
    await books.book(
      HUB,
      terminal('t-2', 'm-tea', 'tea-house'),
      terminal('t-1', 'm-tea', 'tea-house'),
      terminal('t-9', 'm-silk', 'silk-house'),
    );
    const { shops } = await books.answer(owner('m-tea'), '/api/merchants/m-tea/shops', {
      schema: merchantShopsSchema,
    });
    expect(shops).toEqual([
      { hubId: HUB, shopId: 'tea-house', shopName: '茶馆', terminals: ['t-1', 't-2'] },
    ]);
  });

  it('sees itself and nobody else, and its cashiers see no account', async () => {
    await books.answer(administrator, '/api/merchants', {
      schema: merchantSchema,
      body: application('m-silk'),
    });
    const list = async (as: Principal) =>
      (await books.answer(as, '/api/merchants', { schema: merchantListSchema })).merchants.map(
        ({ merchantId }) => merchantId,
      );
    expect(await list(administrator)).toEqual(['m-silk', 'm-tea']);
    expect(await list(owner('m-tea'))).toEqual(['m-tea']);
    expect(await list(owner())).toEqual([]);
    for (const path of ['', '/shops', '/staff']) {
      expect(await refusal(owner('m-tea'), `/api/merchants/m-silk${path}`)).toBe('not_found');
      expect(await refusal(owner('m-tea'), `/api/merchants/m%2dsilk${path}`)).toBe('not_found');
    }
    const cashier: Principal = { subject: 'c-1', role: 'cashier', merchants: ['m-tea'] };
    const seen = await books.answer(cashier, '/api/merchants/m-tea', { schema: merchantSchema });
    expect(seen.accounts).toEqual([]);
  });

  it('leaves every act in the audit log, chained and unchangeable', async () => {
    const rows = await books.sql<
      { action: string; actor: string; prev_hash: string; hash: string }[]
    >`
      select action, actor, prev_hash, hash from audit order by seq`;
    expect(rows.map(({ action }) => action)).toEqual([
      'merchant.apply',
      'merchant.approve',
      'account.propose',
      'account.approve',
      'fee.set',
      'fee.set',
      'merchant.apply',
    ]);
    for (const [index, row] of rows.entries()) {
      expect(row.prev_hash).toBe(rows[index - 1]?.hash ?? '0'.repeat(64));
    }
    await expect(books.sql`update audit set actor = 'x'`).rejects.toThrow('append-only');
    await expect(books.sql`delete from merchant_fees`).rejects.toThrow('append-only');
  });
});
