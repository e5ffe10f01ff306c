import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pull } from '../../central/downlink/downlink-store.ts';
import { createDevelopmentPki, type DevelopmentPki } from '../../deploy/pki/development-pki.ts';
import { eventJson } from '../../edge-hub/outbox/outbox-store.ts';
import { keyRingFile } from '../../models/template-protection/key-ring.ts';
import { pairedPhoneSchema, phoneLinkSchema } from '../../shared/contracts/http-phones.ts';
import { exceptionListSchema } from '../../shared/contracts/reconciliation.ts';
import { terminalReplySchema } from '../../shared/contracts/terminal-messages.ts';
import { present } from '../../shared/kernel/assert.ts';
import { TestPostgres } from '../support/postgres.ts';
import { ShopperPhone } from '../support/shopper-phone.ts';
import { TestBooks } from '../support/test-books.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../support/test-hub.ts';

const OPERATOR = { subject: 'operator', role: 'operator', merchants: [] } as const;
const HUBS = ['hub-wuma', 'hub-riverside'] as const;
type HubId = (typeof HUBS)[number];
const streetOf = (hubId: HubId): string => hubId.replace('hub-', 'street-');

let dir: string;
let pki: DevelopmentPki;
let postgres: TestPostgres;
let books: TestBooks;
let hubs: Record<HubId, TestHub>;
const told = { 'hub-wuma': 0, 'hub-riverside': 0 };
let people = 0;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-phones-'));
  keyRingFile(keysFile(), randomBytes);
  const terminals = HUBS.map((hubId) => `${hubId}-t1`);
  [postgres, pki] = await Promise.all([
    TestPostgres.start(),
    createDevelopmentPki({ dir, hubs: [...HUBS], terminals }),
  ]);
  books = await TestBooks.start({
    url: await postgres.createDatabase(),
    hubs: HUBS,
    at: new Date().toISOString(),
    authorities: readFileSync(pki.caPath, 'utf8'),
  });
  hubs = { 'hub-wuma': await openHub('hub-wuma'), 'hub-riverside': await openHub('hub-riverside') };
  for (const hubId of HUBS) {
    const { context } = hubs[hubId];
    context.transact(() => context.events.hubAnnounced(context.identity.announcement()));
  }
  await exchange();
});
afterAll(async () => {
  await Promise.all(HUBS.map((hubId) => hubs[hubId].close()));
  await books.stop();
  await postgres.stop();
  rmSync(dir, { recursive: true, force: true });
});

const keysFile = (): string => join(dir, 'template-keys');

async function openHub(hubId: HubId): Promise<TestHub> {
  const hub = await createTestHub({
    hubId,
    streetId: streetOf(hubId),
    pki,
    env: {
      HUB_TEMPLATE_KEY_FILE: keysFile(),
      HUB_PHONE_PAGE: 'https://city.example/pay/',
      HUB_SPENDING: 'allowance',
      HUB_ONLINE_SHARE: '1e-6',
    },
  });
  hub.register(`${hubId}-t1`);
  return hub;
}

/** The link is there for a moment: central hears of what hubs did, and hubs of what central says. */
async function exchange(): Promise<void> {
  for (const hubId of HUBS) {
    const rows = hubs[hubId].context.outbox.pending(1_000).filter(({ seq }) => seq > told[hubId]);
    const events = rows.map((row) => ({
      id: row.eventId,
      type: row.type,
      seq: row.seq,
      hash: row.hash,
      text: eventJson(row),
    }));
    if (events.length > 0) await books.book(hubId, ...events);
    told[hubId] = rows.at(-1)?.seq ?? told[hubId];
  }
  for (const hubId of HUBS) await hear(hubId);
}

async function hear(hubId: HubId): Promise<void> {
  const { applier, contact, downlinkStore } = hubs[hubId].context;
  const page = await pull(books.database, hubId, {
    afterSeq: downlinkStore.watermark(),
    limit: 100,
    maxBytes: 700_000,
    at: new Date(),
  });
  for (const body of page?.bodies ?? []) await applier.apply(JSON.parse(body));
  contact.heard();
}

