import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { CENTRAL_ROUTES } from '../http/openapi-document.ts';
import { accessControl } from './access-control.ts';
import { ACCESS_TABLE } from './access-table.ts';
import { operatorToken, operatorTokenCheck } from './operator-token.ts';
import { merchantScope, type Principal, principalOf, ROLES, type Role } from './principal.ts';

const principal = (role: Role, merchants: readonly string[] = []): Principal => ({
  subject: 's-1',
  role,
  merchants,
});

/** Every address of the table, answering with who asked. */
function appFor(asking: Principal | undefined): Hono {
  const app = new Hono();
  app.use(accessControl(async () => asking));
  app.all('*', (context) => {
    const known = context.get('principal') !== undefined;
    return context.json({ scope: known ? (merchantScope(principalOf(context)) ?? null) : null });
  });
  return app;
}

const address = (path: string): string =>
  path.replace('{merchantId}', 'm-tea').replaceAll(/\{\w+\}/g, 'x-1');

describe('the access table', () => {
  it('has every described route once, and no route that is not there', () => {
    const name = (rule: { method: string; path: string }): string => `${rule.method} ${rule.path}`;
    const described = CENTRAL_ROUTES.map(name).toSorted();
    const plain = [
      'get /api/sign-in',
      'get /api/sign-in/callback',
      'get /api/sign-in/operator',
      'get /healthz',
      'get /metrics',
      'get /openapi.json',
    ];
    expect(ACCESS_TABLE.map(name).toSorted()).toEqual([...described, ...plain].toSorted());
  });

  it('lets each role do what it may and nothing else', async () => {
    for (const rule of ACCESS_TABLE) {
      const init = { method: rule.method.toUpperCase() };
      const path = address(rule.path);
      const open = rule.callers.includes('anyone');
      expect((await appFor(undefined).request(path, init)).status, path).toBe(open ? 200 : 401);
      for (const role of ROLES) {
        const answer = await appFor(principal(role, ['m-tea'])).request(path, init);
        expect(answer.status, `${role} ${path}`).toBe(rule.callers.includes(role) ? 200 : 403);
      }
    }
  });

  it('knows no other method and no other address', async () => {
    const app = appFor(principal('operator'));
    expect((await app.request('/api/ledger/verify', { method: 'DELETE' })).status).toBe(404);
    expect((await app.request('/api/ledger/verify/more')).status).toBe(404);
    expect((await app.request('/api')).status).toBe(404);
    expect((await app.request('/assets/page.js')).status).toBe(200);
  });
});

describe('a person of a merchant', () => {
  it('sees their own merchants only; those of the city see all', () => {
    expect(merchantScope(principal('owner', ['m-tea']))).toEqual(['m-tea']);
    expect(merchantScope(principal('cashier'))).toEqual([]);
    expect(merchantScope(principal('administrator'))).toBeUndefined();
  });
});

describe('the operator’s token', () => {
  it('is the operator, to the letter', async () => {
    const authenticate = operatorToken(operatorTokenCheck('secret'));
    const withHeader = (authorization: string): Request =>
      new Request('http://central/', { headers: { authorization } });
    expect((await authenticate(withHeader('Bearer secret')))?.role).toBe('operator');
    for (const wrong of ['Bearer secre', 'Bearer secrets', 'bearer secret', 'secret', '']) {
      expect(await authenticate(withHeader(wrong))).toBeUndefined();
    }
  });
});
