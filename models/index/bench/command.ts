import { parseArgs } from 'node:util';
import { benchIndex, DEFAULT_THREADS, type IndexBench } from './bench-index.ts';

const HELP = `Measures gallery search: ours against other engines, plain JavaScript, and what memory allows.

  wuma bench index [--rows N] [--dim N] [--queries N] [--seed N] [--threads N]
                   [--only NAME] [--json]

  --rows N      templates in the gallery (default 100000)
  --dim N       values of each, a power of two from 64 to 2048 (default 512)
  --queries N   probes, half of people in the gallery, half of strangers (default 200)
  --seed N      of the synthetic gallery; the same again gives the same (default 1)
  --threads N   threads that ours scans with (default ${DEFAULT_THREADS})
  --only NAME   engines whose name begins so, such as ours or sqlite
  --json        one line of JSON on stdout; progress goes to stderr

Each engine is asked for at most 20 s; it tells how many probes that were. Memory: 6.5 kB a row at 512 values.
least      the quickest search; p50 comes to it where nothing else runs
rank1      share of probes whose first candidate is the one that a plain scan of all float32 values finds
certified  share of answers that the engine has proven
limit      what reading the int8 rows once takes at the bandwidth measured in the same run
Exit code 1 when an answer that was called proven is wrong.
`;
const USAGE_EXIT_CODE = 2;
const MOST_ROWS = 1_500_000;

class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Where a command writes. */
export interface CommandIo {
  readonly writeOut: (text: string) => void;
  readonly writeError: (text: string) => void;
}

const PROCESS_IO: CommandIo = {
  writeOut: (text) => void process.stdout.write(text),
  writeError: (text) => void process.stderr.write(text),
};

/**
 * `wuma bench index`.
 *
 * @param argv what follows `index`
 * @returns the exit code
 */
export async function runBenchIndex(
  argv: readonly string[],
  io: CommandIo = PROCESS_IO,
): Promise<number> {
  try {
    const options = parse(argv);
    if (options.help) {
      io.writeOut(HELP);
      return 0;
    }
    const dimension = wholeNumber('dim', options.dim, { least: 64, most: 2_048 });
    if (!Number.isInteger(Math.log2(dimension))) throw new UsageError('--dim is a power of two');
    const figures = await benchIndex({
      rows: wholeNumber('rows', options.rows, { least: 100, most: MOST_ROWS }),
      dimension,
      queries: wholeNumber('queries', options.queries, { least: 10, most: 10_000 }),
      seed: wholeNumber('seed', options.seed, { least: 0, most: 2 ** 31 }),
      threads: wholeNumber('threads', options.threads, { least: 1, most: 64 }),
      only: options.only,
      onProgress: (text) => io.writeError(`${text}\n`),
    });
    io.writeOut(options.json ? `${JSON.stringify(figures, rounded)}\n` : tableOf(figures));
    return figures.engines.some((one) => 'certifiedWrong' in one && one.certifiedWrong > 0) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    io.writeError(`${error.message}\n`);
    return USAGE_EXIT_CODE;
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        rows: { type: 'string', default: '100000' },
        dim: { type: 'string', default: '512' },
        queries: { type: 'string', default: '200' },
        seed: { type: 'string', default: '1' },
        threads: { type: 'string', default: String(DEFAULT_THREADS) },
        only: { type: 'string', default: '' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function wholeNumber(
  name: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) {
    throw new UsageError(`--${name} is a whole number from ${least} to ${most}`);
  }
  return value;
}

/** Four digits tell all there is to tell. */
function rounded(_: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isInteger(value)) return value;
  return Number(value.toPrecision(4));
}

function tableOf(figures: IndexBench): string {
  const { bandwidth, impostors, int8LimitMs } = figures;
  const lines = [
    `${figures.rows} templates of ${figures.dimension} values; strangers' cosines ${impostors.mean.toFixed(3)} +- ${impostors.deviation.toFixed(3)}, the best of a stranger's probe ${figures.bestImpostor.toFixed(3)}`,
    `memory: ${bandwidth.oneThread.toFixed(1)} GB/s with one thread, ${bandwidth.threads.toFixed(1)} with ${figures.threads}; int8 limit ${int8LimitMs.toFixed(2)} ms`,
    '',
    [
      'engine'.padEnd(22),
      'how'.padEnd(16),
      ...['least ms', 'p50 ms', 'p95 ms', 'genuine', 'impostor', 'certified', 'of', 'fill s'].map(
        right,
      ),
      'insert ms'.padStart(10),
      'erase ms'.padStart(10),
    ].join(' '),
  ];
  for (const one of figures.engines) {
    if ('notRun' in one) {
      lines.push(`${one.engine.padEnd(22)} not run: ${one.notRun}`);
      continue;
    }
    lines.push(
      [
        one.engine.padEnd(22),
        one.how.padEnd(16),
        ...[one.least.toFixed(2), one.p50.toFixed(2), one.p95.toFixed(2)].map(right),
        ...[one.rank1.genuine, one.rank1.impostor, one.certified].map((share) =>
          right(`${(share * 100).toFixed(1)} %`),
        ),
        ...[String(one.queries), one.fillS.toFixed(1)].map(right),
        one.insertMs.toFixed(3).padStart(10),
        one.eraseMs.toFixed(3).padStart(10),
      ].join(' '),
    );
  }
  return `${lines.join('\n')}\n`;
}

function right(text: string): string {
  return text.padStart(9);
}
