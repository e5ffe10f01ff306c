import { join } from 'node:path';
import {
  type CommandIo,
  required,
  runCommandLine,
  wholeNumber,
} from '../../shared/kernel/command-line.ts';
import { progressWriter } from '../evaluation/command.ts';
import { isMissingPack } from '../packs/missing-pack.ts';
import {
  evaluateTemplates,
  type TemplateEvaluation,
  TooFewPicturesError,
} from './evaluate-templates.ts';

const HELP = `Measures what template keys cost in accuracy and what templates of two cities tell of one another.

  wuma evaluate templates --images DIR [--pack NAME] [--models DIR] [--keys N] [--seed S] [--workers N]
                          [--cache DIR] [--json]

  --images DIR   the pictures, one folder per person (needed)
  --pack NAME    an installed model pack (default open)
  --models DIR   folder that holds the packs (default .wuma/models)
  --keys N       pairs of cities, each with a key of its own (default 10)
  --seed S       what keys and pairs of pictures are drawn by (default 1)
  --workers N    worker threads for the pictures (default: one per core)
  --cache DIR    keeps what was found in the pictures for the next run, of faces, street and report too; it holds faces
  --json         one line of JSON on stdout; progress goes to stderr

plain, transformed    eer and tar (as evaluate faces tells them) without a key and under one
largestScoreChange    by the transform; largestRenewalChange: by going on from one key to another
acrossKeys            one side under one city's key, the other under another's: the very same picture, two pictures
                      of a person, two people. dSys is the linkability after Gomez-Barrero et al., 0 (none) to 1, mean
                      over the pairs of keys, worstDSys the highest; of nonMated it is what chance gives.
                      accepted: share that reaches the threshold of FMR 1e-3
withinKey             dSys of two pictures of a person under one key, for comparison
`;

/**
 * `wuma evaluate templates`.
 *
 * @param argv what follows `templates`
 * @returns the exit code: 0 done, 2 wrong usage, too few pictures or a pack not installed, 1 else
 */
export function runEvaluateTemplates(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        images: { type: 'string' },
        pack: { type: 'string', default: 'open' },
        models: { type: 'string', default: join('.wuma', 'models') },
        keys: { type: 'string', default: '10' },
        seed: { type: 'string', default: '1' },
        workers: { type: 'string' },
        cache: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      isUsage: (error) => error instanceof TooFewPicturesError || isMissingPack(error),
      run: async (given, { writeOut, writeError }) => {
        const { cache, workers } = given;
        const evaluation = await evaluateTemplates({
          imagesDir: required(given.images, 'images'),
          packName: given.pack,
          modelsDir: given.models,
          keyPairs: wholeNumber('keys', given.keys, { least: 1, most: 1_000 }),
          seed: wholeNumber('seed', given.seed, { least: 0, most: 999_999_999 }),
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

function tableOf(evaluation: TemplateEvaluation): string {
  return linesOf('', evaluation)
    .map(([name, value]) => `${name.padEnd(36)}${value}\n`)
    .join('');
}

function linesOf(prefix: string, values: object): [string, string][] {
  return Object.entries(values).flatMap(([name, value]: [string, unknown]) =>
    typeof value === 'object' && value !== null
      ? linesOf(`${prefix}${name} `, value)
      : [[prefix + name, value === null ? 'too few pairs to tell' : JSON.stringify(value)]],
  );
}
