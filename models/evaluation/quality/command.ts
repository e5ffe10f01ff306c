import { join } from 'node:path';
import {
  type CommandIo,
  required,
  runCommandLine,
  UsageError,
  wholeNumber,
} from '../../../shared/kernel/command-line.ts';
import { isMissingPack } from '../../packs/missing-pack.ts';
import { progressWriter } from '../command.ts';
import {
  evaluateQuality,
  type QualityEvaluation,
  TooFewComparisonsError,
} from './evaluate-quality.ts';

const HELP = `Learns from pictures what each quality measure is worth (ISO/IEC 29794-1 and -5).

  wuma evaluate quality --images DIR [--fmr RATE] [--again S] [--failure S] [--pack NAME] [--models DIR]
                        [--workers N] [--cache DIR] [--json]

  --images DIR   the pictures, one folder per person (needed)
  --fmr RATE     false match rate that decides which comparisons fail (default 1e-5)
  --again S      seconds that looking again costs the shopper (default 2)
  --failure S    seconds that a question, or another way of paying, costs them (default 10)
  --pack NAME    an installed model pack (default open)
  --models DIR   folder that holds the packs (default .wuma/models)
  --workers N    worker threads (default: one per core)
  --cache DIR    keeps what was found in the pictures for the next run; it holds faces
  --json         one line of JSON on stdout; progress goes to stderr

All comparisons of one person with themselves are made; a comparison is as good as its poorer picture.

edc            error versus discard: the false non-match rate when the poorest share is left out
limit          what to refuse so that seconds lost to looking again and to failures are fewest; null: nothing
savedOnOthers  seconds a comparison that the limit learnt on half of the people saves on the other half: what is not
               above 0 was chance
component      the quality component of ISO/IEC 29794-5, and its 1st and 5th percentile and median, 0-100
`;

/**
 * `wuma evaluate quality`.
 *
 * @param argv what follows `quality`
 * @returns the exit code: 0 done, 2 wrong usage, too few pictures or a pack not installed, 1 else
 */
export function runEvaluateQuality(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        images: { type: 'string' },
        fmr: { type: 'string', default: '1e-5' },
        again: { type: 'string', default: '2' },
        failure: { type: 'string', default: '10' },
        pack: { type: 'string', default: 'open' },
        models: { type: 'string', default: join('.wuma', 'models') },
        workers: { type: 'string' },
        cache: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      isUsage: (error) => error instanceof TooFewComparisonsError || isMissingPack(error),
      run: async (given, { writeOut, writeError }) => {
        const { workers, cache } = given;
        const evaluation = await evaluateQuality({
          imagesDir: required(given.images, 'images'),
          packName: given.pack,
          modelsDir: given.models,
          fmr: numberOf('fmr', given.fmr, { least: 1e-9, most: 0.1 }),
          costs: {
            again: numberOf('again', given.again, { least: 0, most: 3_600 }),
            failure: numberOf('failure', given.failure, { least: 0, most: 3_600 }),
          },
          ...(workers !== undefined && {
            workers: wholeNumber('workers', workers, { least: 1, most: 99 }),
          }),
          ...(cache !== undefined && { cacheDir: cache }),
          onProgress: progressWriter(writeError),
        });
        writeOut(given.json ? `${JSON.stringify(evaluation)}\n` : tableOf(evaluation));
        return 0;
      },
    },
    argv,
    io,
  );
}

function numberOf(
  option: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${option} is a number from ${least} to ${most}`);
}

function tableOf({ measures, costs, ...plain }: QualityEvaluation): string {
  const head = Object.entries({ ...plain, ...costs }).map(
    ([name, value]) => `${name.padEnd(26)}${value}\n`,
  );
  const rows = Object.entries(measures).map(([name, { edc, limit, savedOnOthers }]) => {
    const curve = edc.map(({ fnmr }) => fnmr.toFixed(4)).join(' ');
    const learnt = limit
      ? `at ${limit.is} ${limit.value}: ${(100 * limit.refused).toFixed(2)} % refused, ` +
        `saves ${limit.savedSeconds} s (others ${savedOnOthers} s)`
      : 'no limit pays';
    return `${name.padEnd(26)}${curve}   ${learnt}\n`;
  });
  return [...head, ...rows].join('');
}
