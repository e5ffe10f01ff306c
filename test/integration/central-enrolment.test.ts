import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDevelopmentPki } from '../../deploy/pki/development-pki.ts';
import {
  type DownlinkMessage,
  downlinkAnswerSchema,
  downlinkErrorSchema,
  downlinkMessageSchema,
  MAX_DOWNLINK_BYTES,
} from '../../shared/contracts/downlink-messages.ts';
import { shopperEnrolmentsSchema } from '../../shared/contracts/http-central.ts';
import type { SealedTemplate } from '../../shared/contracts/hub-events.ts';
import { subjects } from '../../shared/contracts/subjects.ts';
import { present } from '../../shared/kernel/assert.ts';
import { ChainWriter, newId } from '../support/chain-writer.ts';
import { eventually } from '../support/eventually.ts';
import { HubIdentity, randomTemplate, sealFor } from '../support/hub-identity.ts';
import { TestPostgres } from '../support/postgres.ts';
import { TestCentral } from '../support/test-central.ts';
import { TestCity } from '../support/test-city.ts';

const WUMA = 'hub-wuma';
const RIVERSIDE = 'hub-riverside';
const HARBOUR = 'hub-harbour';
const HUBS = [WUMA, RIVERSIDE, HARBOUR];
const streetOf = (hubId: string): string => hubId.replace('hub-', 'street-');

let postgres: TestPostgres;
let city: TestCity;
let central: TestCentral;
let chains: Record<string, ChainWriter>;
let identities: Record<string, HubIdentity>;

beforeAll(async () => {
  [postgres, city] = await Promise.all([TestPostgres.start(), TestCity.start(HUBS)]);
  const made = HUBS.map((hubId) => HubIdentity.create(city.pki, hubId, streetOf(hubId)));
  identities = Object.fromEntries((await Promise.all(made)).map((each) => [each.hubId, each]));
});
afterAll(async () => {
  await city.stop();
  await postgres.stop();
});
beforeEach(async () => {
  for (const hub of Object.values(city.hubs)) {
    await hub.deleteStream();
    await hub.createStream();
  }
  central = await TestCentral.start(city, await postgres.createDatabase());
  chains = Object.fromEntries(HUBS.map((hubId) => [hubId, new ChainWriter(hubId)]));
});
afterEach(async () => {
  await central.stop();
});

const identity = (hubId: string): HubIdentity => present(identities[hubId], hubId);
const chain = (hubId: string): ChainWriter => present(chains[hubId], hubId);

/** Publishes one event of the hub and waits until central has it. */
async function say(hubId: string, type: string, data: object): Promise<void> {
  const event = chain(hubId).write(type, data);
  await city.hub(hubId).publish(event);
  await eventually(async () =>
    (await central.hub(hubId)).watermarkSeq >= event.seq ? true : undefined,
  );
}

async function announceAll(): Promise<void> {
  for (const hubId of HUBS) await say(hubId, 'hub.announced', identity(hubId).announcement);
}

/** Asks as the hub does. */
async function ask(hubId: string, question: object | string): Promise<unknown> {
  const text = typeof question === 'string' ? question : JSON.stringify(question);
  const { nats } = city.hub(hubId);
  // central's interest takes a moment to cross the link
  const answer = await eventually(() =>
    nats.request(subjects.downlinkPull(hubId), text, { timeout: 5_000 }).catch(() => undefined),
  );
  return answer.json();
}

async function pull(
  hubId: string,
  afterSeq: number,
  limit = 500,
): Promise<{ messages: DownlinkMessage[]; headSeq: number }> {
  const answer = downlinkAnswerSchema.parse(await ask(hubId, { version: 1, afterSeq, limit }));
  const messages = answer.messages.map((message) => downlinkMessageSchema.parse(message));
  return { messages, headSeq: answer.headSeq };
}

/** Enrols someone at the first hub, with the same template sealed for others. */
async function enrol(options: {
  readonly streets: readonly string[];
  readonly sealedFor?: readonly string[];
  readonly template?: Buffer;
  readonly shopperId?: string;
}): Promise<{ shopperId: string; sealed: SealedTemplate[] }> {
  const { streets, sealedFor = [], template = randomTemplate(), shopperId = newId() } = options;
  const sealed = await Promise.all(
    sealedFor.map((hubId) => sealFor(identity(hubId).announcement, template, shopperId)),
  );
  const givenAt = new Date().toISOString();
  await say(WUMA, 'shopper.enrolled', {
    shopperId,
    consent: { textVersion: '2026-11', language: 'zh-CN', givenAt, streets },
    packId: 'open-1',
    replicas: sealed,
  });
  return { shopperId, sealed };
}

