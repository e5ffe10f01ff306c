import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../../deploy/demo/until.ts';
import type { WanLink } from '../../../deploy/stack/wan-link.ts';
import { quantile } from '../../../models/bench/raw-models.ts';
import { present } from '../../../shared/kernel/assert.ts';
import { openStreet, type Street } from '../../support/street.ts';
import { type BenchCounter, enrolSome, openCounters, payOnce } from '../payments.ts';

/** What the link to central does while payments are timed. */
export const LINKS = ['up', 'down', 'flapping'] as const;
type Link = (typeof LINKS)[number];

interface LatencyFigures {
  readonly payments: number;
  readonly p50Ms: number;
  readonly p90Ms: number;
  readonly p99Ms: number;
}

export interface LatencyResult extends Readonly<Record<Link, LatencyFigures>> {
  readonly p50Ratio: number;
  readonly p99Ratio: number;
}

const TERMINALS = ['bench-t1', 'bench-t2', 'bench-t3', 'bench-t4'];
const FRAMES = 1;
const WARM_UP = 8;
/** The link comes and goes after each of these in turn, ms. */
const FLAPS_MS = [400, 900, 250, 1_500, 600];
const SETTLE_MS = 500;

/**
 * Times payments with the link up, down and flapping, in turns: what else runs on the machine meets all three. Shoppers have
 * allowances as in operation; they are topped up while the link is there.
 */
export async function measureLatency(options: {
  readonly rounds: number;
  readonly payments: number;
  readonly onProgress: (text: string) => void;
}): Promise<LatencyResult> {
  options.onProgress('starting a street');
  const street = await openStreet({
    hubs: [
      { hubId: 'hub-bench', streetId: 'street-bench', streetName: 'Bench', terminals: TERMINALS },
    ],
    // a terminal that pays ten times a second is no customer; the limits are not what is measured
    hubSettings: {
      HUB_RATE_PER_SECOND: '1000',
      HUB_RATE_BURST: '1000',
      HUB_OFFLINE_CONSECUTIVE: '1000000',
      HUB_OFFLINE_CUMULATIVE_MINOR: '1000000000',
      HUB_ALLOWANCE_TARGET_MINOR: '100000',
    },
    centralSettings: { CENTRAL_SPENDING_LIMIT_MINOR: '3000000000' },
  });
  try {
    await enrolSome(street);
    const counters = await openCounters(street, FRAMES);
    try {
      return await timeRounds(street, counters, options);
    } finally {
      for (const { terminal } of counters) await terminal.close();
    }
  } finally {
    await street.close();
  }
}

async function timeRounds(
  street: Street,
  counters: readonly BenchCounter[],
  options: {
    readonly rounds: number;
    readonly payments: number;
    readonly onProgress: (text: string) => void;
  },
): Promise<LatencyResult> {
  const times: Record<Link, number[]> = { up: [], down: [], flapping: [] };
  await linkIsUp(street);
  await sleep(SETTLE_MS);
  await payTimes(counters, WARM_UP);
  for (let nth = 0; nth < options.rounds; nth += 1) {
    options.onProgress(`round ${nth + 1} of ${options.rounds}`);
    // each state comes first, second and third equally often
    for (const [place] of LINKS.entries()) {
      const link = present(LINKS[(nth + place) % LINKS.length], 'a state');
      const stop = await bring(link, street);
      times[link].push(...(await payTimes(counters, options.payments)));
      await stop();
      street.hub.wan.restore();
      await linkIsUp(street);
    }
  }
  const figures = { up: figuresOf(times.up), down: figuresOf(times.down) };
  const all = { ...figures, flapping: figuresOf(times.flapping) };
  const ratioOf = (of: (each: LatencyFigures) => number): number => {
    const values = Object.values(all).map(of);
    return round(Math.max(...values) / Math.min(...values));
  };
  return {
    ...all,
    p50Ratio: ratioOf((each) => each.p50Ms),
    p99Ratio: ratioOf((each) => each.p99Ms),
  };
}

/** @returns ends it */
async function bring(link: Link, street: Street): Promise<() => Promise<void>> {
  const { wan } = street.hub;
  if (link === 'up') await sleep(SETTLE_MS);
  if (link === 'down') wan.cut();
  if (link !== 'flapping') return async () => undefined;
  const ending = new AbortController();
  const flapping = flap(wan, ending.signal);
  return async () => {
    ending.abort();
    await flapping;
  };
}

async function flap(wan: WanLink, signal: AbortSignal): Promise<void> {
  for (let nth = 0; !signal.aborted; nth += 1) {
    if (wan.isUp) wan.cut();
    else wan.restore();
    await sleep(FLAPS_MS[nth % FLAPS_MS.length], undefined, { signal }).catch(() => undefined);
  }
}

async function linkIsUp(street: Street): Promise<void> {
  await until(
    'the hub hears central',
    async () => (await street.metric('wuma_hub_central_up')) === 1,
  );
}

async function payTimes(counters: readonly BenchCounter[], count: number): Promise<number[]> {
  const times: number[] = [];
  for (let nth = 0; nth < count; nth += 1) {
    const { paid, decisionMs } = await payOnce(
      present(counters[nth % counters.length], 'a counter'),
    );
    if (!paid) throw new Error('a payment of the bench was not paid');
    times.push(decisionMs);
  }
  return times;
}

function figuresOf(times: readonly number[]): LatencyFigures {
  const at = (q: number): number => round(quantile(times, q));
  return { payments: times.length, p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99) };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
