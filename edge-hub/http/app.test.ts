import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { OpenAPIHono } from '@hono/zod-openapi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { enrolmentSchema, problemSchema } from '../../shared/contracts/http-hub.ts';
import { present } from '../../shared/kernel/assert.ts';
import { createTestHub, newId, pictureOf, type TestHub } from '../../test/support/test-hub.ts';
import { createApp } from './app.ts';
import { OperatorAccess } from './operator-access.ts';

const ORIGIN = 'http://localhost';
let hub: TestHub;
let app: OpenAPIHono;

beforeEach(async () => {
  hub = await createTestHub();
  const { context, clock } = hub;
  app = createApp({
    ...context,
    street: context.settings.street,
    packId: 'open-1',
    access: new OperatorAccess({ token: context.adminToken, clock, random: context.random }),
    live: {
      gallerySize: () => context.gallery.size,
      templates: () => ({ keyId: context.protection.keyId, toRenew: 0 }),
      formerPack: () => null,
      calibration: () => context.calibration.state,
      queue: () => ({ depth: 0, capacity: 1 }),
      link: () => context.downlink.link,
      isConnected: () => false,
    },
    webDir: hub.dir,
  });
});
afterEach(() => hub.close());

const bearer = () => ({ authorization: `Bearer ${hub.context.adminToken}` });
const call = (method: string, path: string, init: RequestInit = {}) =>
  app.request(`${ORIGIN}${path}`, { method, ...init });
const post = (path: string, body: object, headers: Record<string, string> = bearer()) =>
  call('POST', path, {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
const shop = { terminalId: 'test-t1', shopId: 's', shopName: 'S', merchantId: 'm' };
const certificatePem = () =>
  readFileSync(present(hub.pki.terminals['test-t1'], 'a certificate').certPath, 'utf8');
const descriptionSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(z.string(), z.object({ security: z.array(z.looseObject({})).optional() })),
  ),
});
const codeOf = async (response: Response): Promise<unknown> => {
  return problemSchema.parse(await response.json()).code;
};

/** Every route as `docs/openapi-hub.json` has it. */
function describedRoutes(): { method: string; path: string; guarded: boolean }[] {
  const file = new URL('../../docs/openapi-hub.json', import.meta.url);
  const { paths } = descriptionSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security = [] }]) => ({
      method: method.toUpperCase(),
      path,
      guarded: security.length > 0,
    })),
  );
}

function guardedRoutes(): [string, string][] {
  return describedRoutes()
    .filter(({ guarded }) => guarded)
    .map(({ method, path }) => [
      method,
      path.replace('{terminalId}', 'test-t1').replace('{shopperId}', newId()),
    ]);
}

