import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ACCESS_TABLE, type AccessRule } from '../../central/access/access-table.ts';
import { type Principal, ROLES } from '../../central/access/principal.ts';
import { HttpServer } from '../../central/http/http-server.ts';
import { CHROMIUM_ARGS, findChromium } from '../../deploy/web/find-chromium.ts';
import { campaignSchema } from '../../shared/contracts/http-campaigns.ts';
import { disputeSchema, fundSchema } from '../../shared/contracts/http-disputes.ts';
import { problemSchema } from '../../shared/contracts/http-hub.ts';
import { merchantSchema, merchantStaffListSchema } from '../../shared/contracts/http-merchants.ts';
import { settlementRunDetailSchema } from '../../shared/contracts/http-settlement.ts';
import { present } from '../../shared/kernel/assert.ts';
import { ChainWriter, newId } from '../support/chain-writer.ts';
import { faultsOf, settled } from '../support/page-look.ts';
import { TestPostgres } from '../support/postgres.ts';
import { OPERATOR_TOKEN, PRINCIPAL_HEADER, TestBooks } from '../support/test-books.ts';

const HUB = 'hub-wuma';
const operator: Principal = { subject: 'operator', role: 'operator', merchants: [] };
const ofTea = (role: 'owner' | 'cashier'): Principal => ({
  subject: 'tea-1',
  role,
  merchants: ['m-tea'],
});

const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ security: z.array(z.looseObject({})).optional() })),
  ),
});

let postgres: TestPostgres;
let books: TestBooks;
const chain = new ChainWriter(HUB);
/** Everything that would tell tea's people of silk: ids, names, numbers. */
const silkMarks = new Set(['m-silk', 's-m-silk', '丝绸', 'silk-1']);
let silkDispute = '';
const campaignOf: Record<string, string> = {};

/** A merchant with shop, staff, account, payments, a campaign, a payout and an open dispute. @returns the dispute's id */
async function openMerchant(merchantId: string, name: string, number: string): Promise<string> {
  const accountId = newId();
  const account = { accountId, holder: name, number, bankName: name, bankCode: '104333000016' };
  const licenceNumber = '91350100M000100Y43';
  const schema = merchantSchema;
  const path = `/api/merchants/${merchantId}`;
  const application = { merchantId, companyName: name, licenceNumber, account };
  await books.answer(operator, '/api/merchants', { schema, body: application });
  const review = { decision: 'approve', note: 'seen' };
  await books.answer(operator, `${path}/review`, { schema, body: review });
  await books.answer(operator, `${path}/staff`, {
    schema: merchantStaffListSchema,
    body: { subject: `${merchantId.slice(2)}-1`, role: 'owner' },
  });
  const [first, second] = [newId(), newId()];
  const ofShop = { merchantId, shopId: `s-${merchantId}`, terminalId: `t-${merchantId}` };
  const capturedAt = '2026-11-26T02:00:00.000Z';
  const payment = { ...ofShop, capturedAt, amountMinor: '10000', reference: `WM-${merchantId}` };
  await books.book(
    HUB,
    chain.write('terminal.registered', { ...ofShop, shopName: name }),
    chain.capture({ ...payment, paymentId: first }),
    chain.capture({ ...payment, paymentId: second }),
  );
  const campaignId = newId();
  campaignOf[merchantId] = campaignId;
  await books.answer(operator, `${path}/campaigns`, {
    schema: campaignSchema,
    body: {
      campaignId,
      budgetMinor: '100000',
      terms: {
        title: { 'zh-CN': name, en: merchantId },
        offer: { kind: 'percent', percent: 10, capMinor: null },
        minimumMinor: '0',
        currency: 'CNY',
        startsAt: '2026-11-26T00:00:00.000Z',
        endsAt: '2026-12-26T00:00:00.000Z',
        controlPercent: 20,
      },
    },
  });
  const disputeId = newId();
  await books.answer(operator, '/api/disputes', {
    schema: disputeSchema,
    body: { disputeId, hubId: HUB, paymentId: first, amountMinor: '100', reason: 'not_mine' },
  });
  for (const id of [accountId, first, second, disputeId, campaignId])
    if (merchantId === 'm-silk') silkMarks.add(id);
  return disputeId;
}

