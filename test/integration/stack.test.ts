import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HubSpec } from '../../deploy/stack/layout.ts';
import { type Stack, startStack } from '../../deploy/stack/stack.ts';
import { hubStatusSchema } from '../../shared/contracts/http-hub.ts';

const HUB: HubSpec = {
  hubId: 'hub-wuma',
  streetId: 'street-wuma',
  streetName: 'Wuma Street',
  terminals: ['wuma-t1'],
};

let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-stack-'));
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Command lines of the processes that work on these files. */
function processesOf(folder: string): string[] {
  return execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(folder) && !line.startsWith('ps '));
}

function alive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}

async function hubStatus(stack: Stack): Promise<unknown> {
  const response = await fetch(`${stack.hub(HUB.hubId).url}/api/status`);
  return response.json();
}

function start(): Promise<Stack> {
  return startStack({ dir: join(dir, 'whole'), portBase: 0, hubs: [HUB], pack: 'open' });
}

describe('a stack of one street', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await start();
  });

  afterAll(() => stack.stop());

  it('is up, and hub and central answer', async () => {
    expect(hubStatusSchema.parse(await hubStatus(stack)).hubId).toBe(HUB.hubId);
    expect((await fetch(`${stack.central.url}/api/status`)).status).toBe(200);
  });

  it('brings a killed hub back on its ports', async () => {
    const hub = stack.hub(HUB.hubId);
    const before = { pid: hub.pid, url: hub.url, mqttPort: hub.mqttPort };
    await hub.kill9();
    expect(alive(before.pid)).toBe(false);
    await expect(hubStatus(stack)).rejects.toThrow(/fetch failed/);
    await hub.restart();
    expect({ url: hub.url, mqttPort: hub.mqttPort }).toEqual({
      url: before.url,
      mqttPort: before.mqttPort,
    });
    expect(hubStatusSchema.parse(await hubStatus(stack)).hubId).toBe(HUB.hubId);
  });

  it('brings a killed central back, database and all', async () => {
    await stack.central.kill9();
    expect(processesOf(join(dir, 'whole', 'central', 'pg'))).toEqual([]);
    await stack.central.restart();
    expect((await fetch(`${stack.central.url}/api/status`)).status).toBe(200);
  });

  it('leaves no process behind, and finds its files when it is started again', async () => {
    const tokens = [stack.central.adminToken, stack.hub(HUB.hubId).adminToken];
    const pids = [stack.central.pid, stack.hub(HUB.hubId).pid];
    await stack.stop();
    expect(pids.map(alive)).toEqual([false, false]);
    expect(processesOf(join(dir, 'whole'))).toEqual([]);
    stack = await start();
    expect([stack.central.adminToken, stack.hub(HUB.hubId).adminToken]).toEqual(tokens);
  });
});

describe('a start that fails half-way', () => {
  it('says why, and leaves no process behind', async () => {
    const folder = join(dir, 'half');
    await expect(
      startStack({
        dir: folder,
        portBase: 0,
        hubs: [HUB],
        pack: 'open',
        centralSettings: { CENTRAL_HTTP_PORT: 'not a port' },
      }),
    ).rejects.toThrow(/central ended before it was ready[^]*CENTRAL_HTTP_PORT/);
    expect(processesOf(folder)).toEqual([]);
  });
});
