import { closeSync, openSync, writeSync } from 'node:fs';
import {
  type CommandIo,
  type CommandLine,
  UsageError,
  wholeNumber,
} from '../../shared/kernel/command-line.ts';
import { addDamage, isDamaged, noDamage } from './damage.ts';
import { isFound, PLANTS, type Plant, plantOf } from './plant.ts';
import { makeScratch } from './scratch.ts';
import { runSeeds, type Seeds } from './seeds.ts';
import { type Run, type RunResult, Simulator } from './simulate.ts';

const ALL = 'all';
const PLANT_SEEDS = 100;

const HELP = `Simulates a city in one process: hubs, central and the lines between them on simulated time, and audits its books.

usage: wuma simulate [--seed N] [--seeds COUNT] [--hours H] [--hubs K] [--threads N] [--plant BUG] [--log FILE] [--json]

Runs the code of hubs and central on real SQLite and on PostgreSQL's engine (PGlite). Clock, network, JetStream and disks
are simulated and fail by the seed. The same seed is the same run: \`digest\` is the hash of its event log.

  --seed N       the first seed (default 1)
  --seeds COUNT  how many, from the first on (default 1; with --plant all up to ${PLANT_SEEDS} for each)
  --hours H      of sales (default 24)
  --hubs K       (default 20)
  --threads N    so many seeds at once (default 1)
  --plant BUG    give the run a bug that must be found: ${PLANTS.join(', ')};
                 all: each in turn, until the audit has found it
  --log FILE     the event log, line by line
  --json         one line of JSON on stdout; progress goes to stderr

docs/reliability.md tells what fails, and how. Exit code 1 when anything is lost, doubled, overdrawn, out of balance or broken;
with --plant all when a bug was not found.
`;

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  seeds: { type: 'string' },
  hours: { type: 'string', default: '24' },
  hubs: { type: 'string', default: '20' },
  threads: { type: 'string', default: '1' },
  plant: { type: 'string' },
  log: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const simulateCommand: CommandLine<typeof OPTIONS> = {
  help: HELP,
  options: OPTIONS,
  run: async ({ plant, log, json, ...given }, io) => {
    const isHunt = plant === ALL;
    const planted = plant === undefined || isHunt ? undefined : plantOf(plant);
    if (plant !== undefined && !isHunt && !planted) {
      throw new UsageError(`--plant knows ${[...PLANTS, ALL].join(', ')}`);
    }
    const first = wholeNumber('seed', given.seed, { least: 0, most: 2 ** 32 - 1 });
    const most = isHunt ? PLANT_SEEDS : 1;
    const count = wholeNumber('seeds', given.seeds ?? String(most), { least: 1, most: 1_000_000 });
    if (log !== undefined && given.threads !== '1') throw new UsageError('--log wants one thread');
    const scratch = makeScratch();
    const how: How = {
      seeds: { first, count },
      hours: wholeNumber('hours', given.hours, { least: 1, most: 24 * 31 }),
      hubs: wholeNumber('hubs', given.hubs, { least: 1, most: 200 }),
      threads: wholeNumber('threads', given.threads, { least: 1, most: 64 }),
      dir: scratch.dir,
      progress: (text) => io.writeError(`${text}\n`),
    };
    try {
      if (isHunt) return tellHunt(await hunt(how), { json, io });
      const result = await logged(log, (tell) => simulateSeeds(how, { plant: planted, tell }));
      io.writeOut(json ? `${JSON.stringify(result)}\n` : textOf(result));
      return isDamaged(result.damage) ? 1 : 0;
    } finally {
      scratch.remove();
    }
  },
};

/** @param path where the event log goes, if anywhere */
async function logged<T>(
  path: string | undefined,
  run: (tell: Run['tell']) => Promise<T>,
): Promise<T> {
  if (path === undefined) return run(undefined);
  const file = openSync(path, 'w');
  try {
    return await run((line) => void writeSync(file, `${line}\n`));
  } finally {
    closeSync(file);
  }
}

interface How {
  readonly seeds: Seeds;
  readonly hours: number;
  readonly hubs: number;
  readonly threads: number;
  /** Where disks are. */
  readonly dir: string;
  readonly progress: (text: string) => void;
}

