import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PackNotInstalledError } from '../packs/installed-pack.ts';
import { UnknownPackError } from '../packs/pack-catalogue.ts';
import { type CommandIo, PROCESS_IO, USAGE_EXIT_CODE, UsageError } from './command-io.ts';
import { evaluateFaces, type FaceEvaluation } from './evaluate-faces.ts';
import { PairFileError } from './pair-list.ts';

const HELP = `Measures a model pack's face verification on pictures of your own.

  wuma evaluate faces --images DIR [--pairs FILE] [--pack NAME] [--models DIR] [--workers N] [--json]

  --images DIR   the pictures, one folder per person (needed)
  --pairs FILE   LFW's pairs.txt, or lines of label<TAB>pathA<TAB>pathB, paths below DIR;
                 without it all pairs of all pictures
  --pack NAME    an installed model pack (default open)
  --models DIR   folder that holds the packs (default .wuma/models)
  --workers N    worker threads (default: one per core)
  --json         one line of JSON on stdout; progress goes to stderr

accuracy  listed pairs, each fold judged with the threshold that is best on the others
eer       listed pairs, or all pairs without a list
tar       share of genuine pairs accepted at the lowest threshold whose false match rate is at most the one
          named; over all pairs of all pictures where folders say who is who, else over the listed pairs.
          null where fewer than 10 false matches would be expected: too few impostors to tell.
Scores are counted in steps of 1e-6; equal to the threshold counts as accepted. A listed pair without a
face scores -1; in tar, pictures without a face are left out.
`;
const PROGRESS_INTERVAL_MS = 2_000;

/**
 * `wuma evaluate faces`.
 *
 * @param argv what follows `faces`
 * @returns the exit code: 0 done, 2 wrong usage (also an unreadable pair file or a pack not installed), 1 else
 */
export async function runEvaluateFaces(
  argv: readonly string[],
  io: CommandIo = PROCESS_IO,
): Promise<number> {
  try {
    const options = parseOrRefuse(argv);
    if (options.help) {
      io.writeOut(HELP);
      return 0;
    }
    const { images, workers } = options;
    if (images === undefined) throw new UsageError('--images DIR is needed');
    if (workers !== undefined && !/^[1-9]\d?$/.test(workers)) {
      throw new UsageError('--workers is a number from 1 to 99');
    }
    const evaluation = await evaluateFaces({
      imagesDir: images,
      ...(options.pairs !== undefined && { pairsFile: options.pairs }),
      packName: options.pack,
      modelsDir: options.models,
      ...(workers !== undefined && { workers: Number(workers) }),
      onProgress: progressWriter(io),
    });
    io.writeOut(options.json ? `${JSON.stringify(evaluation)}\n` : tableOf(evaluation));
    return 0;
  } catch (error) {
    io.writeError(`${error instanceof Error ? error.message : String(error)}\n`);
    return isUsage(error) ? USAGE_EXIT_CODE : 1;
  }
}

function parseOrRefuse(argv: readonly string[]): ReturnType<typeof parse> {
  try {
    return parse(argv);
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: {
      images: { type: 'string' },
      pairs: { type: 'string' },
      pack: { type: 'string', default: 'open' },
      models: { type: 'string', default: join('.wuma', 'models') },
      workers: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

function isUsage(error: unknown): boolean {
  return (
    error instanceof UsageError ||
    error instanceof PairFileError ||
    error instanceof UnknownPackError ||
    error instanceof PackNotInstalledError
  );
}

type Progress = Parameters<Parameters<typeof evaluateFaces>[0]['onProgress']>[0];

function progressWriter(io: CommandIo): (progress: Progress) => void {
  let nextAt = 0;
  return ({ done, total, perSecond }) => {
    const now = performance.now();
    if (now < nextAt && done < total) return;
    nextAt = now + PROGRESS_INTERVAL_MS;
    const seconds = Math.ceil((total - done) / perSecond);
    io.writeError(
      `${done}/${total} pictures, ${perSecond.toFixed(1)} a second, ${seconds} s to go\n`,
    );
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