/** Enrols somebody new at the first hub, for both streets. */
async function enrol() {
  people += 1;
  const enrolled = await hubs['hub-wuma'].context.enrolment.enrol({
    ...NOTHING_SAID,
    enrolmentId: newId(),
    photos: [pictureOf(`shopper${people}`)],
    consent: { textVersion: '1', language: 'en', streets: HUBS.map(streetOf) },
  });
  if (!enrolled.ok) throw new Error(enrolled.error);
  await exchange();
  const { shopperId, phoneLink } = enrolled.value;
  const secret = present(phoneLink?.split('#')[1], 'a link with a secret');
  return { shopperId, secret };
}

async function pair(secret: string, phone: ShopperPhone): Promise<Response> {
  return books.ask(undefined, '/api/phones', { secret, publicKey: phone.publicKey });
}

/** What each hub may spend of the shopper's money. */
function grant(shopperId: string, minor: bigint): void {
  for (const hubId of HUBS) {
    const { topUps, contact } = hubs[hubId].context;
    const life = { epoch: 1, closedMinor: 0n, returnedMinor: 0n };
    const words = { currency: 'CNY', blocked: false, reclaiming: false, ...life } as const;
    topUps.apply([{ shopperId, grantedMinor: minor, ...words }]);
    contact.heard();
  }
}

async function show(hubId: HubId, code: string, amountMinor: bigint) {
  const hub = hubs[hubId];
  const message = hub.code(`${hubId}-t1`, { code, amountMinor });
  const reply = terminalReplySchema.parse(
    JSON.parse(await hub.context.handler.handle(`${hubId}-t1`, message)),
  );
  if (reply.type !== 'payment.result') throw new Error(`answered by ${reply.type}`);
  return { outcome: reply.data.outcome, code: reply.data.code };
}

const PAID = { outcome: 'paid', code: null };
const NOT_GOOD = { outcome: 'declined', code: 'code_not_good' };

