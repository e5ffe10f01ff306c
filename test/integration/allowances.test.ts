import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  allowanceAnswerSchema,
  allowanceErrorSchema,
} from '../../shared/contracts/allowance-messages.ts';
import { downlinkAnswerSchema } from '../../shared/contracts/downlink-messages.ts';
import { walletSchema } from '../../shared/contracts/http-wallets.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { ChainWriter, newId } from '../support/chain-writer.ts';
import { eventually } from '../support/eventually.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestCentral } from '../support/test-central.ts';
import { TestCity } from '../support/test-city.ts';

const A = 'hub-a';
const B = 'hub-b';

let postgres: TestPostgres;
let city: TestCity;
let central: TestCentral;
let chains: Record<string, ChainWriter>;

beforeAll(async () => {
  [postgres, city] = await Promise.all([TestPostgres.start(), TestCity.start([A, B])]);
  central = await TestCentral.start(city, await postgres.createDatabase());
  chains = { [A]: new ChainWriter(A), [B]: new ChainWriter(B) };
});
afterAll(async () => {
  await central.stop();
  await city.stop();
  await postgres.stop();
});

async function say(hubId: string, type: string, data: object): Promise<void> {
  const event = chains[hubId]?.write(type, data);
  if (!event) throw new Error(hubId);
  await city.hub(hubId).publish(event);
  await eventually(async () =>
    (await central.hub(hubId)).watermarkSeq >= event.seq ? true : undefined,
  );
}

async function newShopper(): Promise<string> {
  const shopperId = newId();
  const givenAt = new Date().toISOString();
  const consent = { textVersion: '1', language: 'en', givenAt, streets: ['street-a'] };
  await say(A, 'shopper.enrolled', { shopperId, consent, packId: 'open-1', replicas: [] });
  return shopperId;
}

async function request(hubId: string, question: object): Promise<unknown> {
  const { nats } = city.hub(hubId);
  // central's interest takes a moment to cross the link
  const answer = await eventually(() =>
    nats
      .request(subjects.allowanceAsk(hubId), JSON.stringify(question), { timeout: 5_000 })
      .catch(() => undefined),
  );
  return answer.json();
}

interface Asked {
  readonly shopperId: string;
  readonly granted: bigint;
  readonly spendable: bigint;
  readonly need: bigint;
}

async function ask(hubId: string, { shopperId, granted, spendable, need }: Asked) {
  const asked = {
    shopperId,
    currency: 'CNY',
    grantedMinor: String(granted),
    spendableMinor: String(spendable),
    needMinor: String(need),
    wantMinor: '50000',
  };
  const answer = await request(hubId, { version: 1, asks: [asked] });
  const { grants } = allowanceAnswerSchema.parse(answer);
  return grants[0];
}

