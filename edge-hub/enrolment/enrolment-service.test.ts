import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { downlinkMessageSchema } from '../../shared/contracts/downlink-messages.ts';
import { erasureSigningInput, hubEventSchema } from '../../shared/contracts/hub-events.ts';
import { present } from '../../shared/kernel/assert.ts';
import {
  createTestHub,
  EMPTY_PICTURE,
  embeddingOf,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';
import { eventJson } from '../outbox/outbox-store.ts';
import { verifyEs256 } from '../terminals/terminal-registry.ts';
import type { EnrolmentRequest } from './enrolment-service.ts';
import { isPin } from './pin-hash.ts';

let hub: TestHub;
let other: TestHub;

beforeEach(async () => {
  hub = await createTestHub();
  other = await createTestHub({
    hubId: 'hub-other',
    streetId: 'street-other',
    pki: hub.pki,
    dir: hub.dir,
  });
});
afterEach(async () => {
  await other.close();
  await hub.close();
});

const enrol = (
  photos: readonly Uint8Array[],
  streets = ['street-test'],
  about: Partial<EnrolmentRequest> = {},
) =>
  hub.context.enrolment.enrol({
    enrolmentId: newId(),
    photos,
    consent: { textVersion: '1', language: 'en', streets },
    ...NOTHING_SAID,
    phoneLast4: '1234',
    ...about,
  });

const eventsOf = (of: TestHub) =>
  of.context.outbox.pending(100).map((row) => hubEventSchema.parse(JSON.parse(eventJson(row))));

async function say(
  to: TestHub,
  [seq, type]: readonly [number, string],
  data: unknown,
): Promise<void> {
  const message = {
    seq,
    id: newId(),
    type,
    version: 1,
    occurredAt: new Date().toISOString(),
    data,
  };
  await to.context.applier.apply(message);
}

const directory = (of: readonly TestHub[]) => ({
  hubs: of.map((each) => each.context.identity.announcement()),
});

/** Every byte of database and log. */
const filesOf = (of: TestHub): Buffer => {
  const { dataDir } = of.context.settings;
  const names = readdirSync(dataDir).filter((name) => name.startsWith('hub.db'));
  return Buffer.concat(names.map((name) => readFileSync(join(dataDir, name))));
};

describe('enrolment', () => {
  it('finds the person again, gives the same answer again, and no second time the same face', async () => {
    const enrolmentId = newId();
    const first = await enrol([pictureOf('li'), EMPTY_PICTURE], ['street-test'], { enrolmentId });
    expect(first).toMatchObject({ ok: true, value: { faces: 1 } });
    expect(await enrol([pictureOf('li'), EMPTY_PICTURE], ['street-test'], { enrolmentId })).toEqual(
      first,
    );
    expect(await enrol([pictureOf('wang')], ['street-test'], { enrolmentId })).toEqual({
      ok: false,
      error: 'enrolment_conflict',
    });
    const [best] = (await hub.context.gallery.search(hub.embeddingOf('li'))).candidates;
    expect(best?.shopperId).toBe(first.ok ? first.value.shopperId : '');
    expect(await enrol([pictureOf('li')])).toEqual({ ok: false, error: 'already_enrolled' });
  });

  it('takes one of two at once', async () => {
    const results = await Promise.all([enrol([pictureOf('li')]), enrol([pictureOf('li')])]);
    expect(results.map((result) => result.ok)).toEqual([true, false]);
  });

  it.each([
    ['photos_differ', [pictureOf('li'), pictureOf('wang')], ['street-test']],
    ['no_face', [EMPTY_PICTURE], ['street-test']],
    ['street_not_agreed', [pictureOf('li')], ['street-other']],
  ])('refuses with %s', async (error, photos, streets) => {
    expect(await enrol(photos, streets)).toEqual({ ok: false, error });
    expect(hub.context.gallery.size).toBe(0);
  });

  it('opens again after a restart, and not with another hub key', async () => {
    await enrol([pictureOf('li')]);
    const pack = { packId: 'open-1', dimension: 32 };
    const broken: string[] = [];
    const opened = [...hub.context.vault.openAll(pack, (id) => broken.push(id))];
    expect(opened).toHaveLength(1);
    expect(broken).toEqual([]);
    for (const embedding of [embeddingOf('li'), hub.embeddingOf('li')]) {
      expect(filesOf(hub).includes(Buffer.from(embedding.buffer))).toBe(false);
    }
  });
});

describe('a replica', () => {
  const agreed = ['street-test', 'street-other'];

  async function replicate() {
    await say(hub, [1, 'hub.directory'], directory([hub, other]));
    const enrolled = await enrol([pictureOf('li')], agreed);
    expect(enrolled).toMatchObject({ ok: true, value: { replicatedTo: ['street-other'] } });
    const event = present(
      eventsOf(hub).find((each) => each.type === 'shopper.enrolled'),
      'the event',
    );
    if (event.type !== 'shopper.enrolled') throw new Error('unreachable');
    const { shopperId, consent, replicas } = event.data;
    const sealed = present(replicas[0], 'a replica');
    return { shopperId, fromHubId: 'hub-test', consent, sealed };
  }

  it('opens at the hub it is for', async () => {
    const data = await replicate();
    await say(other, [1, 'template.replica'], data);
    const [best] = (await other.context.gallery.search(other.embeddingOf('li'))).candidates;
    expect(best?.shopperId).toBe(data.shopperId);
    expect(best?.score).toBeGreaterThan(0.999);
  });

  it.each([
    [
      'of another person',
      (data: Awaited<ReturnType<typeof replicate>>) => ({ ...data, shopperId: newId() }),
    ],
    [
      'without consent for the street',
      (data: Awaited<ReturnType<typeof replicate>>) => ({
        ...data,
        consent: { ...data.consent, streets: ['street-test'] },
      }),
    ],
    [
      'that was changed',
      (data: Awaited<ReturnType<typeof replicate>>) => ({
        ...data,
        sealed: { ...data.sealed, ciphertext: `AAAA${data.sealed.ciphertext.slice(4)}` },
      }),
    ],
  ])('%s is rejected, recorded, and the line goes on', async (_, change) => {
    await say(other, [1, 'template.replica'], change(await replicate()));
    expect(other.context.gallery.size).toBe(0);
    expect(other.context.downlinkStore.watermark()).toBe(1);
  });

  it('that comes after the erasure is rejected', async () => {
    const data = await replicate();
    await say(other, [1, 'shopper.erase'], {
      shopperId: data.shopperId,
      requestedAt: new Date().toISOString(),
    });
    await say(other, [2, 'template.replica'], data);
    expect(other.context.gallery.size).toBe(0);
    expect(other.context.downlinkStore.watermark()).toBe(2);
  });
});

describe('the directory', () => {
  it('takes only hubs that their certificate vouches for', async () => {
    const genuine = other.context.identity.announcement();
    const swapped = { ...genuine, sealingKey: hub.context.identity.sealing.publicKey };
    await say(hub, [1, 'hub.directory'], { hubs: [swapped] });
    expect(hub.context.directory.hubs()).toEqual([]);
    await say(hub, [2, 'hub.directory'], { hubs: [{ ...genuine, hubId: 'hub-third' }, genuine] });
    expect(hub.context.directory.hubs().map((each) => each.hubId)).toEqual(['hub-other']);
  });

  it('an unknown message is recorded as rejected, once', async () => {
    await say(hub, [1, 'weather.report'], {});
    await say(hub, [1, 'hub.directory'], directory([hub]));
    expect(hub.context.downlinkStore.watermark()).toBe(1);
    expect(hub.context.directory.hubs()).toEqual([]);
    expect(downlinkMessageSchema.safeParse({ type: 'weather.report' }).success).toBe(false);
  });
});

describe('erasure', () => {
  it('leaves no byte of template or key in any file, and a receipt that verifies', async () => {
    const enrolled = await enrol([pictureOf('li')]);
    const shopperId = enrolled.ok ? enrolled.value.shopperId : '';
    const [entry] = hub.context.shoppers.sealedOf('open-1');
    const { sealed, wrappedKey } = present(entry, 'a stored template');
    const before = filesOf(hub);
    expect(before.includes(sealed)).toBe(true);
    expect(before.includes(wrappedKey)).toBe(true);
    expect(await hub.context.enrolment.erase(shopperId)).toBe(true);
    const after = filesOf(hub);
    for (let at = 0; at + 16 <= sealed.length; at += 16) {
      expect(after.includes(sealed.subarray(at, at + 16)), `template bytes at ${at}`).toBe(false);
    }
    expect(after.includes(wrappedKey.subarray(0, 16))).toBe(false);
    expect((await hub.context.gallery.search(hub.embeddingOf('li'))).candidates).toEqual([]);
    expect(hub.context.gallery.size).toBe(0);

    const events = eventsOf(hub);
    expect(events.map((event) => event.type)).toEqual([
      'shopper.enrolled',
      'shopper.erased',
      'erasure.receipt',
    ]);
    const receipt = events.at(-1);
    if (receipt?.type !== 'erasure.receipt') throw new Error('no receipt');
    const signed = verifyEs256({
      key: new X509Certificate(hub.context.tls.cert).publicKey,
      text: erasureSigningInput(receipt.data),
      signature: Buffer.from(receipt.data.signature, 'base64'),
      format: 'ieee-p1363',
    });
    expect(signed).toBe(true);
    expect(receipt.data.templatesRemoved).toBe(1);
    expect(await hub.context.enrolment.erase(shopperId)).toBe(true);
    expect(await hub.context.enrolment.erase(newId())).toBe(false);
    expect(eventsOf(hub)).toHaveLength(3);
  });
});

describe('look-alikes', () => {
  /** As near to another person as the test's thresholds call alike, or sure. */
  const LIKE = 0.87;
  const TWIN = 0.95;
  const pin = '493817';

  const near = (person: string, likeness: number): Uint8Array => pictureOf(`${person}~${likeness}`);

  it('need a PIN, and both are under the rule', async () => {
    const li = await enrol([pictureOf('li')], undefined, { pin });
    const { shoppers } = hub.context;
    expect(li).toMatchObject({ ok: true, value: { pinRule: false } });
    expect(await enrol([near('li', LIKE)])).toEqual({ ok: false, error: 'look_alike_needs_pin' });
    const sister = await enrol([near('li', LIKE)], undefined, { pin });
    expect(sister).toMatchObject({ ok: true, value: { pinRule: true } });
    for (const each of [li, sister]) {
      expect(shoppers.hasLookAlike(each.ok ? each.value.shopperId : '')).toBe(true);
    }
    // the rule ends with the other's erasure
    await hub.context.enrolment.erase(sister.ok ? sister.value.shopperId : '');
    expect(shoppers.hasLookAlike(li.ok ? li.value.shopperId : '')).toBe(false);
  });

  it('as near as the person themselves are taken on the operator’s word only', async () => {
    await enrol([pictureOf('li')]);
    const twin = () => enrol([near('li', TWIN)], undefined, { pin });
    expect(await twin()).toEqual({ ok: false, error: 'already_enrolled' });
    const vouched = await enrol([near('li', TWIN)], undefined, { pin, twin: true });
    expect(vouched).toMatchObject({ ok: true, value: { pinRule: true } });
  });

  it('are found among replicas as well', async () => {
    const agreed = ['street-test', 'street-other'];
    await say(hub, [1, 'hub.directory'], directory([hub, other]));
    await other.context.enrolment.enrol({
      ...NOTHING_SAID,
      enrolmentId: newId(),
      photos: [pictureOf('li')],
      consent: { textVersion: '1', language: 'en', streets: ['street-other'] },
    });
    await enrol([near('li', LIKE)], agreed, { pin });
    const event = eventsOf(hub).find((each) => each.type === 'shopper.enrolled');
    if (event?.type !== 'shopper.enrolled') throw new Error('nobody was enrolled');
    const { shopperId, consent, replicas } = event.data;
    const sealed = present(replicas[0], 'a replica');
    await say(other, [1, 'template.replica'], {
      shopperId,
      fromHubId: 'hub-test',
      consent,
      sealed,
    });
    expect(other.context.shoppers.hasLookAlike(shopperId)).toBe(true);
  });
});

describe('digits and PIN', () => {
  it('open for the hub, at the hub of a replica too, and stand in no file', async () => {
    const pin = '493817';
    await say(hub, [1, 'hub.directory'], directory([hub, other]));
    const agreed = ['street-test', 'street-other'];
    const enrolled = await enrol([pictureOf('li')], agreed, { pin, minor: true });
    const shopperId = enrolled.ok ? enrolled.value.shopperId : '';
    const event = eventsOf(hub).find((each) => each.type === 'shopper.enrolled');
    if (event?.type !== 'shopper.enrolled') throw new Error('nobody was enrolled');
    const { consent, replicas } = event.data;
    const sealed = present(replicas[0], 'a replica');
    await say(other, [1, 'template.replica'], {
      shopperId,
      fromHubId: 'hub-test',
      consent,
      sealed,
    });
    for (const each of [hub, other]) {
      const secrets = present(each.context.vault.secretsOf(shopperId, ['open-1']), 'secrets');
      expect(secrets).toMatchObject({ phoneLast4: '1234', minor: true });
      const verifier = present(secrets.pin, 'a verifier');
      expect(await isPin(pin, verifier)).toBe(true);
      expect(await isPin('493818', verifier)).toBe(false);
      for (const secret of ['"1234"', pin, verifier.hash, verifier.salt]) {
        expect(filesOf(each).includes(Buffer.from(secret))).toBe(false);
      }
    }
  });

  it.each(['111111', '123456', '987654', '456789'])('%s is too simple a PIN', async (pin) => {
    const refused = await enrol([pictureOf('li')], undefined, { pin });
    expect(refused).toEqual({ ok: false, error: 'pin_too_simple' });
  });
});