async function quarantineReasons(): Promise<string[]> {
  const rows = await central.sql<
    { reason: string }[]
  >`select reason from quarantined_events order by seq`;
  return rows.map((row) => row.reason);
}

async function shopper(shopperId: string) {
  const token = readFileSync(join(city.dir, 'admin-token'), 'utf8').trim();
  const answer = await central.get(`/api/shoppers/${shopperId}/enrolments`, {
    authorization: `Bearer ${token}`,
  });
  return shopperEnrolmentsSchema.parse(await answer.json());
}

describe('hubs', () => {
  it('are told of one another, once, and again only when something is new', async () => {
    await announceAll();
    const { messages, headSeq } = await pull(HARBOUR, 0);
    expect(headSeq).toBe(3);
    expect(messages.map((message) => message.seq)).toEqual([1, 2, 3]);
    expect(messages.at(-1)).toMatchObject({
      type: 'hub.directory',
      data: { hubs: HUBS.toSorted().map((hubId) => identity(hubId).announcement) },
    });
    await say(WUMA, 'hub.announced', identity(WUMA).announceAgain());
    expect((await pull(HARBOUR, 0)).headSeq).toBe(3);
    expect((await central.hub(WUMA)).streetName).toBe('Street of hub-wuma');
  });

  it('are not believed without a certificate of ours, of their own, that signed what they say', async () => {
    const pki = await createDevelopmentPki({
      dir: join(city.dir, 'foreign'),
      hubs: [WUMA],
      terminals: [],
    });
    const stranger = await HubIdentity.create(pki, WUMA, streetOf(WUMA));
    const own = identity(WUMA).announcement;
    await say(WUMA, 'hub.announced', stranger.announcement);
    await say(WUMA, 'hub.announced', identity(RIVERSIDE).announcement);
    await say(WUMA, 'hub.announced', { ...own, streetId: streetOf(RIVERSIDE) });
    await say(WUMA, 'hub.announced', { ...own, certificatePem: 'not a certificate' });
    expect(await quarantineReasons()).toEqual([
      'bad_certificate',
      'wrong_hub',
      'bad_signature',
      'bad_certificate',
    ]);
    expect((await pull(WUMA, 0)).headSeq).toBe(0);
  });
});

describe('enrolment', () => {
  it('reaches the hubs of the streets that the person agreed to, and no other', async () => {
    await announceAll();
    const template = randomTemplate();
    const { shopperId } = await enrol({
      streets: [streetOf(WUMA), streetOf(RIVERSIDE)],
      sealedFor: [RIVERSIDE, HARBOUR],
      template,
    });
    const { messages } = await pull(RIVERSIDE, 3);
    expect(messages).toMatchObject([
      { seq: 4, type: 'template.replica', data: { shopperId, fromHubId: WUMA } },
    ]);
    const [message] = messages;
    if (message?.type !== 'template.replica') throw new Error('a replica');
    expect(await identity(RIVERSIDE).open(message.data.sealed, shopperId)).toEqual(template);
    expect((await pull(HARBOUR, 3)).messages).toEqual([]);
    const metrics = await (await central.get('/metrics')).text();
    expect(metrics).toContain(`wuma_replicas_refused_total{hub="${WUMA}"} 1`);
    expect(await shopper(shopperId)).toMatchObject({
      state: 'enrolled',
      enrolments: [{ hubId: WUMA, packId: 'open-1' }],
      replicas: [{ hubId: RIVERSIDE, delivered: false }],
      erasure: null,
    });
    await pull(RIVERSIDE, 4);
    expect((await shopper(shopperId)).replicas).toMatchObject([{ delivered: true }]);
  });

  it('is opaque to central: no key in its database or files opens it, no hub but the one it names', async () => {
    await announceAll();
    const template = randomTemplate();
    const enrolled = await enrol({
      streets: [streetOf(RIVERSIDE)],
      sealedFor: [RIVERSIDE],
      template,
    });
    const sealed = present(enrolled.sealed[0], 'a sealed template');
    expect(await identity(WUMA).open(sealed, enrolled.shopperId)).toBeUndefined();
    expect(await identity(HARBOUR).open(sealed, enrolled.shopperId)).toBeUndefined();
    expect(await identity(RIVERSIDE).open(sealed, enrolled.shopperId)).toEqual(template);
    const tables = await central.sql`
      select table_name from information_schema.tables where table_schema = 'public'`;
    const contents = await Promise.all(
      tables.map((row) => central.sql`select * from ${central.sql(String(row['table_name']))}`),
    );
    const everything = JSON.stringify(contents);
    expect(everything).toContain(sealed.ciphertext);
    expect(everything).not.toContain(template.toString('base64'));
    expect(everything).not.toContain(template.toString('hex'));
    expect(everything).not.toMatch(/PRIVATE KEY/);
    // every key that central has is a public one
    const keys = await central.sql<{ sealing_key: string }[]>`select sealing_key from hubs`;
    expect(keys.map((row) => row.sealing_key)).toEqual(
      expect.arrayContaining(HUBS.map((hubId) => identity(hubId).announcement.sealingKey)),
    );
    expect(everything).toContain(identity(RIVERSIDE).announcement.sealingKey);
  });
});