async function operator(method: string, path: string, body?: object): Promise<Response> {
  const token = readFileSync(`${city.dir}/admin-token`, 'utf8').trim();
  return fetch(`${central.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
}

async function wallet(shopperId: string) {
  return walletSchema.parse(await (await operator('GET', `/api/wallets/${shopperId}`)).json());
}

describe('central', () => {
  it('splits what a shopper has between hubs, asks one to return what another needs, and takes it in once', async () => {
    const shopperId = await newShopper();
    const nothing = { shopperId, granted: 0n, spendable: 0n, need: 0n };
    expect((await ask(A, nothing))?.grantedMinor).toBe(50_000n);
    // the answer was lost: asked again, no more is granted
    expect((await ask(A, nothing))?.grantedMinor).toBe(50_000n);
    const all = await ask(B, { ...nothing, need: 200_000n });
    expect(all).toMatchObject({ grantedMinor: 150_000n, reclaiming: true });
    expect(await wallet(shopperId)).toMatchObject({
      fundedMinor: '200000',
      escrowedMinor: '200000',
      freeMinor: '0',
    });
    const order = await eventually(async () => {
      const { nats } = city.hub(A);
      const pull = JSON.stringify({ version: 1, afterSeq: 0, limit: 100 });
      const reply = await nats.request(subjects.downlinkPull(A), pull, { timeout: 5_000 });
      const { messages } = downlinkAnswerSchema.parse(reply.json());
      return messages.find((each) => JSON.stringify(each).includes(shopperId));
    });
    expect(order).toMatchObject({
      type: 'allowance.reclaim',
      data: { shopperId, currency: 'CNY', keepMinor: '0' },
    });
    const returned = { shopperId, currency: 'CNY', amountMinor: '30000', returnedMinor: '30000' };
    await say(A, 'allowance.returned', returned);
    // what does not follow from what was granted is put aside
    await say(A, 'allowance.returned', { ...returned, returnedMinor: '70000' });
    await say(A, 'allowance.returned', returned);
    expect(
      await central.count(
        `select count(*) from quarantined_events where reason = 'allowance_not_granted'`,
      ),
    ).toBe(2);
    const more = { ...nothing, granted: 150_000n, spendable: 150_000n, need: 170_000n };
    expect((await ask(B, more))?.grantedMinor).toBe(170_000n);
    expect((await wallet(shopperId)).freeMinor).toBe('10000');
  });

  it('never grants more than there is to two hubs that ask at once', async () => {
    const shopperId = await newShopper();
    const asked = { shopperId, granted: 0n, spendable: 0n, need: 150_000n };
    const both = await Promise.all([ask(A, asked), ask(B, asked)]);
    const sum = both.reduce((total, grant) => total + (grant?.grantedMinor ?? 0n), 0n);
    expect(sum).toBeLessThanOrEqual(200_000n);
    expect(sum).toBeGreaterThanOrEqual(150_000n);
    await expect(
      central.sql`update allowances set granted_minor = 10000000 where shopper_id = ${shopperId}`,
    ).rejects.toThrow(/check/);
  });

  it('books what was paid in once, and takes nothing away that a hub holds', async () => {
    const shopperId = await newShopper();
    await ask(A, { shopperId, granted: 0n, spendable: 0n, need: 0n });
    const path = `/api/wallets/${shopperId}/lines`;
    const line = { lineId: newId(), kind: 'payment_in', currency: 'CNY', amountMinor: '5000' };
    for (const booked of [true, false]) {
      expect(await (await operator('POST', path, line)).json()).toEqual({ booked });
    }
    expect((await operator('POST', path, { ...line, amountMinor: '1' })).status).toBe(409);
    const lower = { ...line, lineId: newId(), kind: 'correction', amountMinor: '-155001' };
    expect((await operator('POST', path, lower)).status).toBe(409);
    const enough = { ...lower, lineId: newId(), amountMinor: '-155000' };
    expect((await operator('POST', path, enough)).status).toBe(200);
    expect(await wallet(shopperId)).toMatchObject({ fundedMinor: '50000', freeMinor: '0' });
  });

  it('grants nothing to who is on the exception list, or unknown', async () => {
    const shopperId = await newShopper();
    const nothing = { shopperId, granted: 0n, spendable: 0n, need: 0n };
    expect((await operator('PUT', `/api/exception-list/${shopperId}`)).status).toBe(200);
    expect(await ask(A, nothing)).toMatchObject({ grantedMinor: 0n, blocked: true });
    expect((await operator('DELETE', `/api/exception-list/${shopperId}`)).status).toBe(200);
    expect(await ask(A, nothing)).toMatchObject({ grantedMinor: 50_000n, blocked: false });
    expect(await ask(A, { ...nothing, shopperId: newId() })).toBeUndefined();
  });

  it.each([
    ['malformed_message', { version: 1, asks: [] }],
    ['unsupported_version', { version: 9, other: 1 }],
  ])('answers %s', async (code, question) => {
    expect(allowanceErrorSchema.parse(await request(A, question)).error).toBe(code);
  });
});
