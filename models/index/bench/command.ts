import {
  type CommandIo,
  runCommandLine,
  UsageError,
  wholeNumber,
} from '../../../shared/kernel/command-line.ts';
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
const MOST_ROWS = 1_500_000;

/**
 * `wuma bench index`.
 *
 * @param argv what follows `index`
 * @returns the exit code: 0 done, 2 wrong usage, 1 else, also where an answer that was called proven is wrong
 */
export function runBenchIndex(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        rows: { type: 'string', default: '100000' },
        dim: { type: 'string', default: '512' },
        queries: { type: 'string', default: '200' },
        seed: { type: 'string', default: '1' },
        threads: { type: 'string', default: String(DEFAULT_THREADS) },
        only: { type: 'string', default: '' },
        json: { type: 'boolean', default: false },
      },
      run: async (given, { writeOut, writeError }) => {
        const dimension = wholeNumber('dim', given.dim, { least: 64, most: 2_048 });
        if (!Number.isInteger(Math.log2(dimension))) {
          throw new UsageError('--dim is a power of two');
        }
        const figures = await benchIndex({
          rows: wholeNumber('rows', given.rows, { least: 100, most: MOST_ROWS }),
          dimension,
          queries: wholeNumber('queries', given.queries, { least: 10, most: 10_000 }),
          seed: wholeNumber('seed', given.seed, { least: 0, most: 2 ** 31 }),
          threads: wholeNumber('threads', given.threads, { least: 1, most: 64 }),
          only: given.only,
          onProgress: (text) => writeError(`${text}\n`),
        });
        writeOut(given.json ? `${JSON.stringify(figures, rounded)}\n` : tableOf(figures));
        const wrong = figures.engines.some(
          (one) => 'certifiedWrong' in one && one.certifiedWrong > 0,
        );
        return wrong ? 1 : 0;
      },
    },
    argv,
    io,
  );
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