describe('permission', () => {
  it.each(guardedRoutes())('%s %s is the operator’s', async (method, path) => {
    expect((await call(method, path)).status).toBe(401);
    const wrong = await call(method, path, { headers: { authorization: 'Bearer wrong' } });
    expect(wrong.status).toBe(401);
    expect((await call(method, path, { headers: bearer() })).status).not.toBe(401);
  });

  it('is not needed where the description says so, and there only', () => {
    const open = describedRoutes().filter(({ guarded }) => !guarded);
    expect(open.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual([
      'GET /api/directory',
      'GET /api/receipts/{reference}',
      'GET /api/status',
      'GET /healthz',
      'POST /api/pairings',
    ]);
  });

  it.each(['/api/status', '/healthz', '/metrics', '/openapi.json', '/api/directory'])(
    '%s is open',
    async (path) => {
      expect((await call('GET', path)).status).toBe(200);
    },
  );

  it('by cookie takes changes from our own pages only', async () => {
    const login = await call('GET', `/console/login?token=${hub.context.adminToken}`);
    expect(login.status).toBe(303);
    const set = login.headers.get('set-cookie') ?? '';
    expect(set).toMatch(/HttpOnly; SameSite=Strict/);
    const cookie = present(set.split(';')[0], 'a cookie');
    expect((await call('GET', '/api/terminals', { headers: { cookie } })).status).toBe(200);
    const body = { ...shop };
    expect(await codeOf(await post('/api/pairing-codes', body, { cookie }))).toBe('foreign_origin');
    const foreign = { cookie, origin: 'http://evil.example' };
    expect(await codeOf(await post('/api/pairing-codes', body, foreign))).toBe('foreign_origin');
    expect((await post('/api/pairing-codes', body, { cookie, origin: ORIGIN })).status).toBe(201);
    expect((await call('GET', '/console/login?token=wrong')).status).toBe(401);
  });
});

describe('terminals', () => {
  it('are registered once, and the same again is the same', async () => {
    const body = { ...shop, depth: true, certificatePem: certificatePem() };
    expect((await post('/api/terminals', body)).status).toBe(201);
    expect((await post('/api/terminals', body)).status).toBe(201);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const publicKeyPem = publicKey.export({ format: 'pem', type: 'spki' });
    expect(await codeOf(await post('/api/terminals', { ...shop, depth: true, publicKeyPem }))).toBe(
      'terminal_exists',
    );
    expect(hub.context.outbox.state().lastSeq).toBe(1);
  });

  it.each([
    [
      'in another’s name',
      () => ({ ...shop, terminalId: 'test-t2', certificatePem: certificatePem() }),
      'certificate_rejected',
    ],
    ['with no key', () => shop, 'malformed_request'],
    [
      'with an RSA key',
      () => ({
        ...shop,
        publicKeyPem: generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({
          format: 'pem',
          type: 'spki',
        }),
      }),
      'unsuitable_key',
    ],
  ])('%s are not', async (_, body, code) => {
    expect(await codeOf(await post('/api/terminals', { ...body(), depth: true }))).toBe(code);
  });

  it('pairing codes cannot be guessed at will', async () => {
    const codes: unknown[] = [];
    for (let i = 0; i < 11; i += 1) {
      const body = { code: 'AAAAAAAA', publicKeySpki: 'AAAA' };
      codes.push(await codeOf(await post('/api/pairings', body, {})));
    }
    expect(codes.slice(0, 10).every((code) => code === 'unsuitable_key')).toBe(true);
    expect(codes.at(-1)).toBe('rate_limited');
  });
});

describe('enrolment by form', () => {
  const form = (photos: number, overrides: Record<string, string> = {}): FormData => {
    const data = new FormData();
    data.set('enrolmentId', newId());
    data.set(
      'consent',
      JSON.stringify({ textVersion: '1', language: 'en', streets: ['street-test'] }),
    );
    for (const [name, value] of Object.entries(overrides)) data.set(name, value);
    for (let i = 0; i < photos; i += 1)
      data.append('photos', new Blob([Buffer.from(pictureOf('li'))]), 'a.jpg');
    return data;
  };
  const send = (body: FormData) => call('POST', '/api/enrolments', { body, headers: bearer() });

  it('enrols, lists, and erases', async () => {
    const response = await send(form(1));
    expect(response.status).toBe(201);
    const { shopperId } = enrolmentSchema.parse(await response.json());
    expect(await (await call('GET', '/api/shoppers', { headers: bearer() })).text()).toContain(
      shopperId,
    );
    expect(await codeOf(await send(form(2)))).toBe('already_enrolled');
    const erase = () => call('DELETE', `/api/shoppers/${shopperId}`, { headers: bearer() });
    expect((await erase()).status).toBe(200);
    expect((await erase()).status).toBe(200);
    expect(hub.context.gallery.size).toBe(0);
  });

  it.each([
    ['six photos', () => form(6), 'malformed_request'],
    ['no photo', () => form(0), 'malformed_request'],
    ['no consent', () => form(1, { consent: '{}' }), 'malformed_request'],
    [
      'another street',
      () =>
        form(1, {
          consent: JSON.stringify({ textVersion: '1', language: 'en', streets: ['street-x'] }),
        }),
      'street_not_agreed',
    ],
    ['a whole phone number', () => form(1, { phoneLast4: '13800001234' }), 'malformed_request'],
  ])('refuses %s', async (_, body, code) => {
    const response = await send(body());
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await codeOf(response)).toBe(code);
  });
});

it('an upload that is too large is cut off', async () => {
  const response = await post('/api/terminals', { x: 'y'.repeat(70_000) });
  expect(response.status).toBe(413);
});
