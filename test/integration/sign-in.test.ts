import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '../../central/access/principal.ts';
import { DevelopmentProvider } from '../../deploy/sign-in/development-provider.ts';
import { merchantStaffListSchema } from '../../shared/contracts/http-merchants.ts';
import { signedInSchema } from '../../shared/contracts/http-sign-in.ts';
import { present } from '../../shared/kernel/assert.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestBooks } from '../support/test-books.ts';

const CENTRAL = 'http://localhost:7400';
const CLIENT = { clientId: 'wuma-central', clientSecret: 'a-secret-of-this-test' };
const operator: Principal = { subject: 'operator', role: 'operator', merchants: [] };

let postgres: TestPostgres;
let provider: DevelopmentProvider;
let books: TestBooks;

beforeAll(async () => {
  const redirectUri = `${CENTRAL}/api/sign-in/callback`;
  const roles = { admin: 'administrator', 'ana-1': 'analyst' } as const;
  [postgres, provider] = await Promise.all([
    TestPostgres.start(),
    DevelopmentProvider.start({ port: 0, ...CLIENT, redirectUri, roles }),
  ]);
  books = await TestBooks.start({
    url: await postgres.createDatabase(),
    hubs: ['hub-wuma'],
    at: new Date().toISOString(),
    signIn: {
      issuer: provider.issuer,
      ...CLIENT,
      scope: 'openid',
      roleClaim: 'wuma_role',
      publicUrl: CENTRAL,
    },
  });
});
afterAll(async () => {
  await books.stop();
  await provider.stop();
  await postgres.stop();
});

/** A browser: it keeps cookies by site, and knows central only by its address. */
class Browser {
  private readonly cookies = new Map<string, Map<string, string>>();

  async open(address: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, CENTRAL);
    const jar = this.cookies.get(url.host) ?? new Map<string, string>();
    this.cookies.set(url.host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...Object.fromEntries(new Headers(init.headers)), cookie };
    const request = new Request(url, { ...init, headers, redirect: 'manual' });
    const answer = url.origin === CENTRAL ? await books.fetch(request) : await fetch(request);
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '' || /expires=Thu, 01 Jan 1970|max-age=0/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  /** Follows redirects until a page, or until an address that the caller wants to open itself. */
  async follow(address: string, until?: string): Promise<{ url: string; answer: Response }> {
    let url = new URL(address, CENTRAL).href;
    for (let hop = 0; hop < 12; hop += 1) {
      const answer = await this.open(url);
      const location = answer.headers.get('location');
      if (location === null) return { url, answer };
      url = new URL(location, url).href;
      if (until !== undefined && url.startsWith(until)) return { url, answer };
    }
    throw new Error('a circle of redirects');
  }

  /** Goes to the provider and signs in there. @returns the address of the callback, not opened yet */
  async toCallback(login: string, returnTo = '/'): Promise<string> {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    let page = (await this.follow(`/api/sign-in?returnTo=${encodeURIComponent(returnTo)}`)).url;
    for (const prompt of ['login', 'consent']) {
      const body = new URLSearchParams({ prompt, login, password: 'x' });
      const answer = await this.open(page, { method: 'POST', headers: form, body });
      const next = present(answer.headers.get('location'), 'a redirect');
      page = (await this.follow(new URL(next, page).href, `${CENTRAL}/api/sign-in/callback`)).url;
    }
    return page;
  }

  async signIn(login: string, returnTo = '/'): Promise<Response> {
    return this.open(await this.toCallback(login, returnTo));
  }

  async me(): Promise<unknown> {
    const answer = await this.open('/api/me');
    return answer.status === 200 ? signedInSchema.parse(await answer.json()) : answer.status;
  }
}

describe('signing in', () => {
  it('knows people of the city by the provider’s word, in a cookie no script can read', async () => {
    const browser = new Browser();
    expect(await browser.me()).toBe(401);
    const answer = await browser.signIn('admin', '/settlements');
    expect(answer.headers.get('location')).toBe('/settlements');
    const cookie = answer.headers.getSetCookie().find((line) => line.startsWith('wuma_session='));
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Lax/);
    expect(await browser.me()).toEqual({ role: 'administrator', merchants: [] });
    expect((await browser.open('/api/settlements')).status).toBe(200);
    // what is for the operator alone
    expect((await browser.open('/api/ledger/entries')).status).toBe(403);
    const analyst = new Browser();
    await analyst.signIn('ana-1');
    expect((await analyst.open('/api/settlements')).status).toBe(403);
  });

  it('knows people of merchants by what their merchants say, at once', async () => {
    const browser = new Browser();
    await browser.signIn('li-3');
    expect(await browser.me()).toEqual({ role: 'owner', merchants: [] });
    await books.ask(operator, '/api/merchants', {
      merchantId: 'm-tea',
      companyName: '茶馆',
      licenceNumber: '91350100M000100Y43',
      account: {
        accountId: '01900000-0000-7000-8000-000000000001',
        holder: '茶馆',
        number: '6222021234567890123',
        bankName: '中国银行',
        bankCode: '104333000016',
      },
    });
    const person = { subject: 'li-3', role: 'cashier' };
    const path = '/api/merchants/m-tea/staff';
    await books.answer(operator, path, { schema: merchantStaffListSchema, body: person });
    expect(await browser.me()).toEqual({ role: 'cashier', merchants: ['m-tea'] });
    expect((await browser.open('/api/merchants/m-tea/shops')).status).toBe(200);
    const body = { subject: 'li-3' };
    await books.answer(operator, `${path}/remove`, { schema: merchantStaffListSchema, body });
    expect((await browser.open('/api/merchants/m-tea/shops')).status).toBe(404);
  });

  it('ends when it is ended, and after a working day', async () => {
    const browser = new Browser();
    await browser.signIn('admin');
    const started = new Date(books.clock.now()).toISOString();
    const foreign = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await browser.open('/api/reconciliation/runs', foreign)).status).toBe(401);
    books.clock.set(new Date(books.clock.now() + 8 * 3_600_000 + 1).toISOString());
    expect(await browser.me()).toBe(401);
    books.clock.set(started);
    expect(await browser.me()).toMatchObject({ role: 'administrator' });
    await browser.open('/api/sign-out', { method: 'POST' });
    expect(await browser.me()).toBe(401);
  });

  it('is used once, by the browser that began it, and goes to no other site', async () => {
    const [browser, thief] = [new Browser(), new Browser()];
    const stolen = await browser.toCallback('admin');
    expect((await thief.open(stolen)).status).toBe(401);
    expect(await thief.me()).toBe(401);
    // it was taken from the book by the attempt
    expect((await browser.open(stolen)).status).toBe(401);
    for (const returnTo of ['//evil.example', '/\\evil.example', 'https://evil.example']) {
      const answer = await new Browser().signIn('admin', returnTo);
      expect(answer.headers.get('location')).toBe('/');
    }
    const forged = await new Browser().open('/api/sign-in/callback?code=x&state=y');
    expect(forged.status).toBe(401);
  });

  it('keeps no cookie that the database could give away', async () => {
    const browser = new Browser();
    const answer = await browser.signIn('admin');
    const line = answer.headers.getSetCookie().find((each) => each.startsWith('wuma_session='));
    const token = /^wuma_session=([^;]+)/.exec(line ?? '')?.[1];
    const rows = await books.sql`select * from staff_sessions`;
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(present(token, 'a token'));
  });
});
