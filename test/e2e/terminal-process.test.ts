import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHOPPERS } from '../../deploy/demo/cast.ts';
import { ROOT } from '../../deploy/stack/env.ts';
import { present } from '../../shared/kernel/assert.ts';
import { MODELS_DIR, openStreet, type Street } from '../support/street.ts';

const MAIN = join(ROOT, 'firmware-bridge', 'main.ts');
const shopper = present(SHOPPERS[2], 'a shopper with a photo of their own');

describe('the terminal as a process', () => {
  let street: Street;
  let terminal: ChildProcess;
  let answers: AsyncIterator<string, unknown>;
  let ready: unknown;

  beforeAll(async () => {
    street = await openStreet();
    await street.enrol(shopper.pictures[0]);
    const identity = present(street.stack.pki.terminals['test-t1'], 'a certificate');
    terminal = spawn(process.execPath, [MAIN], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: {
        TERMINAL_ID: 'test-t1',
        HUB_MQTT_URL: `mqtts://localhost:${street.hub.mqttPort}`,
        TERMINAL_TLS_CERT: identity.certPath,
        TERMINAL_TLS_KEY: identity.keyPath,
        TERMINAL_TLS_CA: street.stack.pki.caPath,
        TERMINAL_DATA_DIR: join(street.stack.dir, 'terminal'),
        TERMINAL_PICTURES_DIR: join(MODELS_DIR, '..', 'samples'),
        TERMINAL_FRAMES: '2',
        MODELS_DIR,
      },
    });
    const lines = createInterface({ input: present(terminal.stdout, 'its output') });
    answers = lines[Symbol.asyncIterator]();
    ready = await answer();
  });

  afterAll(async () => {
    if (terminal?.exitCode === null) terminal.kill('SIGKILL');
    await street?.close();
  });

  async function answer(): Promise<unknown> {
    const next = await answers.next();
    return JSON.parse(String(next.value));
  }

  function tell(command: object | string): Promise<unknown> {
    const line = typeof command === 'string' ? command : JSON.stringify(command);
    terminal.stdin?.write(`${line}\n`);
    return answer();
  }

  const pay = (rest: object): Promise<unknown> =>
    tell({ command: 'pay', amountMinor: '1250', currency: 'CNY', ...rest });

  it('says when it is ready', () => {
    expect(ready).toEqual({ ready: true, terminalId: 'test-t1' });
  });

  it('takes a payment on command, and knows of it afterwards', async () => {
    const paid = await pay({ picture: shopper.pictures[0].file });
    expect(paid).toMatchObject({ command: 'pay', kind: 'decided', result: { outcome: 'paid' } });
    const { paymentId } = paid as { paymentId: string };
    expect(await tell({ command: 'query', paymentId })).toMatchObject({
      result: { paymentId, outcome: 'paid' },
    });
    expect(await tell({ command: 'recover' })).toEqual({
      command: 'recover',
      payments: [],
      moves: [],
    });
    expect(await street.paymentCount()).toBe(1);
  });

  it('does not take one for a sheet of paper', async () => {
    const tried = await pay({ picture: shopper.pictures[0].file, species: 'bent-print-1' });
    expect(tried).toMatchObject({ kind: 'decided', result: { code: 'attack_suspected' } });
    expect(await street.paymentCount()).toBe(1);
  });

  it('answers a command that makes no sense, and one for a file outside of its pictures', async () => {
    expect(await tell('{"command":"dance"}')).toHaveProperty('problem');
    expect(await tell('nonsense')).toHaveProperty('problem');
    expect(await pay({ picture: '../models/open-1/manifest.json' })).toHaveProperty('problem');
  });

  it('ends cleanly on SIGTERM', async () => {
    const exited = once(terminal, 'exit');
    terminal.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });

  it('without its settings says everything that is missing', () => {
    const run = spawnSync(process.execPath, [MAIN], { env: {}, encoding: 'utf8' });
    expect(run.status).toBe(2);
    for (const name of ['TERMINAL_ID', 'HUB_MQTT_URL', 'TERMINAL_TLS_KEY']) {
      expect(run.stderr).toContain(name);
    }
  });
});