beforeAll(async () => {
  postgres = await TestPostgres.start();
  const url = await postgres.createDatabase();
  books = await TestBooks.start({ url, hubs: [HUB], at: '2026-11-26T08:00:00.000Z' });
  const gift = { paymentInId: newId(), amountMinor: '100000' };
  await books.answer(operator, '/api/risk-fund', { schema: fundSchema, body: gift });
  await openMerchant('m-tea', '茶馆', '6222021234567890123');
  silkDispute = await openMerchant('m-silk', '丝绸', '6222021234567890999');
  const { payoutList } = await books.answer(operator, '/api/settlements', {
    schema: settlementRunDetailSchema,
    body: { kind: 'demand', runId: newId() },
  });
  expect(payoutList).toHaveLength(2);
  for (const each of payoutList) if (each.merchantId === 'm-silk') silkMarks.add(each.payoutId);
});
afterAll(async () => {
  await books.stop();
  await postgres.stop();
});

/** The described routes of a service, as `METHOD /path` with whether they need somebody. */
function described(name: 'central' | 'hub'): { method: string; path: string; guarded: boolean }[] {
  const file = join(import.meta.dirname, '..', '..', 'docs', `openapi-${name}.json`);
  const { paths } = documentSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security }]) => ({
      method,
      path,
      guarded: (security ?? []).length > 0,
    })),
  );
}

const filled = (path: string, merchantId: string): string =>
  path
    .replace('{merchantId}', merchantId)
    .replace('{disputeId}', silkDispute)
    .replace('{campaignId}', campaignOf[merchantId] ?? newId())
    .replace('{panel}', 'today')
    .replaceAll(/\{\w+Id\}/g, newId())
    .replaceAll(/\{\w+\}/g, 'x-1');

function call(
  as: Principal | undefined,
  method: string,
  to: string | { readonly path: string; readonly body: object },
) {
  const { path, body } = typeof to === 'string' ? { path: to, body: undefined } : to;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (as) headers[PRINCIPAL_HEADER] = JSON.stringify(as);
  const init = { method: method.toUpperCase(), headers };
  const sent = body ? { ...init, body: JSON.stringify(body) } : init;
  return books.fetch(new Request(`http://central${path}`, sent));
}

const refusal = async (answer: Response): Promise<unknown> =>
  problemSchema.parse(await answer.json()).code;

describe('every route of central', () => {
  it('is guarded in the description as it is in the table', () => {
    const open = described('central').filter(({ guarded }) => !guarded);
    expect(open.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'get /api/public/visitors',
      'get /api/receipts/{reference}',
      'get /api/status',
      'post /api/phones',
      'post /api/sign-in/operator',
      'post /api/sign-out',
    ]);
  });

  it('refuses whoever may not call it', async () => {
    let refused = 0;
    for (const { method, path } of described('central')) {
      const rule = ACCESS_TABLE.find((each) => each.method === method && each.path === path);
      const callers: AccessRule['callers'] = rule?.callers ?? [];
      if (callers.includes('anyone')) continue;
      const address = filled(path, 'm-tea');
      const unknown = await call(undefined, method, address);
      expect([unknown.status, await refusal(unknown)], path).toEqual([401, 'permission_missing']);
      for (const role of ROLES.filter((each) => !callers.includes(each))) {
        const merchants = role === 'owner' || role === 'cashier' ? ['m-tea'] : [];
        const answer = await call({ subject: 'x-1', role, merchants }, method, address);
        expect([answer.status, await refusal(answer)], `${role} ${method} ${path}`).toEqual([
          403,
          'forbidden',
        ]);
        refused += 1;
      }
    }
    expect(refused).toBeGreaterThan(120);
  });
});

