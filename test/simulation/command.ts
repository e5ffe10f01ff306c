import { closeSync, openSync, writeSync } from 'node:fs';
import { type CommandLine, UsageError, wholeNumber } from '../../shared/kernel/command-line.ts';
import { addDamage, isDamaged, noDamage } from './audit.ts';
import { PLANTS, type Plant, plantOf } from './plant.ts';
import { type RunResult, Simulator } from './simulate.ts';

const HELP = `Simulates a city in one process: hubs, central and the lines between them on simulated time, and audits its books.

usage: wuma simulate [--seed N] [--seeds COUNT] [--hours H] [--hubs K] [--plant BUG] [--log FILE] [--json]

Runs the code of hubs and central on real SQLite and on PostgreSQL's engine (PGlite). Clock, network, JetStream and disks
are simulated and fail by the seed. The same seed is the same run: \`digest\` is the hash of its event log.

  --seed N       the first seed (default 1)
  --seeds COUNT  how many, one after the other (default 1)
  --hours H      of sales (default 24)
  --hubs K       (default 20)
  --plant BUG    give the run a bug that must be found: ${PLANTS.join(', ')}
  --log FILE     the event log, line by line
  --json         one line of JSON on stdout; progress goes to stderr

docs/reliability.md tells what fails, and how. Exit code 1 when anything is lost, doubled, overdrawn, out of balance or broken.
`;

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  seeds: { type: 'string', default: '1' },
  hours: { type: 'string', default: '24' },
  hubs: { type: 'string', default: '20' },
  plant: { type: 'string' },
  log: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const simulateCommand: CommandLine<typeof OPTIONS> = {
  help: HELP,
  options: OPTIONS,
  run: async ({ plant, log, json, ...given }, io) => {
    const planted = plant === undefined ? undefined : plantOf(plant);
    if (plant !== undefined && !planted) throw new UsageError(`--plant knows ${PLANTS.join(', ')}`);
    const file = log === undefined ? undefined : openSync(log, 'w');
    const result = await simulateSeeds({
      seed: wholeNumber('seed', given.seed, { least: 0, most: 2 ** 32 - 1 }),
      seeds: wholeNumber('seeds', given.seeds, { least: 1, most: 1_000_000 }),
      hours: wholeNumber('hours', given.hours, { least: 1, most: 24 * 31 }),
      hubs: wholeNumber('hubs', given.hubs, { least: 1, most: 200 }),
      plant: planted,
      tell: file === undefined ? undefined : (line) => void writeSync(file, `${line}\n`),
      progress: (text) => io.writeError(`${text}\n`),
    });
    if (file !== undefined) closeSync(file);
    if (json) io.writeOut(`${JSON.stringify(result)}\n`);
    else io.writeOut(textOf(result));
    return isDamaged(result.damage) ? 1 : 0;
  },
};

interface SeedsResult {
  readonly seeds: number;
  readonly hours: number;
  readonly hubs: number;
  readonly plant: Plant | null;
  readonly payments: number;
  readonly acknowledged: number;
  readonly refused: number;
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

const FAILING_TOLD = 20;
const PROGRESS_EVERY = 10;

async function simulateSeeds(how: {
  readonly seed: number;
  readonly seeds: number;
  readonly hours: number;
  readonly hubs: number;
  readonly plant: Plant | undefined;
  readonly tell: ((line: string) => void) | undefined;
  readonly progress: (text: string) => void;
}): Promise<SeedsResult> {
  const simulator = await Simulator.create();
  const startedAt = performance.now();
  const damage = noDamage();
  const failing: number[] = [];
  const faults: Record<string, number> = {};
  const sums = { payments: 0, acknowledged: 0, refused: 0 };
  let last: RunResult | undefined;
  for (let at = 0; at < how.seeds; at += 1) {
    const seed = how.seed + at;
    last = await simulator.run({ ...how, seed });
    addDamage(damage, last.damage);
    for (const name of ['payments', 'acknowledged', 'refused'] as const) sums[name] += last[name];
    for (const [kind, count] of last.faults) faults[kind] = (faults[kind] ?? 0) + count;
    if (isDamaged(last.damage) && failing.length < FAILING_TOLD) failing.push(seed);
    if ((at + 1) % PROGRESS_EVERY === 0) {
      how.progress(
        `${at + 1} seeds, ${sums.payments} payments, failing: ${failing.join(' ') || '-'}`,
      );
    }
  }
  await simulator.close();
  const seconds = (performance.now() - startedAt) / 1_000;
  return {
    seeds: how.seeds,
    hours: how.hours,
    hubs: how.hubs,
    plant: how.plant ?? null,
    ...sums,
    faults: Object.fromEntries(Object.entries(faults).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    damage,
    failing,
    digest: last?.digest ?? '',
    seconds: Math.round(seconds * 10) / 10,
    timesRealTime: Math.round((how.seeds * how.hours * 3_600) / seconds),
  };
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
