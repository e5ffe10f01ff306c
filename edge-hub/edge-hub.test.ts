import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createDevelopmentPki, type DevelopmentPki } from '../deploy/pki/development-pki.ts';
import { freePorts } from '../deploy/stack/free-ports.ts';
import { present } from '../shared/kernel/assert.ts';
import { createTestHub, NOTHING_SAID, newId, pictureOf } from '../test/support/test-hub.ts';
import { startHub } from './edge-hub.ts';

let dir: string;
let pki: DevelopmentPki;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-hub-'));
  pki = await createDevelopmentPki({
    dir: join(dir, 'pki'),
    hubs: ['hub-test'],
    terminals: ['test-t1'],
  });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

it('says that it is starting until it can take payments, and knows its people after a restart', async () => {
  const [port] = await freePorts(1);
  const env = { HUB_HTTP_PORT: String(present(port, 'a free port')) };
  const url = `http://127.0.0.1:${env.HUB_HTTP_PORT}`;
  for (const person of ['li', 'wang']) {
    const made = await createTestHub({ dir, pki, env });
    const { context } = made;
    const { calibration } = context;
    const calibrate = calibration.start.bind(calibration);
    const asked = Promise.withResolvers<void>();
    calibration.start = async () => {
      await asked.promise;
      await calibrate();
    };
    const starting = startHub(context);
    const first = await untilAnswered(`${url}/healthz`);
    expect(first.status).toBe(503);
    expect(await first.json()).toMatchObject({ code: 'starting' });
    expect((await fetch(`${url}/api/status`)).status).toBe(503);
    asked.resolve();
    const hub = await starting;
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    const enrolled = await context.enrolment.enrol({
      enrolmentId: newId(),
      photos: [pictureOf(person)],
      consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
      ...NOTHING_SAID,
    });
    expect(enrolled).toMatchObject({ ok: true });
    for (const known of person === 'li' ? ['li'] : ['li', 'wang']) {
      const [best] = (await context.gallery.search(made.embeddingOf(known))).candidates;
      expect(best?.score).toBeCloseTo(1, 5);
    }
    await hub.stop();
  }
});

async function untilAnswered(url: string): Promise<Response> {
  for (;;) {
    try {
      return await fetch(url);
    } catch {
      // nothing listens yet
    }
  }
}