describe('erasure', () => {
  it('leaves nothing of the template at central, orders every holder, and is over with the last receipt', async () => {
    await announceAll();
    const { shopperId, sealed } = await enrol({
      streets: [streetOf(RIVERSIDE)],
      sealedFor: [RIVERSIDE],
    });
    const enc = present(sealed[0], 'a sealed template').enc;
    const requestedAt = new Date().toISOString();
    await say(WUMA, 'shopper.erased', { shopperId, requestedAt });
    const { messages } = await pull(RIVERSIDE, 3);
    expect(messages).toMatchObject([
      { seq: 4, type: 'shopper.erase', data: { shopperId, requestedAt } },
      { seq: 5, type: 'shopper.erase', data: { shopperId, requestedAt } },
    ]);
    expect(new Set(messages.map((message) => message.id)).size).toBe(2);
    expect((await pull(HARBOUR, 3)).messages).toEqual([]);
    expect((await pull(WUMA, 3)).messages).toEqual([]);
    const kept = await central.count(
      `select count(*) from inbox, downlink where raw like '%${enc}%' or body like '%${enc}%'`,
    );
    expect(kept).toBe(0);
    expect((await shopper(shopperId)).state).toBe('erasing');
    await say(WUMA, 'erasure.receipt', identity(WUMA).receipt(shopperId, 1));
    expect(await shopper(shopperId)).toMatchObject({
      state: 'erasing',
      replicas: [],
      erasure: {
        requestedAt,
        receipts: [
          { hubId: RIVERSIDE, erasedAt: null },
          { hubId: WUMA, templatesRemoved: 1 },
        ],
      },
    });
    await say(RIVERSIDE, 'erasure.receipt', identity(RIVERSIDE).receipt(shopperId, 1));
    expect((await shopper(shopperId)).state).toBe('erased');
  });

  it('asked at the hub that got a replica reaches the hub that enrolled', async () => {
    await announceAll();
    const { shopperId } = await enrol({
      streets: [streetOf(RIVERSIDE)],
      sealedFor: [RIVERSIDE],
    });
    await say(RIVERSIDE, 'shopper.erased', { shopperId, requestedAt: new Date().toISOString() });
    expect((await pull(WUMA, 3)).messages).toMatchObject([
      { type: 'shopper.erase', data: { shopperId } },
    ]);
    expect((await shopper(shopperId)).erasure?.receipts.map((each) => each.hubId)).toEqual([
      RIVERSIDE,
      WUMA,
    ]);
  });

  it('takes no receipt that another hub signed, or that was changed', async () => {
    await announceAll();
    const { shopperId } = await enrol({ streets: [streetOf(WUMA)] });
    await say(WUMA, 'shopper.erased', { shopperId, requestedAt: new Date().toISOString() });
    await say(WUMA, 'erasure.receipt', identity(RIVERSIDE).receipt(shopperId, 1));
    await say(WUMA, 'erasure.receipt', {
      ...identity(RIVERSIDE).receipt(shopperId, 1),
      hubId: WUMA,
    });
    await say(WUMA, 'erasure.receipt', {
      ...identity(WUMA).receipt(shopperId, 1),
      templatesRemoved: 0,
    });
    expect(await quarantineReasons()).toEqual(['wrong_hub', 'bad_signature', 'bad_signature']);
    expect((await shopper(shopperId)).state).toBe('erasing');
  });

  it('holds against a template that arrives late', async () => {
    await announceAll();
    const shopperId = newId();
    await say(RIVERSIDE, 'shopper.erased', { shopperId, requestedAt: new Date().toISOString() });
    const { sealed } = await enrol({
      streets: [streetOf(HARBOUR)],
      sealedFor: [HARBOUR],
      shopperId,
    });
    const enc = present(sealed[0], 'a sealed template').enc;
    expect((await pull(HARBOUR, 3)).messages).toEqual([]);
    expect(await central.count(`select count(*) from inbox where raw like '%${enc}%'`)).toBe(0);
  });
});