describe('people of one merchant', () => {
  const queries: Record<string, string> = {
    '/api/disputes': '?state=all',
    '/api/merchants/{merchantId}/statement': '?from=2026-11-01&to=2026-11-30',
    '/api/merchants/{merchantId}/statement.csv': '?from=2026-11-01&to=2026-11-30',
    '/api/merchants/{merchantId}/statement.xlsx': '?from=2026-11-01&to=2026-11-30',
    '/api/merchants/{merchantId}/statement.pdf': '?from=2026-11-01&to=2026-11-30',
  };
  /** Where the lake is off in this test; that its panels keep merchants apart is tested with a lake. */
  const unavailable = new Set(['/api/merchants/{merchantId}/insight/{panel}']);

  it.each(['owner', 'cashier'] as const)(
    'see nothing of another: every read of a %s',
    async (role) => {
      const person = ofTea(role);
      let read = 0;
      for (const { method, path } of described('central').filter((each) => each.method === 'get')) {
        const rule = ACCESS_TABLE.find((each) => each.method === method && each.path === path);
        if (!rule?.callers.includes(role) || rule.callers.includes('anyone')) continue;
        const query = queries[path] ?? '';
        const own = await call(person, method, `${filled(path, 'm-tea')}${query}`);
        const bytes = Buffer.from(await own.arrayBuffer());
        expect(own.status, path).toBe(unavailable.has(path) ? 503 : 200);
        for (const mark of silkMarks)
          expect(bytes.includes(mark), `${mark} in ${path}`).toBe(false);
        read += 1;
        if (!path.includes('{merchantId}')) continue;
        for (const other of ['m-silk', 'm%2dsilk', 'M-SILK', 'm-tea%00']) {
          const foreign = await call(person, method, `${filled(path, other)}${query}`);
          expect([foreign.status, await refusal(foreign)], path).toEqual([404, 'not_found']);
        }
      }
      expect(read).toBeGreaterThan(role === 'owner' ? 8 : 4);
    },
  );

  it('change nothing of another', async () => {
    const before = await books.sql`select count(*) from audit`;
    for (const { method, path } of described('central').filter((each) => each.method !== 'get')) {
      if (!path.includes('{merchantId}')) continue;
      const answer = await call(ofTea('owner'), method, {
        path: filled(path, 'm-silk'),
        body: {},
      });
      expect([403, 404], path).toContain(answer.status);
    }
    const body = { reply: 'ours' };
    const path = `/api/disputes/${silkDispute}/reply`;
    const reply = await call(ofTea('owner'), 'post', { path, body });
    expect([reply.status, await refusal(reply)]).toEqual([404, 'not_found']);
    expect(await books.sql`select count(*) from audit`).toEqual(before);
  });

  it('are found where they should be: the marks are in what the administration reads', async () => {
    const seen: string[] = [];
    for (const path of ['/api/merchants', '/api/disputes', '/api/merchants/m-silk/payouts']) {
      seen.push(await (await call(operator, 'get', path)).text());
    }
    const all = [...seen, await (await call(operator, 'get', '/api/payments')).text()].join();
    for (const mark of ['m-silk', 's-m-silk', '丝绸', silkDispute]) expect(all).toContain(mark);
  });
});

const executablePath = findChromium(process.env);
if (executablePath === undefined) process.stderr.write('pages: skipped, no Chromium here\n');

