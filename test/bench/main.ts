import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { measureRawModels, quantile } from '../../models/bench/raw-models.ts';
import { type InstalledPack, loadInstalledPack } from '../../models/packs/installed-pack.ts';
import { BURST_FRAMES } from '../../shared/contracts/terminal-frames.ts';
import { MODELS_DIR, openStreet, type Street } from '../support/street.ts';
import {
  type BenchCounter,
  enrolSome,
  openCounters,
  payFor,
  payOnce,
  type TimedPayment,
} from './payments.ts';

const HELP = `usage: npm run bench -- [options]

Latency and throughput of payments at a real hub, against what the networks alone allow on the same cores in the same run.
The terminals run on these cores too; the link to central is cut, as central has machines of its own.

  --payments N    payments one at a time (default 60)
  --seconds N     time of each throughput measurement, in five slices (default 15)
  --json          one line of JSON on stdout
  --help          this text

Wants a quiet machine: whatever else runs is measured too.
`;

/** Frames of a probe: what terminals send, and fewer. */
const BURSTS = Array.from({ length: BURST_FRAMES }, (_, i) => i + 1);
const TERMINALS = ['bench-t1', 'bench-t2', 'bench-t3', 'bench-t4'];
const WARM_UP = 5;
const SLICES = 5;
/** Until central has granted the hub what the shoppers may spend. */
const GRANTS_MS = 5_000;

/** Figures for one size of burst. */
interface BenchFigures {
  readonly framesPerProbe: number;
  /** Probe to decision at the terminal, one payment at a time, ms. */
  readonly decisionMs: { readonly p50: number; readonly p95: number };
  /** The networks' own time for all frames of a probe on one thread, ms (median). */
  readonly networksMs: number;
  /** p95 over the networks' own time. At most 1.5 is what we promise. */
  readonly latencyRatio: number;
  /** Four terminals at once. */
  readonly paymentsPerSecond: number;
  /** What the networks alone allow with one thread a core, each once a frame. */
  readonly rawPaymentsPerSecond: number;
  /** At least 0.7 is what we promise. */
  readonly throughputRatio: number;
  /** The same without the detector in a burst's later frames, as the hub runs them where it can follow the face. */
  readonly followedRawPaymentsPerSecond: number;
  readonly followedThroughputRatio: number;
  /** 99th percentile of the hub's event loop delay meanwhile, ms (median of the slices). At most 20 is what we promise. */
  readonly eventLoopDelayP99Ms: number;
}

interface Machine {
  readonly street: Street;
  readonly pack: InstalledPack;
  readonly payments: number;
  readonly durationMs: number;
}

async function measure(machine: Machine, framesPerProbe: number): Promise<BenchFigures> {
  const { street, pack, payments, durationMs } = machine;
  const counters = await openCounters(street, framesPerProbe);
  const [first] = counters;
  if (!first) throw new Error('no counter');
  try {
    progress(`${framesPerProbe} frame(s) a probe: one payment at a time`);
    const single = await measureRawModels({ pack, threads: 1, durationMs });
    for (let i = 0; i < WARM_UP; i += 1) await payOnce(first);
    const latencies: number[] = [];
    for (let i = 0; i < payments; i += 1) {
      const payment = await payOnce(first);
      if (!payment.paid) throw new Error('a payment of the bench was not paid');
      latencies.push(payment.decisionMs);
    }
    progress(`${framesPerProbe} frame(s) a probe: ${counters.length} terminals at once`);
    const { rates, loopDelayMs } = await measureThroughput(machine, counters, framesPerProbe);
    const networksMs = single.frameMedianMs * framesPerProbe;
    const p95 = quantile(latencies, 0.95);
    return {
      framesPerProbe,
      decisionMs: { p50: round(quantile(latencies, 0.5)), p95: round(p95) },
      networksMs: round(networksMs),
      latencyRatio: round(p95 / networksMs),
      paymentsPerSecond: round(rates.hub),
      rawPaymentsPerSecond: round(rates.raw),
      throughputRatio: round(rates.hub / rates.raw),
      followedRawPaymentsPerSecond: round(rates.followed),
      followedThroughputRatio: round(rates.hub / rates.followed),
      eventLoopDelayP99Ms: round(loopDelayMs),
    };
  } finally {
    for (const { terminal } of counters) await terminal.close();
  }
}

/**
 * The hub and the networks alone in turn, slice by slice: on a shared machine the speed of a core wanders by a fifth within a
 * minute, and whatever is measured apart in time compares the minutes.
 */
