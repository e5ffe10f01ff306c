import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKeyRing, writeKeyRing } from '../../models/template-protection/key-ring.ts';
import { templateKey } from '../../models/template-protection/template-key.ts';
import { present } from '../../shared/kernel/assert.ts';
import {
  createTestHub,
  embeddingOf,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';
import { cosine } from './embedding.ts';
import { sealTemplate, unwrapPersonKey } from './sealing.ts';

const PEOPLE = ['li', 'wang', 'zhao'];

let dir: string;
let hub: TestHub;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-renewal-'));
  hub = await createTestHub({ dir });
  for (const person of PEOPLE) {
    await hub.context.enrolment.enrol({
      ...NOTHING_SAID,
      enrolmentId: newId(),
      photos: [pictureOf(person)],
      consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    });
  }
});
afterEach(async () => {
  await hub.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Stops the hub, changes its keys, starts it again and fills its gallery. */
async function restart(change: () => void): Promise<string[]> {
  await hub.close();
  change();
  hub = await createTestHub({ dir, pki: hub.pki });
  const { vault, gallery, vision } = hub.context;
  const broken: string[] = [];
  const opened = vault.openAll(vision.engine, (templateId) => broken.push(templateId));
  for (const entry of opened) await gallery.insert(entry);
  return broken;
}

const keyFile = (): string => join(dir, 'template.keys');
/** Adds a key and brings it into force. @returns the id of the one that was in force */
function renewKeys(): string {
  const before = readKeyRing(keyFile());
  writeKeyRing(keyFile(), before.with(templateKey(randomBytes(32))).renewed());
  return before.inForce.id;
}
const database = (): string => join(hub.context.settings.dataDir, 'hub.db');
function rows<T>(sql: string): T[] {
  const raw = new Database(database(), { readonly: true });
  try {
    return raw.prepare<[], T>(sql).all();
  } finally {
    raw.close();
  }
}
async function bestScoreOf(person: string): Promise<number> {
  const found = await hub.context.gallery.search(hub.embeddingOf(person));
  return present(found.candidates[0], person).score;
}

describe('a new template key', () => {
  it('is in force at once for the gallery, then for what lies on disk; nobody comes again', async () => {
    const sealedBefore = rows<{ sealed: Buffer }>('select sealed from template');
    const compared = hub.embeddingOf('li');
    let oldKey = '';
    expect(await restart(() => (oldKey = renewKeys()))).toEqual([]);
    expect(cosine(hub.embeddingOf('li'), compared)).toBeLessThan(0.9);
    // both keys side by side: the old one on disk, the new one in memory
    expect(rows('select distinct key_id from template')).toEqual([{ key_id: oldKey }]);
    for (const person of PEOPLE) expect(await bestScoreOf(person)).toBeCloseTo(1, 5);

    hub.context.renewal.start();
    expect(hub.context.renewal.remaining).toBe(PEOPLE.length);
    await hub.context.renewal.finished();
    expect(hub.context.renewal.remaining).toBe(0);
    const { keyId } = hub.context.protection;
    expect(rows('select distinct key_id from template')).toEqual([{ key_id: keyId }]);
    const files = readdirSync(hub.context.settings.dataDir).filter((name) =>
      name.startsWith('hub.db'),
    );
    for (const name of files) {
      const bytes = readFileSync(join(hub.context.settings.dataDir, name));
      for (const { sealed } of sealedBefore) expect(bytes.includes(sealed)).toBe(false);
    }
    // the old key can go
    const drop = (): void => writeKeyRing(keyFile(), readKeyRing(keyFile()).without(oldKey));
    expect(await restart(drop)).toEqual([]);
    expect(readKeyRing(keyFile()).keys).toHaveLength(1);
    for (const person of PEOPLE) expect(await bestScoreOf(person)).toBeCloseTo(1, 5);
  });

  it('that took the place of the old one leaves everybody out: nothing is compared across keys', async () => {
    const replace = (): void => {
      const oldKey = renewKeys();
      writeKeyRing(keyFile(), readKeyRing(keyFile()).without(oldKey));
    };
    expect(await restart(replace)).toHaveLength(PEOPLE.length);
    expect(hub.context.gallery.size).toBe(0);
    hub.context.renewal.start();
    await hub.context.renewal.finished();
    expect(hub.context.renewal.remaining).toBe(PEOPLE.length);
  });

  it('takes in templates of the time before keys', async () => {
    const [row] = rows<{ template_id: string; shopper_id: string; wrapped_key: Buffer }>(
      'select template_id, shopper_id, wrapped_key from template join shopper using (shopper_id) limit 1',
    );
    const {
      template_id: templateId,
      shopper_id: shopperId,
      wrapped_key: wrapped,
    } = present(row, 'a row');
    const keyOfHub = readFileSync(join(hub.context.settings.dataDir, 'hub.key'), 'utf8');
    const personKey = unwrapPersonKey(wrapped, {
      hubKey: Buffer.from(keyOfHub, 'base64'),
      shopperId,
    });
    const embedding = Buffer.from(embeddingOf('zhang').buffer).toString('base64');
    const plain = Buffer.from(
      JSON.stringify({ v: 2, embedding, phoneLast4: '4711', pin: null, minor: false }),
    );
    const packId = hub.context.vision.engine.packId;
    const sealed = sealTemplate(plain, { shopperId, packId, personKey, random: randomBytes });
    const raw = new Database(database());
    raw
      .prepare('update template set sealed = ?, key_id = null where template_id = ?')
      .run(sealed, templateId);
    raw.close();

    expect(await restart(() => undefined)).toEqual([]);
    expect(await bestScoreOf('zhang')).toBeCloseTo(1, 5);
    hub.context.renewal.start();
    await hub.context.renewal.finished();
    expect(hub.context.renewal.remaining).toBe(0);
    expect(hub.context.vault.secretsOf(shopperId, [packId])?.phoneLast4).toBe('4711');
    expect(await restart(() => undefined)).toEqual([]);
    expect(await bestScoreOf('zhang')).toBeCloseTo(1, 5);
  });
});
