import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HubNode } from '../../deploy/stack/hub-node.ts';
import type { Stack } from '../../deploy/stack/stack.ts';
import { present } from '../../shared/kernel/assert.ts';
import type { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { streamLeader } from './stream-leader.ts';

export const FAULTS = [
  'hub-kill',
  'hub-nats-kill',
  'central-nats-kill',
  'central-kill',
  'postgres-kill',
  'link-cut',
  'link-slow',
  'link-one-way',
  'link-duplicating',
  'clock-step',
  'disk-full',
  'hub-stopped',
  'central-stopped',
] as const;
/** What is done to a cluster at central. */
export const CLUSTER_FAULTS = ['nats-leader-kill'] as const;
export type Fault = (typeof FAULTS)[number] | (typeof CLUSTER_FAULTS)[number];

/** What the faults are done to. */
export interface Victims {
  readonly stack: Stack;
  readonly random: SeededRandom;
  readonly clockFile: (hubId: string) => string;
}

/** Small enough that the next pages of a database or its log do not fit. */
const FULL_AT_BYTES = 256 * 1024;
const CLOCK_STEPS_MS = [-7_200_000, -90_000, -2_000, 2_000, 90_000, 7_200_000];

/** Does the fault, lets it last, and undoes it: processes run again, links are whole, clocks right, when this resolves. */
export async function inflict(fault: Fault, victims: Victims): Promise<void> {
  const { stack, random } = victims;
  const { central } = stack;
  const hub = present(stack.hubs[random.below(stack.hubs.length)], 'a hub');
  const last = (): Promise<void> => sleep(random.between(500, 3_000));
  switch (fault) {
    case 'hub-kill':
      await hub.kill9();
      await sleep(random.between(0, 1_000));
      return hub.startService();
    case 'hub-nats-kill':
      await hub.killNats();
      await last();
      return hub.startNats();
    case 'central-nats-kill':
      await central.nats.kill9();
      await last();
      return central.startNats();
    case 'central-kill':
      await central.kill9();
      await last();
      return central.startService();
    case 'postgres-kill':
      process.kill(postmasterOf(central.dataDir), 'SIGKILL');
      await last();
      return central.restart();
    case 'link-cut':
      hub.wan.cut();
      await last();
      return hub.wan.restore();
    case 'link-slow':
      hub.wan.impair({ delayMs: random.between(100, 800) });
      await last();
      return hub.wan.restore();
    case 'link-one-way':
      hub.wan.impair({ swallow: random.below(2) === 0 ? 'to-central' : 'to-hub' });
      await last();
      return hub.wan.restore();
    case 'link-duplicating':
      hub.wan.impair({ repeatShare: 0.2 });
      await last();
      return hub.wan.restore();
    case 'clock-step':
      return stepClock(hub, victims);
    case 'disk-full':
      return fillDisk(hub, last);
    case 'hub-stopped':
      return standStill(present(hub.pid, 'the hub runs'), last);
    case 'central-stopped':
      return standStill(present(central.pid, 'central runs'), last);
    case 'nats-leader-kill':
      await central.nats.kill9(await streamLeader(stack, hub.hubId));
      // the others choose another among themselves meanwhile
      await sleep(random.between(3_000, 8_000));
      return central.startNats();
  }
}

async function stepClock(hub: HubNode, { random, clockFile }: Victims): Promise<void> {
  const stepMs = present(CLOCK_STEPS_MS[random.below(CLOCK_STEPS_MS.length)], 'a step');
  writeFileSync(clockFile(hub.hubId), String(stepMs));
  await sleep(random.between(500, 3_000));
  writeFileSync(clockFile(hub.hubId), '0');
}

/** No file of the hub grows past the limit: writes fail as on a full disk (EFBIG instead of ENOSPC). */
async function fillDisk(hub: HubNode, last: () => Promise<void>): Promise<void> {
  const pid = present(hub.pid, 'the hub runs');
  limitFiles(pid, `${FULL_AT_BYTES}:unlimited`);
  await last();
  if (hub.pid === pid && hub.running) limitFiles(pid, 'unlimited:unlimited');
}

function limitFiles(pid: number, limit: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${limit}`]);
}

async function standStill(pid: number, last: () => Promise<void>): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  try {
    await last();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

function postmasterOf(dataDir: string): number {
  const path = join(dataDir, 'pg', 'postmaster.pid');
  return Number(readFileSync(path, 'utf8').split('\n')[0]);
}