async function measureThroughput(
  { street, pack, durationMs }: Machine,
  counters: readonly BenchCounter[],
  framesPerProbe: number,
): Promise<{
  readonly rates: { readonly hub: number; readonly raw: number; readonly followed: number };
  readonly loopDelayMs: number;
}> {
  const sliceMs = durationMs / SLICES;
  const threads = availableParallelism();
  const sums = { hub: 0, raw: 0, followed: 0 };
  const loopDelaysMs: number[] = [];
  const payAll = async (ms: number): Promise<TimedPayment[]> =>
    (await Promise.all(counters.map(async (counter) => payFor(counter, ms)))).flat();
  await payAll(sliceMs);
  for (let slice = 0; slice < SLICES; slice += 1) {
    const networks = { pack, threads, durationMs: sliceMs };
    const raw = await measureRawModels(networks);
    await eventLoopDelayP99Ms(street);
    const startedAt = performance.now();
    const all = await payAll(sliceMs);
    const elapsedS = (performance.now() - startedAt) / 1_000;
    loopDelaysMs.push(await eventLoopDelayP99Ms(street));
    const followed = await measureRawModels({ ...networks, detectEvery: framesPerProbe });
    if (!all.every((payment) => payment.paid)) throw new Error('a payment was not paid');
    sums.hub += all.length / elapsedS;
    sums.raw += raw.framesPerSecond / framesPerProbe;
    sums.followed += followed.framesPerSecond / framesPerProbe;
  }
  return {
    rates: { hub: sums.hub / SLICES, raw: sums.raw / SLICES, followed: sums.followed / SLICES },
    loopDelayMs: quantile(loopDelaysMs, 0.5),
  };
}

/** Since it was last asked for: the hub's histogram starts anew with every reading. */
async function eventLoopDelayP99Ms(street: Street): Promise<number> {
  return (await street.metric('nodejs_eventloop_lag_p99_seconds')) * 1_000;
}

function printed(figures: BenchFigures): string {
  const { framesPerProbe: frames, decisionMs } = figures;
  return [
    `probe of ${frames} frame(s)`,
    `  one at a time: probe to decision p50 ${decisionMs.p50} ms, p95 ${decisionMs.p95} ms`,
    `  the networks' own time ${figures.networksMs} ms: p95 is ${figures.latencyRatio} times that`,
    `  ${TERMINALS.length} terminals at once: ${figures.paymentsPerSecond} payments/s`,
    `  the networks alone, each once a frame, allow ${figures.rawPaymentsPerSecond}/s: that is ${figures.throughputRatio} of it`,
    `  and ${figures.followedRawPaymentsPerSecond}/s with the detector in the first frame only: that is ${figures.followedThroughputRatio} of it`,
    `  the hub's event loop meanwhile: p99 ${figures.eventLoopDelayP99Ms} ms late`,
  ].join('\n');
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

const { values } = parseArgs({
  options: {
    payments: { type: 'string', default: '60' },
    seconds: { type: 'string', default: '15' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(HELP);
} else {
  progress('starting a street');
  const street = await openStreet({
    hubs: [
      { hubId: 'hub-bench', streetId: 'street-bench', streetName: 'Bench', terminals: TERMINALS },
    ],
    // A terminal that pays ten times a second is no customer; the limits are not what is measured.
    hubSettings: {
      HUB_RATE_PER_SECOND: '1000',
      HUB_RATE_BURST: '1000',
      HUB_ALLOWANCE_TARGET_MINOR: '1000000000',
      HUB_OFFLINE_CONSECUTIVE: '1000000',
      HUB_OFFLINE_CUMULATIVE_MINOR: '1000000000',
    },
    centralSettings: { CENTRAL_SPENDING_LIMIT_MINOR: '3000000000' },
  });
  try {
    await enrolSome(street);
    const machine: Machine = {
      street,
      pack: await loadInstalledPack(MODELS_DIR, 'open'),
      payments: Number(values.payments),
      durationMs: Number(values.seconds) * 1_000,
    };
    // The hub alone, as it stands in a street: the city's books are kept on another machine.
    await sleep(GRANTS_MS);
    street.hub.wan.cut();
    const all: BenchFigures[] = [];
    for (const frames of BURSTS) all.push(await measure(machine, frames));
    process.stdout.write(
      values.json ? `${JSON.stringify({ bursts: all })}\n` : `${all.map(printed).join('\n')}\n`,
    );
  } finally {
    await street.close();
  }
}
