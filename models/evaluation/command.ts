import { join } from 'node:path';
import {
  type CommandIo,
  nowAndThen,
  required,
  runCommandLine,
  wholeNumber,
} from '../../shared/kernel/command-line.ts';
import { isMissingPack } from '../packs/missing-pack.ts';
import type { AnalysisProgress } from './analyse-photographs.ts';
import { evaluateFaces, type FaceEvaluation } from './evaluate-faces.ts';
import { PairFileError } from './pair-list.ts';

const HELP = `Measures a model pack's face verification on pictures of your own.

  wuma evaluate faces --images DIR [--pairs FILE] [--pack NAME] [--models DIR] [--workers N]
                      [--cache DIR] [--json]

  --images DIR   the pictures, one folder per person (needed)
  --pairs FILE   LFW's pairs.txt, or lines of label<TAB>pathA<TAB>pathB, paths below DIR;
                 without it all pairs of all pictures
  --pack NAME    an installed model pack (default open)
  --models DIR   folder that holds the packs (default .wuma/models)
  --workers N    worker threads (default: one per core)
  --cache DIR    keeps what was found in the pictures for the next run, of street and report too; it holds faces
  --json         one line of JSON on stdout; progress goes to stderr

accuracy  listed pairs, each fold judged with the threshold that is best on the others
eer       listed pairs, or all pairs without a list
tar       share of genuine pairs accepted at the lowest threshold whose false match rate is at most the one
          named; over all pairs of all pictures where folders say who is who, else over the listed pairs.
          null where fewer than 10 false matches would be expected: too few impostors to tell.
Scores are counted in steps of 1e-6; equal to the threshold counts as accepted. A listed pair without a
face scores -1; in tar, pictures without a face are left out.
`;

/**
 * `wuma evaluate faces`.
 *
 * @param argv what follows `faces`
 * @returns the exit code: 0 done, 2 wrong usage (also an unreadable pair file or a pack not installed), 1 else
 */
export function runEvaluateFaces(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        images: { type: 'string' },
        pairs: { type: 'string' },
        pack: { type: 'string', default: 'open' },
        models: { type: 'string', default: join('.wuma', 'models') },
        workers: { type: 'string' },
        cache: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      isUsage: (error) => error instanceof PairFileError || isMissingPack(error),
      run: async (
        { images, pairs, pack, models, workers, cache, json },
        { writeOut, writeError },
      ) => {
        const evaluation = await evaluateFaces({
          imagesDir: required(images, 'images'),
          ...(pairs !== undefined && { pairsFile: pairs }),
          packName: pack,
          modelsDir: models,
          ...(workers !== undefined && {
            workers: wholeNumber('workers', workers, { least: 1, most: 99 }),
          }),
          ...(cache !== undefined && { cacheDir: cache }),
          onProgress: progressWriter(writeError),
        });
        writeOut(json ? `${JSON.stringify(evaluation)}\n` : tableOf(evaluation));
        return 0;
      },
    },
    argv,
    io,
  );
}

/** Tells how far the embedding of pictures has come, now and then. */
export function progressWriter(say: (text: string) => void): (progress: AnalysisProgress) => void {
  const due = nowAndThen();
  return ({ done, total, perSecond }) => {
    if (!due(done === total)) return;
    const seconds = Math.ceil((total - done) / perSecond);
    say(`${done}/${total} pictures, ${perSecond.toFixed(1)} a second, ${seconds} s to go\n`);
  };
}

function tableOf(evaluation: FaceEvaluation): string {
  const { tar, ...plain } = evaluation;
  const lines = [
    ...Object.entries(plain),
    ...Object.entries(tar).map(([rate, value]) => [`tar at fmr ${rate}`, value] as const),
  ].map(([name, value]) => `${name.padEnd(18)}${value ?? 'too few pairs to tell'}\n`);
  return lines.join('');
}
