import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createDevelopmentPki } from '../../../deploy/pki/development-pki.ts';
import { terminalReplySchema } from '../../../shared/contracts/terminal-messages.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../../support/test-hub.ts';

export interface CommitFigures {
  /** One page of 4 KiB written and flushed after another, by nothing but the disk. */
  readonly bareFlushesPerS: number;
  /** Payments, each answered before the next is sent. */
  readonly oneByOnePerS: number;
  /** Payments, many terminals at once. */
  readonly underLoadPerS: number;
  /** Median of a payment by itself: without its flush, its processor time. */
  readonly oneByOneMs: number;
  readonly bareFlushMs: number;
  /** Processor time of the hub's main thread for a payment: other load stretches it less than it does the clock's. */
  readonly oneByOneCpuMs: number;
  readonly underLoadCpuMs: number;
  readonly oneByOneOfBare: number;
  readonly underLoadOfBare: number;
  readonly payments: number;
  /** Flushes of the log that a payment by itself took. */
  readonly flushesPerPayment: number;
  /** Payments that one flush served under load. */
  readonly paymentsPerFlush: number;
}

/** Time by the clock and of this thread's processor. */
interface Timed {
  readonly ms: number;
  readonly cpuMs: number;
}

const TERMINALS = 16;
/** Open challenges that a terminal may have. */
const PER_TERMINAL = 16;
const ALONE_PER_ROUND = 60;
const FLUSHES_PER_ROUND = 60;
const PAGE_BYTES = 4_096;
const ENV = {
  HUB_RATE_PER_SECOND: '100000',
  HUB_RATE_BURST: '100000',
  HUB_QUEUE_CAPACITY: '1000',
};

/**
 * Times the hub's payment path, from the parsed message to the reply that may be sent: signature, challenge, decision,
 * transaction, flush. The engine reads names instead of faces. Rounds of bare flushes, single payments and loads follow
 * one another on the same disk, so that what else runs meets all three.
 *
 * @param options.dir folder on the disk that is measured
 */
export async function measureCommits(options: {
  readonly dir: string;
  readonly rounds: number;
  readonly onProgress: (text: string) => void;
}): Promise<CommitFigures> {
  const dir = mkdtempSync(join(options.dir, 'wuma-bench-'));
  let flushes = 0;
  const terminals = Array.from({ length: TERMINALS }, (_, i) => `bench-t${i + 1}`);
  const pki = await createDevelopmentPki({ dir: join(dir, 'pki'), hubs: ['hub-test'], terminals });
  const hub = await createTestHub({
    dir,
    pki,
    env: ENV,
    unguarded: true,
    flushing: async (flush) => {
      flushes += 1;
      await flush();
    },
  });
  try {
    for (const terminalId of terminals) hub.register(terminalId);
    await hub.context.enrolment.enrol({
      enrolmentId: newId(),
      photos: [pictureOf('li')],
      consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
      ...NOTHING_SAID,
    });
    const bare: number[] = [];
    const alone: Timed[] = [];
    let aloneFlushes = 0;
    const load = { ms: 0, cpuMs: 0, payments: 0, flushes: 0 };
    // the first round warms up
    for (let round = -1; round < options.rounds; round += 1) {
      const flushesMs = timeBareFlushes(join(dir, 'bare'));
      const beforeAlone = flushes;
      const lone = await timeAlone(hub, terminals);
      const before = flushes;
      const loaded = await timeLoad(hub, terminals);
      if (round < 0) continue;
      bare.push(...flushesMs);
      alone.push(...lone);
      aloneFlushes += before - beforeAlone;
      load.ms += loaded.ms;
      load.cpuMs += loaded.cpuMs;
      load.payments += TERMINALS * PER_TERMINAL;
      load.flushes += flushes - before;
      options.onProgress(`round ${round + 1} of ${options.rounds}`);
    }
    return figuresOf({ bare, alone, aloneFlushes, load });
  } finally {
    await hub.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function figuresOf(times: {
  readonly bare: readonly number[];
  readonly alone: readonly Timed[];
  readonly aloneFlushes: number;
  readonly load: Timed & { readonly payments: number; readonly flushes: number };
}): CommitFigures {
  const { bare, alone, aloneFlushes, load } = times;
  const bareFlushesPerS = 1_000 / mean(bare);
  const aloneMs = alone.map(({ ms }) => ms);
  const oneByOnePerS = 1_000 / mean(aloneMs);
  const underLoadPerS = (load.payments / load.ms) * 1_000;
  return {
    bareFlushesPerS,
    oneByOnePerS,
    underLoadPerS,
    oneByOneMs: median(aloneMs),
    bareFlushMs: median(bare),
    oneByOneCpuMs: mean(alone.map(({ cpuMs }) => cpuMs)),
    underLoadCpuMs: load.cpuMs / load.payments,
    oneByOneOfBare: oneByOnePerS / bareFlushesPerS,
    underLoadOfBare: underLoadPerS / bareFlushesPerS,
    payments: alone.length + load.payments,
    flushesPerPayment: aloneFlushes / alone.length,
    paymentsPerFlush: load.payments / load.flushes,
  };
}

function timeBareFlushes(path: string): number[] {
  const page = Buffer.alloc(PAGE_BYTES, 1);
  const file = openSync(path, 'w');
  try {
    return Array.from({ length: FLUSHES_PER_ROUND }, () => {
      const from = performance.now();
      writeSync(file, page);
      fdatasyncSync(file);
      return performance.now() - from;
    });
  } finally {
    closeSync(file);
  }
}

async function timeAlone(hub: TestHub, terminals: readonly string[]): Promise<Timed[]> {
  const times: Timed[] = [];
  for (let i = 0; i < ALONE_PER_ROUND; i += 1) {
    const terminalId = terminals[i % terminals.length] ?? '';
    const payload = hub.probe(terminalId);
    times.push(await timed(() => pay(hub, terminalId, payload)));
  }
  return times;
}

async function timeLoad(hub: TestHub, terminals: readonly string[]): Promise<Timed> {
  const payloads = terminals.map((terminalId) => ({
    terminalId,
    probes: Array.from({ length: PER_TERMINAL }, () => hub.probe(terminalId)),
  }));
  return timed(async () => {
    await Promise.all(
      payloads.map(async ({ terminalId, probes }) => {
        for (const probe of probes) await pay(hub, terminalId, probe);
      }),
    );
  });
}

async function timed(work: () => Promise<void>): Promise<Timed> {
  const from = performance.now();
  const before = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(before);
  return { ms: performance.now() - from, cpuMs: (user + system) / 1_000 };
}

async function pay(hub: TestHub, terminalId: string, payload: Uint8Array): Promise<void> {
  const text = await hub.context.handler.handle(terminalId, payload);
  if (text.includes('"outcome":"paid"')) return;
  const reply = terminalReplySchema.parse(JSON.parse(text));
  throw new Error(`not paid: ${JSON.stringify(reply.data)}`);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
