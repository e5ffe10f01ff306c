import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CENTRAL_ROUTES } from '../../central/http/openapi-document.ts';
import {
  cityPaymentListSchema,
  cityPaymentSchema,
  cityStatusSchema,
} from '../../shared/contracts/http-central.ts';
import { problemSchema } from '../../shared/contracts/http-hub.ts';
import { present } from '../../shared/kernel/assert.ts';
import { ChainWriter, newId } from '../support/chain-writer.ts';
import { eventually } from '../support/eventually.ts';
import { HubIdentity } from '../support/hub-identity.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestCentral } from '../support/test-central.ts';
import { TestCity } from '../support/test-city.ts';

const HUB = 'hub-wuma';
const STREET = 'street-wuma';

let postgres: TestPostgres;
let city: TestCity;
let central: TestCentral;
const chain = new ChainWriter(HUB);
const shopperId = newId();

beforeAll(async () => {
  [postgres, city] = await Promise.all([TestPostgres.start(), TestCity.start([HUB])]);
  mkdirSync(join(city.dir, 'web', 'city'), { recursive: true });
  writeFileSync(join(city.dir, 'web', 'city', 'index.html'), '<!doctype html><title>City</title>');
  const { announcement } = await HubIdentity.create(city.pki, HUB, STREET);
  const registered = {
    terminalId: `${HUB}-t1`,
    shopId: 'tea-house',
    shopName: '茶馆',
    merchantId: 'm-tea',
  };
  await city.hub(HUB).publish(
    chain.write('hub.announced', announcement),
    chain.write('terminal.registered', registered),
    ...Array.from({ length: 25 }, (_, index) =>
      // three at a time share their millisecond: the cursor has to tell them apart
      chain.capture({
        shopperId,
        amountMinor: String(index + 1),
        capturedAt: new Date(1_800_000_000_000 + Math.floor(index / 3)).toISOString(),
      }),
    ),
  );
  central = await TestCentral.start(city, await postgres.createDatabase());
  await eventually(async () => ((await central.hub(HUB)).watermarkSeq === 27 ? true : undefined));
});
afterAll(async () => {
  await central.stop();
  await city.stop();
  await postgres.stop();
});

const operatorToken = (): string => readFileSync(join(city.dir, 'admin-token'), 'utf8').trim();

describe('payments', () => {
  it('are listed by pages, newest first, each once, and never say who paid', async () => {
    const seen: string[] = [];
    let cursor = '';
    for (let page = 0; page < 10; page += 1) {
      const answer = await central.read(`/api/payments?limit=7${cursor && `&after=${cursor}`}`);
      const text = await answer.text();
      expect(text).not.toContain(shopperId);
      expect(text).not.toMatch(/shopper/i);
      const list = cityPaymentListSchema.parse(JSON.parse(text));
      seen.push(...list.payments.map((payment) => payment.paymentId));
      if (!list.nextCursor) break;
      cursor = list.nextCursor;
    }
    expect(seen).toHaveLength(25);
    expect(new Set(seen).size).toBe(25);
  });

  it('carry the shop’s name, the street, and when they were booked', async () => {
    const list = cityPaymentListSchema.parse(
      await (await central.read(`/api/payments?limit=1&street=${STREET}`)).json(),
    );
    expect(list.payments).toMatchObject([
      { amountMinor: '25', shopName: '茶馆', streetId: STREET, terminalId: `${HUB}-t1` },
    ]);
    expect(Date.parse(list.payments[0]?.bookedAt ?? '')).toBeGreaterThan(0);
    const none = await central.read('/api/payments?street=street-elsewhere');
    expect(await none.json()).toEqual({ payments: [], nextCursor: null });
  });

  it('arrive in the stream as they are booked', async () => {
    const ending = new AbortController();
    const link = await fetch(`${central.url}/api/sign-in/operator?token=${operatorToken()}`, {
      redirect: 'manual',
    });
    expect([link.status, link.headers.get('location')]).toEqual([303, '/']);
    // a page's stream has no headers of its own: the session goes along
    const cookie = present(link.headers.get('set-cookie')?.split(';')[0], 'a cookie');
    const answer = await fetch(`${central.url}/api/payments/stream?street=${STREET}`, {
      signal: ending.signal,
      headers: { cookie },
    });
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    const chunks = present(answer.body, 'a body').pipeThrough(new TextDecoderStream()).values();
    let text = '';
    const read = async (until: string): Promise<void> => {
      while (!text.includes(until)) {
        const chunk = await chunks.next();
        if (chunk.done) throw new Error('the stream ended');
        text += chunk.value;
      }
    };
    await read('live');
    await city.hub(HUB).publish(chain.capture({ shopperId, reference: 'WM-LIVE' }));
    await read('WM-LIVE');
    await read('\n\n');
    const event = /^event: payment\ndata: (.*)$/m.exec(text);
    expect(cityPaymentSchema.parse(JSON.parse(event?.[1] ?? ''))).toMatchObject({
      reference: 'WM-LIVE',
      shopName: '茶馆',
    });
    expect(text).not.toContain(shopperId);
    ending.abort();
  });
});

