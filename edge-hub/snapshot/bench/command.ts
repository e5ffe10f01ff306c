import {
  type CommandIo,
  runCommandLine,
  UsageError,
  wholeNumber,
} from '../../../shared/kernel/command-line.ts';
import { benchRestart } from './bench-restart.ts';

const HELP = `Measures how long a hub's gallery takes from disk into memory.

  wuma bench restart [--rows N] [--dim N] [--dir DIR] [--json]

  --rows N   sealed templates in the database (default 10000)
  --dim N    values of each, a power of two from 64 to 2048 (default 512)
  --dir DIR  folder for the database, kept for the next time (default: a temporary one); 7 kB a row at 512 values
  --json     one line of JSON on stdout; progress goes to stderr

fromRowsS   every template opened from its sealed row, and all put into the snapshot's files on the way
fromFilesS  every template from the files
fromRowsCpuS, fromFilesCpuS   processor time of all threads: on a busy machine it tells more
firstInsertMs, firstEraseMs   the first change after that, through the index's thread
The system has the files in its cache both times: a disk that is read for the first time adds its own time.
`;

/**
 * `wuma bench restart`.
 *
 * @param argv what follows `restart`
 * @returns the exit code: 0 done, 2 wrong usage, 1 else
 */
export function runBenchRestart(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        rows: { type: 'string', default: '10000' },
        dim: { type: 'string', default: '512' },
        dir: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      run: async (given, { writeOut, writeError }) => {
        const dimension = wholeNumber('dim', given.dim, { least: 64, most: 2_048 });
        if (!Number.isInteger(Math.log2(dimension))) {
          throw new UsageError('--dim is a power of two');
        }
        const figures = await benchRestart({
          rows: wholeNumber('rows', given.rows, { least: 100, most: 1_500_000 }),
          dimension,
          dir: given.dir,
          onProgress: (text) => writeError(`${text}\n`),
        });
        if (given.json) writeOut(`${JSON.stringify(figures)}\n`);
        else {
          for (const [name, value] of Object.entries<number>({ ...figures })) {
            writeOut(`${name.padEnd(16)}${Number(value.toPrecision(4))}\n`);
          }
        }
        return 0;
      },
    },
    argv,
    io,
  );
}
