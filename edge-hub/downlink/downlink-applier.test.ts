import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hubEventSchema } from '../../shared/contracts/hub-events.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  PACK_ID,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';
import { sealReplica } from '../enrolment/replica-sealing.ts';
import { encodeTemplate } from '../enrolment/template-codec.ts';
import { eventJson } from '../outbox/outbox-store.ts';
import { MissingMessageError, UnnumberedMessageError } from './downlink-applier.ts';

let hub: TestHub;
let raw: Database.Database;

beforeEach(async () => {
  hub = await createTestHub();
  raw = new Database(join(hub.context.settings.dataDir, 'hub.db'));
});
afterEach(async () => {
  raw.close();
  await hub.close();
});

const message = (seq: number, type: string, data: unknown) => ({
  seq,
  id: newId(),
  type,
  version: 1,
  occurredAt: new Date().toISOString(),
  data,
});
const erasureOf = (shopperId: string) => ({ shopperId, requestedAt: new Date().toISOString() });
const apply = (said: unknown) => hub.context.applier.apply(said);
const watermark = () => hub.context.downlinkStore.watermark();
const handled = () =>
  raw.prepare('SELECT seq, type, outcome, reason FROM downlink_message ORDER BY seq').all();

async function replicaOf(
  shopperId: string,
  change: { hubId?: string; packId?: string } = {},
  keyId = hub.context.protection.keyId,
) {
  const address = { hubId: 'hub-test', shopperId, packId: PACK_ID };
  const { publicKey } = hub.context.identity.sealing;
  const plain = encodeTemplate({
    embedding: hub.embeddingOf('li'),
    keyId,
    phone: null,
    phoneLast4: null,
    pin: null,
    minor: false,
  });
  const sealed = await sealReplica(plain, publicKey, address);
  const givenAt = new Date().toISOString();
  const consent = { textVersion: '1', language: 'en', givenAt, streets: ['street-test'] };
  return { shopperId, fromHubId: 'hub-other', consent, sealed: { ...sealed, ...change } };
}

async function enrolled(): Promise<string> {
  const done = await hub.context.enrolment.enrol({
    enrolmentId: newId(),
    photos: [pictureOf('li')],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    ...NOTHING_SAID,
  });
  if (!done.ok) throw new Error(done.error);
  return done.value.shopperId;
}

/** The watermark cannot be written. */
const fail = () =>
  raw.exec(
    "CREATE TRIGGER disk_is_full BEFORE INSERT ON downlink_message BEGIN SELECT RAISE(ABORT, 'full'); END",
  );
const mend = () => raw.exec('DROP TRIGGER disk_is_full');

describe('a fault of the hub', () => {
  it('at an erasure leaves person and watermark as they were, and the same message does it later', async () => {
    const shopperId = await enrolled();
    const erase = message(1, 'shopper.erase', erasureOf(shopperId));
    fail();
    await expect(apply(erase)).rejects.toThrow('full');
    expect(hub.context.shoppers.isEnrolled(shopperId)).toBe(true);
    expect(hub.context.gallery.size).toBe(1);
    expect(hub.context.outbox.state().lastSeq).toBe(1);
    mend();
    await apply(erase);
    expect(hub.context.shoppers.isEnrolled(shopperId)).toBe(false);
    expect(hub.context.gallery.size).toBe(0);
    expect(watermark()).toBe(1);
  });

  it('at a replica leaves nobody in the gallery, and the same message does it later', async () => {
    const shopperId = newId();
    const replica = message(1, 'template.replica', await replicaOf(shopperId));
    fail();
    await expect(apply(replica)).rejects.toThrow('full');
    expect(hub.context.shoppers.isEnrolled(shopperId)).toBe(false);
    expect(hub.context.gallery.size).toBe(0);
    mend();
    await apply(replica);
    expect(hub.context.gallery.size).toBe(1);
  });
});

describe('what was applied', () => {
  it('is not applied again: an old number is passed over', async () => {
    const shopperId = newId();
    const replica = message(1, 'template.replica', await replicaOf(shopperId));
    await apply(replica);
    await apply(message(2, 'shopper.erase', erasureOf(shopperId)));
    const { lastSeq } = hub.context.outbox.state();
    await apply(replica);
    await apply(message(2, 'shopper.erase', erasureOf(shopperId)));
    expect(hub.context.gallery.size).toBe(0);
    expect(hub.context.outbox.state().lastSeq).toBe(lastSeq);
    expect(handled()).toHaveLength(2);
  });

  it('gives a receipt even for somebody who was never here, and a replica of them is refused', async () => {
    const shopperId = newId();
    await apply(message(1, 'shopper.erase', erasureOf(shopperId)));
    const [row] = hub.context.outbox.pending(10);
    const event = row && hubEventSchema.parse(JSON.parse(eventJson(row)));
    expect(event).toMatchObject({
      type: 'erasure.receipt',
      data: { shopperId, templatesRemoved: 0 },
    });
    await apply(message(2, 'template.replica', await replicaOf(shopperId)));
    expect(hub.context.shoppers.isEnrolled(shopperId)).toBe(false);
    expect(handled()).toMatchObject([{ outcome: 'applied' }, { outcome: 'rejected' }]);
  });
});

describe('what cannot be applied', () => {
  it.each([
    ['for another hub', { hubId: 'hub-other' }, 'sealed for another hub'],
    ['of another pack', { packId: 'open-9' }, 'made by a model pack that this hub does not run'],
  ])('a replica %s is recorded with its reason', async (_, change, reason) => {
    await apply(message(1, 'template.replica', await replicaOf(newId(), change)));
    expect(handled()).toEqual([{ seq: 1, type: 'template.replica', outcome: 'rejected', reason }]);
  });

  it('a replica under a template key that is not here is recorded with its reason', async () => {
    const replica = await replicaOf(newId(), {}, '0123456789abcdef');
    await apply(message(1, 'template.replica', replica));
    const reason = 'under a template key that this hub does not have';
    expect(handled()).toMatchObject([{ outcome: 'rejected', reason }]);
    expect(hub.context.gallery.size).toBe(0);
  });

  it('a newer version of a known type is recorded, and the line goes on', async () => {
    const shopperId = await enrolled();
    await apply({ ...message(1, 'shopper.erase', erasureOf(shopperId)), version: 2 });
    expect(hub.context.shoppers.isEnrolled(shopperId)).toBe(true);
    await apply(message(2, 'shopper.erase', erasureOf(shopperId)));
    expect(handled()).toMatchObject([{ outcome: 'rejected' }, { outcome: 'applied' }]);
  });

  it('a gap holds the line: what is missing may be an erasure', async () => {
    const shopperId = await enrolled();
    const erase = message(1, 'shopper.erase', erasureOf(shopperId));
    const later = message(2, 'template.replica', await replicaOf(newId()));
    await expect(apply(later)).rejects.toThrow(MissingMessageError);
    expect(watermark()).toBe(0);
    await apply(erase);
    await apply(later);
    expect(handled()).toMatchObject([{ outcome: 'applied' }, { outcome: 'applied' }]);
  });

  it.each([null, 'text', {}, { seq: 0, type: 'shopper.erase' }, { seq: 1.5, type: 'x' }])(
    'what has no number holds the line: %j',
    async (said) => {
      await expect(apply(said)).rejects.toThrow(UnnumberedMessageError);
      expect(watermark()).toBe(0);
    },
  );
});