describe('downlink', () => {
  it('catches up in bounded answers after a long time away, in order, and records what is acknowledged', async () => {
    await announceAll();
    const template = Buffer.alloc(150_000, 7);
    for (let made = 0; made < 8; made += 1) {
      await enrol({ streets: [streetOf(RIVERSIDE)], sealedFor: [RIVERSIDE], template });
    }
    let after = 0;
    let pulls = 0;
    const seqs: number[] = [];
    for (;;) {
      const answer = JSON.stringify(
        await ask(RIVERSIDE, { version: 1, afterSeq: after, limit: 500 }),
      );
      expect(Buffer.byteLength(answer)).toBeLessThan(MAX_DOWNLINK_BYTES + 100);
      const { messages, headSeq } = downlinkAnswerSchema.parse(JSON.parse(answer));
      seqs.push(...messages.map((message) => downlinkMessageSchema.parse(message).seq));
      after = seqs.at(-1) ?? 0;
      pulls += 1;
      if (after === headSeq) break;
    }
    expect(seqs).toEqual(Array.from({ length: 11 }, (_, index) => index + 1));
    expect(pulls).toBeGreaterThan(2);
    await ask(RIVERSIDE, { version: 1, afterSeq: 11, limit: 1 });
    expect((await central.hub(RIVERSIDE)).downlink).toEqual({ headSeq: 11, ackedSeq: 11 });
    // an acknowledgement is never taken back, and never runs ahead of what was sent
    await ask(RIVERSIDE, { version: 1, afterSeq: 2, limit: 1 });
    await ask(RIVERSIDE, { version: 1, afterSeq: 99, limit: 1 });
    expect((await central.hub(RIVERSIDE)).downlink).toEqual({ headSeq: 11, ackedSeq: 11 });
  });

  it('nudges a hub as soon as there is something for it', async () => {
    let nudges = 0;
    city.hub(HARBOUR).nats.subscribe(subjects.downlinkNudge(HARBOUR), {
      callback: () => {
        nudges += 1;
      },
    });
    // a first answer shows that the link is up, the flush that the subscription is on its way
    await ask(HARBOUR, { version: 1, afterSeq: 0, limit: 1 });
    await city.hub(HARBOUR).nats.flush();
    await sleep(200);
    await say(WUMA, 'hub.announced', identity(WUMA).announcement);
    await eventually(() => nudges || undefined, 3_000);
    expect(nudges).toBe(1);
  });

  it('is none of a hub that central does not know', async () => {
    await central.stop();
    central = await TestCentral.start(city, await postgres.createDatabase(), { hubs: [WUMA] });
    expect(await ask(RIVERSIDE, { version: 1, afterSeq: 0, limit: 1 })).toEqual({
      error: 'unknown_hub',
      supportedVersions: [1],
    });
  });

  it.each([
    ['{"version":2,"everything":"else"}', 'unsupported_version'],
    ['{"version":1,"afterSeq":-1,"limit":10}', 'malformed_message'],
    ['{"version":1}', 'malformed_message'],
    ['not json', 'malformed_message'],
  ] as const)('answers %s with %s', async (question, code) => {
    expect(downlinkErrorSchema.parse(await ask(WUMA, question))).toEqual({
      error: code,
      supportedVersions: [1],
    });
  });
});
