import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { SHOPPERS, STRANGERS } from '../../deploy/demo/cast.ts';
import { ROOT } from '../../deploy/stack/env.ts';
import { present } from '../../shared/kernel/assert.ts';
import { openStreet, type Street } from '../support/street.ts';

const tools = ['mosquitto_rr', 'mosquitto_pub', 'mosquitto_sub', 'openssl', 'sha256sum', 'bash'];
const missing = tools.filter((tool) => spawnSync('which', [tool]).status !== 0);
if (missing.length > 0)
  process.stderr.write(`foreign client: skipped, no ${missing.join(', ')} here\n`);

const shopper = present(SHOPPERS[2], 'a shopper');
const stranger = present(STRANGERS[2], 'a stranger');

describe.skipIf(missing.length > 0)(
  'a client made of mosquitto and openssl from docs/asyncapi.yaml',
  () => {
    let street: Street;

    beforeAll(async () => {
      street = await openStreet();
      await street.enrol(shopper.pictures[0]);
    });

    afterAll(async () => {
      await street?.close();
    });

    /** Runs the script of the document, not a copy of it. */
    async function pay(
      who: typeof shopper,
    ): Promise<{ code: number | null; out: string; err: string }> {
      const camera = await street.studio.camera(who.pictures[0], { seed: 'foreign', depth: true });
      const frame = present((await camera.takeBurst(1))[0], 'a frame');
      const depth = present(frame.depth, 'its depth');
      const file = (name: string): string => join(street.stack.dir, name);
      writeFileSync(file('colour.jpg'), frame.colour);
      writeFileSync(file('depth.png'), depth.png);
      writeFileSync(file('client.sh'), scriptOfTheDocument());
      const identity = present(street.stack.pki.terminals['test-t1'], 'a certificate');
      const run = spawnSync('bash', [file('client.sh')], {
        encoding: 'utf8',
        env: {
          PATH: execFileSync('bash', ['-c', 'echo -n "$PATH"'], { encoding: 'utf8' }),
          HUB_HOST: 'localhost',
          HUB_PORT: String(street.hub.mqttPort),
          TERMINAL_ID: 'test-t1',
          CA: street.stack.pki.caPath,
          CERT: identity.certPath,
          KEY: identity.keyPath,
          AMOUNT_MINOR: '1250',
          CURRENCY: 'CNY',
          COLOUR: file('colour.jpg'),
          DEPTH: file('depth.png'),
          FOCAL_PX: String(depth.focalPx),
        },
      });
      return { code: run.status, out: run.stdout, err: run.stderr };
    }

    it('pays for somebody who is enrolled', async () => {
      const run = await pay(shopper);
      expect(run.code, run.err + run.out).toBe(0);
      expect(run.out).toContain('"outcome":"paid"');
      expect(await street.paymentCount()).toBe(1);
    });

    it('is told why not for somebody who is not', async () => {
      const run = await pay(stranger);
      expect(run.code, run.err).toBe(1);
      expect(run.out).toContain('"code":"not_recognised"');
      expect(await street.paymentCount()).toBe(1);
    });
  },
);

/** The worked example stands in the document's description as a block of code. */
function scriptOfTheDocument(): string {
  const document = parse(readFileSync(join(ROOT, 'docs', 'asyncapi.yaml'), 'utf8')) as {
    info: { description: string };
  };
  const block = /```(?:bash|sh)\n(#!\/usr\/bin\/env bash\n[\s\S]*?)```/.exec(
    document.info.description,
  );
  return present(block?.[1], 'the worked example in docs/asyncapi.yaml');
}
