import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isReconciled } from '../../deploy/demo/audit.ts';
import { openCounter, registerTerminals } from '../../deploy/demo/counter.ts';
import { until } from '../../deploy/demo/until.ts';
import { type Stack, startStack } from '../../deploy/stack/stack.ts';
import { SeededRandom, shuffled } from '../../shared/kernel/seeded-random.ts';
import { type AuditResult, audit } from './audit.ts';
import { CLUSTER_FAULTS, FAULTS, type Fault, inflict } from './faults.ts';
import { Till } from './till.ts';

export interface ChaosResult extends AuditResult {
  readonly faults: Readonly<Partial<Record<Fault, number>>>;
  /** Looks at terminals that did not end paid; with a cluster there are none. */
  readonly failedLooks: number;
  /** The longest that a terminal waited for an answer to a probe, ms. */
  readonly slowestMs: number;
  /** Services that ended by themselves, each time that one did; they were started again, as a supervisor does. */
  readonly fallen: readonly string[];
  readonly seconds: number;
  /** How long hubs and central needed after the last fault until they agreed. */
  readonly reconciledS: number;
}

const TERMINALS_PER_HUB = 4;
const HUBS = ['hub-a', 'hub-b'].map((hubId) => ({
  hubId,
  streetId: `street-${hubId}`,
  streetName: `Street of ${hubId}`,
  terminals: Array.from({ length: TERMINALS_PER_HUB }, (_, i) => `${hubId}-t${i + 1}`),
}));
const RECONCILED_LIMIT_MS = 180_000;

/**
 * Runs a city of real processes under load while one fault after another is done to it, each kind at least once, and
 * audits the books when everything is whole again.
 */
export async function runChaos(options: {
  readonly seed: number;
  readonly minutes: number;
  /** Central has three nats-servers, and the one that leads a hub's stream is killed; nothing else. */
  readonly cluster: boolean;
  /** Where databases and logs are kept; without it they are removed in the end. */
  readonly dir: string | undefined;
  readonly progress: (text: string) => void;
}): Promise<ChaosResult> {
  const { seed, minutes, cluster, progress } = options;
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'wuma-chaos-'));
  mkdirSync(dir, { recursive: true });
  // PostgreSQL does not run as root: under root its files belong to another user, who must get in
  chmodSync(dir, 0o711);
  const clockFile = (hubId: string): string => join(dir, `${hubId}.clock`);
  const stack = await startStack({
    dir,
    portBase: 0,
    hubs: HUBS,
    hubMain: 'test/chaos/hub-main.ts',
    centralNatsServers: cluster ? 3 : 1,
    pack: 'open',
    logLevel: 'error',
    hubSettings: {
      HUB_RATE_PER_SECOND: '100000',
      HUB_RATE_BURST: '100000',
      // what is tried is the books, not what shoppers have
      HUB_SPENDING: 'billed',
    },
    settingsOfHub: (hubId) => ({ CHAOS_CLOCK_FILE: clockFile(hubId) }),
    onProgress: progress,
  });
  const tills: Till[] = [];
  try {
    await registerTerminals(stack);
    tills.push(...(await openTills(stack, seed)));
    const startedAt = performance.now();
    const endAt = startedAt + minutes * 60_000;
    const fallen: string[] = [];
    const faults = await whileSelling(tills, () =>
      inflictUntil(endAt, {
        kinds: cluster ? CLUSTER_FAULTS : FAULTS,
        victims: { stack, random: new SeededRandom(seed, 'faults'), clockFile },
        progress: (text) => progress(`${sold(tills)} paid; ${text}`),
        afterEach: async () => void fallen.push(...(await startFallen(stack))),
      }),
    );
    for (const till of tills) await till.settle();
    progress('all is whole again: waiting for hubs and central to agree');
    const reconciledMs = await until(
      'hubs and central agree',
      () => isReconciled(stack).catch(() => false),
      RECONCILED_LIMIT_MS,
    ).catch(() => RECONCILED_LIMIT_MS);
    const seconds = (performance.now() - startedAt) / 1_000;
    const audited = await audit(stack, tills);
    const failedLooks = tills.reduce((sum, till) => sum + till.failedLooks, 0);
    const slowestMs = Math.max(...tills.map((till) => till.slowestMs));
    const reconciledS = reconciledMs / 1_000;
    return { ...audited, failedLooks, slowestMs, faults, fallen, seconds, reconciledS };
  } finally {
    // a terminal goes on looking for its hub, for as long as its process lives
    for (const till of tills) await till.close();
    await stack.stop();
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true });
  }
}

/** @throws what `during` throws, when nobody sells any more */
async function whileSelling<T>(tills: readonly Till[], during: () => Promise<T>): Promise<T> {
  const selling = Promise.all(tills.map((till) => till.sell()));
  try {
    return await during();
  } finally {
    for (const till of tills) till.stop();
    await selling;
  }
}

/** What a supervisor does. */
async function startFallen(stack: Stack): Promise<string[]> {
  const fallen: string[] = [];
  for (const node of [stack.central, ...stack.hubs]) {
    if (node.running) continue;
    fallen.push('hubId' in node ? node.hubId : 'central');
    await node.startService();
  }
  return fallen;
}

function sold(tills: readonly Till[]): number {
  return tills.reduce((sum, till) => sum + till.acknowledged.size, 0);
}

async function openTills(stack: Stack, seed: number): Promise<Till[]> {
  const tills: Till[] = [];
  for (const hub of stack.hubs) {
    for (const terminalId of hub.terminals) {
      const counter = await openCounter(stack, terminalId);
      tills.push(new Till(counter, new SeededRandom(seed, terminalId)));
    }
  }
  return tills;
}

/** Every kind once, in an order of the seed, and then again until the time is over. */
async function inflictUntil(
  endAt: number,
  how: {
    readonly kinds: readonly Fault[];
    readonly victims: Parameters<typeof inflict>[1];
    readonly progress: (text: string) => void;
    readonly afterEach: () => Promise<void>;
  },
): Promise<Partial<Record<Fault, number>>> {
  const { random } = how.victims;
  const counts: Partial<Record<Fault, number>> = {};
  for (let round = 0; round === 0 || performance.now() < endAt; round += 1) {
    for (const fault of shuffled(how.kinds, random.next)) {
      if (round > 0 && performance.now() >= endAt) break;
      await sleep(random.between(300, 1_500));
      how.progress(fault);
      await inflict(fault, how.victims);
      await how.afterEach();
      counts[fault] = (counts[fault] ?? 0) + 1;
    }
  }
  return counts;
}