interface SeedsResult {
  readonly firstSeed: number;
  readonly seeds: number;
  readonly hours: number;
  readonly hubs: number;
  readonly plant: Plant | null;
  readonly payments: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Told to a terminal by a hub whose disk was lost before central had heard of it. */
  readonly goneWithDisk: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly damage: ReturnType<typeof noDamage>;
  /** The first of them; each alone shows it again. */
  readonly failing: readonly number[];
  /** Of the last seed's event log. */
  readonly digest: string;
  readonly seconds: number;
  /** Simulated time against the time that it took. */
  readonly timesRealTime: number;
}

const SUMS = ['payments', 'acknowledged', 'refused', 'goneWithDisk'] as const;
const FAILING_TOLD = 20;
const EXAMPLES_TOLD = 5;
const PROGRESS_EVERY = 10;

async function simulateSeeds(
  { seeds, hours, hubs, threads, dir, progress }: How,
  { plant, tell }: Pick<Run, 'plant' | 'tell'>,
): Promise<SeedsResult> {
  const startedAt = performance.now();
  const damage = noDamage();
  const failing: number[] = [];
  const faults: Record<string, number> = {};
  const sums = { payments: 0, acknowledged: 0, refused: 0, goneWithDisk: 0 };
  let done = 0;
  let digest = '';
  const add = (result: RunResult): void => {
    done += 1;
    addDamage(damage, result.damage);
    for (const name of SUMS) sums[name] += result[name];
    for (const [kind, count] of result.faults) faults[kind] = (faults[kind] ?? 0) + count;
    if (result.seed === seeds.first + seeds.count - 1) digest = result.digest;
    if (isDamaged(result.damage)) {
      failing.push(result.seed);
      const examples = result.examples.slice(0, EXAMPLES_TOLD);
      progress([`seed ${result.seed}: ${JSON.stringify(result.damage)}`, ...examples].join('\n  '));
    }
    if (done % PROGRESS_EVERY === 0) progress(`${done} seeds, ${sums.payments} payments`);
  };
  await runSeeds({ seeds, run: { hours, hubs, plant }, threads, dir, tell }, add);
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    firstSeed: seeds.first,
    seeds: seeds.count,
    hours,
    hubs,
    plant: plant ?? null,
    ...sums,
    faults: Object.fromEntries(Object.entries(faults).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    damage,
    failing: failing.toSorted((a, b) => a - b).slice(0, FAILING_TOLD),
    digest,
    seconds: Math.round(seconds * 10) / 10,
    timesRealTime: Math.round((seeds.count * hours * 3_600) / seconds),
  };
}

interface HuntResult {
  readonly hours: number;
  readonly hubs: number;
  /** At which seed each planted bug was found; null where it was not. */
  readonly found: Readonly<Record<Plant, number | null>>;
  readonly seconds: number;
}

/** Runs each planted bug until the audit has found it as what it is. */
async function hunt({ seeds, hours, hubs, dir, progress }: How): Promise<HuntResult> {
  const startedAt = performance.now();
  const simulator = await Simulator.create(dir);
  const found: [Plant, number | null][] = [];
  for (const plant of PLANTS) {
    let at: number | null = null;
    for (let seed = seeds.first; seed < seeds.first + seeds.count && at === null; seed += 1) {
      const { damage } = await simulator.run({ hours, hubs, plant, seed });
      if (isFound(plant, damage)) at = seed;
    }
    progress(`${plant}: ${at === null ? 'not found' : `found at seed ${at}`}`);
    found.push([plant, at]);
  }
  await simulator.close();
  return {
    hours,
    hubs,
    found: Object.fromEntries(found) as Record<Plant, number | null>,
    seconds: Math.round((performance.now() - startedAt) / 100) / 10,
  };
}

function tellHunt(
  result: HuntResult,
  { json, io }: { readonly json: boolean; readonly io: CommandIo },
): number {
  const rows = Object.entries(result.found).map(([plant, at]) => `${plant.padEnd(20)}${at ?? '-'}`);
  io.writeOut(json ? `${JSON.stringify(result)}\n` : `${rows.join('\n')}\n`);
  return Object.values(result.found).includes(null) ? 1 : 0;
}

function textOf({ faults, damage, failing, ...figures }: SeedsResult): string {
  const { lost, ...counts } = damage;
  const rows = [
    ...Object.entries(figures),
    ...Object.entries(faults).map(([kind, count]) => [`  ${kind}`, count] as const),
    ...Object.entries(lost).map(([place, count]) => [`lost, ${place}`, count] as const),
    ...Object.entries(counts),
    ['failing seeds', failing.join(' ') || '-'] as const,
  ];
  return `${rows.map(([name, value]) => `${name.padEnd(20)}${value ?? '-'}`).join('\n')}\n`;
}
