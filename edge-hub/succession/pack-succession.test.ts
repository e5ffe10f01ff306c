import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDevelopmentPki, type DevelopmentPki } from '../../deploy/pki/development-pki.ts';
import { terminalReplySchema } from '../../shared/contracts/terminal-messages.ts';
import { present } from '../../shared/kernel/assert.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';

const BOTH = { MODEL_PACK: 'next', HUB_FORMER_PACK: 'open' };
let dir: string;
let pki: DevelopmentPki;
let hub: TestHub;

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-succession-'));
  pki = await createDevelopmentPki({
    dir: join(dir, 'pki'),
    hubs: ['hub-test', 'hub-other'],
    terminals: ['test-t1'],
  });
  hub = await start({});
});
afterEach(async () => {
  await hub.close();
  rmSync(dir, { recursive: true, force: true });
});

async function start(env: Record<string, string>): Promise<TestHub> {
  const started = await createTestHub({ dir, pki, env });
  started.register('test-t1');
  await started.context.snapshot.load();
  await started.context.succession?.load();
  return started;
}

async function restart(env: Record<string, string>): Promise<void> {
  await hub.context.snapshot.stop();
  await hub.close();
  hub = await start(env);
}

const enrol = async (person: string) =>
  hub.context.enrolment.enrol({
    enrolmentId: newId(),
    photos: [pictureOf(person)],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    ...NOTHING_SAID,
    phoneLast4: '4711',
  });

async function enrolled(person: string): Promise<string> {
  const answer = await enrol(person);
  if (!answer.ok) throw new Error(answer.error);
  return answer.value.shopperId;
}

async function pay(person: string): Promise<string> {
  const payload = hub.probe('test-t1', { picture: pictureOf(person) });
  const reply = terminalReplySchema.parse(
    JSON.parse(await hub.context.handler.handle('test-t1', payload)),
  );
  await hub.context.succession?.settled();
  return reply.type === 'payment.result' ? reply.data.outcome : reply.type;
}

const packsOf = (shopperId: string): readonly string[] | undefined =>
  hub.context.shoppers
    .list()
    .find((each) => each.shopperId === shopperId)
    ?.packIds.toSorted();

const succession = () => present(hub.context.succession, 'a pack before');

describe('another model pack', () => {
  it('by itself knows nobody of the one before', async () => {
    await enrolled('li');
    await restart({ MODEL_PACK: 'next' });
    expect(await pay('li')).toBe('fallback');
  });

  it('takes people over at a visit, and lets go of the former template at the one after', async () => {
    const li = await enrolled('li');
    const wang = await enrolled('wang');
    await restart(BOTH);
    expect(succession().state).toEqual({ packId: 'open-1', people: 2 });

    expect(await pay('li')).toBe('paid');
    expect(packsOf(li)).toEqual(['next-1', 'open-1']);
    expect(succession().state.people).toBe(2);

    expect(await pay('li')).toBe('paid');
    expect(packsOf(li)).toEqual(['next-1']);
    expect(succession().state.people).toBe(1);
    expect(packsOf(wang)).toEqual(['open-1']);

    await restart({ MODEL_PACK: 'next' });
    expect(await pay('li')).toBe('paid');
    expect(await pay('wang')).toBe('fallback');
    const secrets = hub.context.vault.secretsOf(li, ['next-1']);
    expect(secrets?.phoneLast4).toBe('4711');
  });

  it('goes on after a restart between the two visits', async () => {
    const li = await enrolled('li');
    await restart(BOTH);
    expect(await pay('li')).toBe('paid');
    await restart(BOTH);
    expect(succession().state.people).toBe(1);
    expect(await pay('li')).toBe('paid');
    expect(packsOf(li)).toEqual(['next-1']);
  });

  it('takes nobody over whom it is sure of for a payment only', async () => {
    const li = await enrolled('li');
    await restart(BOTH);
    expect(await pay('li~0.93')).toBe('paid');
    expect(packsOf(li)).toEqual(['open-1']);
  });

  it('finds people by the former template where the new one fails, and makes a better one', async () => {
    const li = await enrolled('li');
    await restart(BOTH);
    await pay('li');
    await hub.context.gallery.replaceShopper(li, {
      templateIds: [newId()],
      embeddings: hub.embeddingOf('somebody else'),
    });
    expect(await pay('li')).toBe('paid');
    expect(packsOf(li)).toEqual(['next-1', 'open-1']);
    expect(await pay('li')).toBe('paid');
    expect(packsOf(li)).toEqual(['next-1']);
  });

  it('knows at an enrolment who is here by the former pack', async () => {
    await enrolled('li');
    await restart(BOTH);
    expect(await enrol('li')).toMatchObject({ ok: false, error: 'already_enrolled' });
    expect(await enrol('li~0.87')).toMatchObject({ ok: false, error: 'look_alike_needs_pin' });
    expect((await enrol('zhao')).ok).toBe(true);
  });

  it('forgets people in both', async () => {
    const li = await enrolled('li');
    await restart(BOTH);
    await pay('li');
    await hub.context.enrolment.erase(li);
    expect(succession().state.people).toBe(0);
    expect(hub.context.gallery.has(li)).toBe(false);
    expect(await pay('li')).toBe('fallback');
    await restart(BOTH);
    expect(await pay('li')).toBe('fallback');
  });
});