describe.skipIf(executablePath === undefined)('every page of central for staff', () => {
  /** Each with what it says where there is nothing yet; the lake is off, so that panels say that they cannot be read. */
  const PAGES = {
    '/': 'Payments as they arrive',
    '/administration/': 'Nobody has paid in yet',
    '/merchant/': 'There is no score yet',
    '/insight/?merchant=m-tea': 'Code unavailable',
    '/bureau/': 'No week has been released yet',
    '/programmes/': 'No programme has been written yet',
    '/standing/': 'No company has agreed to be scored yet',
  } as const;
  let server: HttpServer;
  let browser: Browser;
  let page: Page;
  /** Errors and breaches of the content security policy; that an answer was refused is for the page to say. */
  const complaints: string[] = [];

  beforeAll(async () => {
    // what this version knows, and what it does not
    await books.sql`insert into reconciliation_exceptions
        (hub_id, code, subject, detail, source, found_at, last_seen_at)
      values (${HUB}, 'surplus', 'event 7', 'd', 'nightly', now(), now()),
        (${HUB}, 'of_tomorrow', 'event 8', 'd', 'nightly', now(), now())`;
    await books.sql`insert into settlement_exceptions (code, subject, detail, found_at)
      values ('message_unreadable', 'file 1', 'd', now()), ('of_tomorrow', 'file 2', 'd', now())`;
    server = await HttpServer.start({ app: books, host: '127.0.0.1', port: 0 });
    browser = await chromium.launch({
      executablePath: present(executablePath, 'Chromium'),
      args: [...CHROMIUM_ARGS],
    });
    const baseURL = `http://localhost:${server.port}`;
    const context = await browser.newContext({ baseURL, locale: 'en', reducedMotion: 'reduce' });
    page = await context.newPage();
    page.on('pageerror', ({ message }) => complaints.push(message));
    page.on('console', (line) => {
      const isRefusal = line.text().startsWith('Failed to load resource');
      if (line.type() === 'error' && !isRefusal) complaints.push(line.text());
    });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    expect(complaints).toEqual([]);
  });

  /** From now on somebody else looks, whoever has signed in. */
  const lookAs = (person: Principal): Promise<void> =>
    page.setExtraHTTPHeaders({ [PRINCIPAL_HEADER]: JSON.stringify(person) });

  it('is there for whoever has signed in', async () => {
    await page.goto('/merchant/');
    await page.getByLabel('The operator’s token').fill(OPERATOR_TOKEN);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByLabel('The operator’s token').press('Enter');
    await page.getByRole('heading', { name: 'Due to you' }).waitFor();
  });

  it.each(Object.entries(PAGES))(
    '%s says that it loads, that nothing came back, what is not there yet, and fits phone and desk in both languages',
    async (path, said) => {
      const { promise: cut, resolve: cutIt } = Promise.withResolvers<void>();
      await page.route(/\/api\/(?!me$)/, async (route) => {
        await cut;
        await route.abort();
      });
      await page.goto(path);
      await page.locator('.skeleton').first().waitFor();
      cutIt();
      await page.getByText('W-NET').first().waitFor();
      await settled(page);
      await page.unrouteAll({ behavior: 'wait' });
      await page.evaluate(
        `document.querySelectorAll('.notice .button').forEach((one) => one.click())`,
      );
      await page.getByText(said).first().waitFor();
      await page.getByText('W-NET').first().waitFor({ state: 'detached' });
      await settled(page);
      expect(await faultsOf(page)).toEqual([]);
    },
  );

  it('shows a difference that it cannot read beside those that it can', async () => {
    await page.goto('/administration/');
    const card = page.getByRole('region', { name: 'Where books differ' });
    const rows = card.locator('.items > li');
    await rows.first().waitFor();
    const [odd, known, ...more] = await rows.allInnerTexts();
    expect(more).toEqual([]);
    expect(known).toContain('Central has what the hub has not');
    for (const said of ['Cannot be shown', HUB, 'of_tomorrow', 'no. ']) expect(odd).toContain(said);
    const banks = page
      .getByRole('region', { name: 'What the bank or Alipay did not do' })
      .locator('.items > li');
    await banks.first().waitFor();
    const [later, earlier] = await banks.allInnerTexts();
    expect(later).toContain('of_tomorrow');
    expect(earlier).toContain('A bank message cannot be read');
  });

  it('is for its roles alone, and tells who is new how to begin', async () => {
    await lookAs({ subject: 'ana', role: 'analyst', merchants: [] });
    await page.goto('/administration/');
    await page.getByText('This page is not for your role').waitFor();
    const links = page.getByRole('navigation', { name: 'Pages' }).getByRole('link');
    expect(await links.allInnerTexts()).toEqual([
      'Sales and customers',
      'Bureau',
      'Programmes',
      'Standing',
    ]);
    await lookAs({ subject: 'new', role: 'owner', merchants: [] });
    await page.goto('/insight/');
    await page.getByText('You belong to no merchant yet').waitFor();
    await page.goto('/merchant/');
    await page.getByRole('heading', { name: 'Take part with your company' }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it('lets an owner reach what sells together by one key press, past the pages’ links', async () => {
    await lookAs(ofTea('owner'));
    await page.goto('/merchant/');
    await page.getByRole('link', { name: 'What sells together' }).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator(':focus').innerText()).toBe('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').getAttribute('id')).toBe('content');
    await page.getByRole('link', { name: 'What sells together' }).press('Enter');
    await page.getByRole('heading', { name: 'What sells together' }).waitFor();
    expect(page.url()).toMatch(/\/insight\/\?merchant=m-tea#panel-together$/);
  });
});