describe('problems', () => {
  it.each([
    ['/api/payments?limit=0', 400, 'invalid_request'],
    ['/api/payments?limit=9999', 400, 'invalid_request'],
    ['/api/payments?street=../etc', 400, 'invalid_request'],
    ['/api/payments?after=rubbish', 400, 'invalid_request'],
    ['/api/ledger/trial-balance?currency=XXX', 400, 'invalid_request'],
    ['/api/reconciliation', 400, 'invalid_request'],
    ['/api/reconciliation?hub=hub-nowhere', 404, 'not_found'],
    ['/api/nothing', 404, 'not_found'],
    [`/api/shoppers/${shopperId}/enrolments`, 401, 'permission_missing'],
  ])('%s: %i %s', async (path, status, code) => {
    const answer = await (status === 401 ? central.get(path) : central.read(path));
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(problemSchema.parse(await answer.json())).toMatchObject({ status, code });
  });

  it('keep the operator’s paths from everyone else, and the token from other users', async () => {
    expect(statSync(join(city.dir, 'admin-token')).mode & 0o777).toBe(0o600);
    const token = operatorToken();
    const path = `/api/shoppers/${newId()}/enrolments`;
    for (const header of [`Bearer ${token}x`, `Bearer ${token.slice(1)}`, token, 'Bearer ']) {
      expect((await central.get(path, { authorization: header })).status).toBe(401);
    }
    expect((await central.get(path, { authorization: `Bearer ${token}` })).status).toBe(404);
  });
});

describe('operations', () => {
  it('say how central is doing', async () => {
    expect(cityStatusSchema.parse(await (await central.get('/api/status')).json())).toMatchObject({
      nats: 'up',
      database: 'up',
      hubs: { known: 1, up: 1, halted: 0 },
    });
    expect((await central.get('/healthz')).status).toBe(200);
    const metrics = await (await central.get('/metrics')).text();
    expect(metrics).toMatch(/wuma_payments_booked_total\{hub="hub-wuma"\} 2[56]/);
    expect(metrics).toContain('wuma_hub_up{hub="hub-wuma"} 1');
    expect(metrics).not.toContain(shopperId);
  });

  it('describe the API as OpenAPI 3.1, every path with its answers', async () => {
    const description = z
      .object({
        openapi: z.string(),
        paths: z.record(
          z.string(),
          z.record(z.string(), z.object({ responses: z.looseObject({}) })),
        ),
      })
      .parse(await (await central.get('/openapi.json')).json());
    expect(description.openapi).toBe('3.1.0');
    const paths = new Set(CENTRAL_ROUTES.map((route) => route.path));
    expect(Object.keys(description.paths).toSorted()).toEqual([...paths].toSorted());
  });

  it('serve the city’s page, with headers that let nothing foreign in', async () => {
    const page = await central.get('/');
    expect(await page.text()).toContain('<title>City</title>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    expect((await central.get('/../admin-token')).status).toBe(404);
  });
});
