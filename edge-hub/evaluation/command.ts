import { join } from 'node:path';
import { progressWriter } from '../../models/evaluation/command.ts';
import { isMissingPack } from '../../models/packs/missing-pack.ts';
import {
  type CommandIo,
  required,
  runCommandLine,
  UsageError,
  wholeNumber,
} from '../../shared/kernel/command-line.ts';
import { evaluateStreet, type StreetEvaluation, TooFewPeopleError } from './evaluate-street.ts';

const HELP = `Plays a street on pictures of your own: open-set 1:N, self-calibrated, the whole decision policy.

  wuma evaluate street --images DIR --gallery N [--fpir P] [--repeats R] [--seed S] [--regulars SHARE]
                       [--pack NAME] [--models DIR] [--workers N] [--cache DIR] [--suspects] [--json]

  --images DIR      the pictures, one folder per person (needed)
  --gallery N       people to enrol, one picture each (needed)
  --fpir P          promised false positive identification rate (default 1e-3)
  --repeats R       streets to draw (default 1)   --seed S  what they are drawn by (default 1)
  --regulars SHARE  share of the enrolled who are regulars of the shop (default 0.5): from the likely zone on they
                    are asked the last four digits, others the PIN as well
  --pack NAME       an installed model pack (default open)
  --models DIR      folder that holds the packs (default .wuma/models)
  --workers N       worker threads for the pictures (default: one per core)
  --cache DIR       keeps what was found in the pictures for the next run, of faces and report too; it holds faces
  --suspects        names on stderr the pictures that were surely taken for somebody else: mislabelled perhaps
  --json            one line of JSON on stdout; progress goes to stderr

Thresholds are calibrated on the enrolled pictures only. Probes are the other pictures of the enrolled (mated) and
all pictures of everybody else (nonMated); digits and PINs are drawn by lot, the enrolled know theirs, strangers guess.

fpir             share of strangers of whom the first look was sure
fnir             share of the enrolled of whom it was not
straightThrough, afterLast4, afterPin   shares of the enrolled who paid without a question, after the digits, after
                 the PIN; served is their sum
wrongCharges     share of all searches that end with somebody charged as somebody else
uncalibrated     the same with the pack's own thresholds
promisableFpir   what the pack can promise at this size
worst            the highest of any single street
`;

/**
 * `wuma evaluate street`.
 *
 * @param argv what follows `street`
 * @returns the exit code: 0 done, 2 wrong usage, too few people or a pack not installed, 1 else
 */
export function runEvaluateStreet(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        images: { type: 'string' },
        gallery: { type: 'string' },
        fpir: { type: 'string', default: '1e-3' },
        repeats: { type: 'string', default: '1' },
        seed: { type: 'string', default: '1' },
        regulars: { type: 'string', default: '0.5' },
        pack: { type: 'string', default: 'open' },
        models: { type: 'string', default: join('.wuma', 'models') },
        workers: { type: 'string' },
        cache: { type: 'string' },
        suspects: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
      isUsage: (error) => error instanceof TooFewPeopleError || isMissingPack(error),
      run: async (given, { writeOut, writeError }) => {
        const { cache, workers } = given;
        const evaluation = await evaluateStreet({
          imagesDir: required(given.images, 'images'),
          gallery: whole('gallery', required(given.gallery, 'gallery'), 2),
          promisedFpir: share('fpir', given.fpir, { least: 1e-6, most: 0.1 }),
          repeats: whole('repeats', given.repeats, 1),
          seed: whole('seed', given.seed, 0),
          regulars: share('regulars', given.regulars, { least: 0, most: 1 }),
          packName: given.pack,
          modelsDir: given.models,
          ...(cache !== undefined && { cacheDir: cache }),
          ...(workers !== undefined && { workers: whole('workers', workers, 1) }),
          onProgress: progressWriter(writeError),
          onStreet: (done, { fpir, straightThrough }) => {
            const rates = `fpir ${fpir}, straight through ${straightThrough}`;
            writeError(`street ${done} of ${given.repeats}: ${rates}\n`);
          },
          onSuspect: ({ probe, enrolled, score }) => {
            if (!given.suspects) return;
            writeError(`${score.toFixed(3)}  ${probe}  taken for  ${enrolled}\n`);
          },
        });
        writeOut(given.json ? `${JSON.stringify(evaluation)}\n` : tableOf(evaluation));
        return 0;
      },
    },
    argv,
    io,
  );
}

function whole(option: string, text: string, least: number): number {
  return wholeNumber(option, text, { least, most: 999_999_999 });
}

function share(
  option: string,
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${option} is a number from ${least} to ${most}`);
}

function tableOf(evaluation: StreetEvaluation): string {
  const { uncalibrated, thresholds, worst, ...plain } = evaluation;
  const nested = { uncalibrated, thresholds, worst };
  const lines = [
    ...Object.entries(plain).map(([name, value]) => [name, value ?? 'not known'] as const),
    ...Object.entries(nested).flatMap(([name, values]) =>
      Object.entries(values).map(([inner, value]) => [`${name} ${inner}`, value] as const),
    ),
  ];
  return lines.map(([name, value]) => `${name.padEnd(30)}${value}\n`).join('');
}