describe('a shopper’s phone', () => {
  it('is paired by the link of the enrolment, once, and pays at every hub that knows the shopper', async () => {
    const { shopperId, secret } = await enrol();
    const [phone, thief] = [new ShopperPhone(), new ShopperPhone()];
    const first = await pair(secret, phone);
    expect(first.status).toBe(200);
    const paired = pairedPhoneSchema.parse(await first.json());
    const again = await pair(secret, phone);
    expect(await again.json(), 'the answer was lost').toMatchObject({ keyId: paired.keyId });
    expect((await pair(secret, thief)).status, 'the link is used').toBe(404);
    await exchange();
    grant(shopperId, 10_000n);
    expect(await show('hub-wuma', phone.codeAt(Date.now() - 2_000), 1_000n)).toEqual(PAID);
    expect(await show('hub-riverside', phone.codeAt(Date.now()), 1_000n)).toEqual(PAID);
    expect(await show('hub-wuma', thief.codeAt(Date.now()), 1_000n)).toEqual(NOT_GOOD);
  });

  it('is not paired by what nobody was given, nor by an old link', async () => {
    const { secret } = await enrol();
    const phone = new ShopperPhone();
    expect((await pair('A'.repeat(43), phone)).status).toBe(404);
    expect((await pair('short', phone)).status).toBe(400);
    books.clock.set(new Date(Date.now() + 86_400_001).toISOString());
    expect((await pair(secret, phone)).status).toBe(404);
  });

  it('gives way to another one that the operator lets in, and to none', async () => {
    const { shopperId, secret } = await enrol();
    const [lost, next] = [new ShopperPhone(), new ShopperPhone()];
    await pair(secret, lost);
    const path = `/api/shoppers/${shopperId}/phone-links`;
    expect((await books.ask(undefined, path, {})).status).toBe(401);
    const link = phoneLinkSchema.parse(await (await books.ask(OPERATOR, path, {})).json());
    expect((await pair(link.secret, next)).status).toBe(200);
    await exchange();
    grant(shopperId, 10_000n);
    expect(await show('hub-riverside', lost.codeAt(Date.now()), 1_000n)).toEqual(NOT_GOOD);
    expect(await show('hub-riverside', next.codeAt(Date.now() - 2_000), 1_000n)).toEqual(PAID);
    const nudges = await books.database.transact((tx) =>
      books.context.phones.remove(tx, shopperId),
    );
    expect(nudges?.toSorted()).toEqual([...HUBS].toSorted());
    await exchange();
    expect(await show('hub-riverside', next.codeAt(Date.now()), 1_000n)).toEqual(NOT_GOOD);
  });

  it('is forgotten with the shopper, in the downlink too', async () => {
    const { shopperId, secret } = await enrol();
    const phone = new ShopperPhone();
    await pair(secret, phone);
    await exchange();
    await hubs['hub-wuma'].context.enrolment.erase(shopperId);
    await exchange();
    const { sql } = books;
    expect(await sql`select 1 from shopper_phones where shopper_id = ${shopperId}`).toHaveLength(0);
    expect(await sql`select 1 from phone_links where shopper_id = ${shopperId}`).toHaveLength(0);
    const kept = await books.sql<{ body: string }[]>`select body from downlink`;
    expect(kept.filter(({ body }) => body.includes(phone.publicKey))).toHaveLength(0);
    expect((await pair(secret, phone)).status).toBe(404);
  });

  it('is nobody’s by the word of a hub that enrols somebody again', async () => {
    const { shopperId } = await enrol();
    const { context } = hubs['hub-wuma'];
    const givenAt = new Date().toISOString();
    const streets = [streetOf('hub-wuma')];
    context.transact(() =>
      context.events.shopperEnrolled({
        shopperId,
        consent: { textVersion: '1', language: 'en', givenAt, streets },
        packId: 'test',
        replicas: [],
        phoneLinkHash: 'b1'.repeat(32),
      }),
    );
    await exchange();
    const links = await books.sql`select 1 from phone_links where secret_hash = ${'b1'.repeat(32)}`;
    expect(links).toHaveLength(0);
  });
});

describe('a code that is shown at two hubs which cannot hear of one another', () => {
  it('spends no more than their allowances, and is found at reconciliation', async () => {
    const { shopperId, secret } = await enrol();
    const phone = new ShopperPhone();
    await pair(secret, phone);
    await exchange();
    grant(shopperId, 3_000n);
    const code = phone.codeAt(Date.now());
    expect(await show('hub-wuma', code, 2_000n)).toEqual(PAID);
    expect(await show('hub-riverside', code, 2_000n), 'it cannot know').toEqual(PAID);
    for (const hubId of HUBS) {
      expect(await show(hubId, code, 500n), 'but here it was used').toEqual(NOT_GOOD);
    }
    const next = phone.codeAt(Date.now() + 1_000);
    expect(await show('hub-riverside', next, 2_000n)).toEqual({
      outcome: 'fallback',
      code: 'funds_short',
    });
    expect(await differences(), 'central has heard of neither').toEqual([]);
    await exchange();
    const [found, ...others] = await differences();
    expect(others).toEqual([]);
    expect(found).toMatchObject({ code: 'code_used_twice', hubId: 'hub-riverside' });
    expect(found && 'detail' in found && found.detail).toMatch(
      /had paid for payment .* at hub-wuma/,
    );
  });

  async function differences() {
    // a night later
    books.clock.set(new Date(books.clock.now() + 86_400_000).toISOString());
    await books.context.reconciler.runAll();
    const response = await books.ask(OPERATOR, '/api/reconciliation/exceptions');
    return exceptionListSchema.parse(await response.json()).exceptions;
  }
});
