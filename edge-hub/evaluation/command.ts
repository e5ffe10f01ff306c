import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PackNotInstalledError } from '../../models/packs/installed-pack.ts';
import { UnknownPackError } from '../../models/packs/pack-catalogue.ts';
import { evaluateStreet, type StreetEvaluation, TooFewPeopleError } from './evaluate-street.ts';

const HELP = `Plays a street on pictures of your own: open-set 1:N, self-calibrated, the whole decision policy.

  wuma evaluate street --images DIR --gallery N [--fpir P] [--repeats R] [--seed S] [--regulars SHARE]
                       [--pack NAME] [--models DIR] [--workers N] [--cache FILE] [--suspects] [--json]

  --images DIR      the pictures, one folder per person (needed)
  --gallery N       people to enrol, one picture each (needed)
  --fpir P          promised false positive identification rate (default 1e-3)
  --repeats R       streets to draw (default 1)   --seed S  what they are drawn by (default 1)
  --regulars SHARE  share of the enrolled who are regulars of the shop (default 0.5): from the likely zone on they
                    are asked the last four digits, others the PIN as well
  --pack NAME       an installed model pack (default open)
  --models DIR      folder that holds the packs (default .wuma/models)
  --workers N       worker threads for the pictures (default: one per core)
  --cache FILE      keeps the embeddings for the next run
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
const USAGE_EXIT_CODE = 2;
const PROGRESS_INTERVAL_MS = 2_000;

/** The command line cannot be understood. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** `wuma evaluate street`. @returns the exit code: 0 done, 2 wrong usage or too few people, 1 else */
export async function runEvaluateStreet(argv: readonly string[]): Promise<number> {
  try {
    const given = parseOrRefuse(argv);
    if (given.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const { images, models, cache, workers } = given;
    if (images === undefined) throw new UsageError('--images DIR is needed');
    if (given.gallery === undefined) throw new UsageError('--gallery N is needed');
    const evaluation = await evaluateStreet({
      imagesDir: images,
      gallery: whole('gallery', given.gallery, 2),
      promisedFpir: share('fpir', given.fpir),
      repeats: whole('repeats', given.repeats, 1),
      seed: whole('seed', given.seed, 0),
      regulars: share('regulars', given.regulars),
      packName: given.pack,
      modelsDir: models,
      ...(cache !== undefined && { cacheFile: cache }),
      ...(workers !== undefined && { workers: whole('workers', workers, 1) }),
      onProgress: embeddingProgress(),
      onStreet: (done, { fpir, straightThrough }) =>
        say(
          `street ${done} of ${given.repeats}: fpir ${fpir}, straight through ${straightThrough}`,
        ),
      onSuspect: ({ probe, enrolled, score }) => {
        if (given.suspects) say(`${score.toFixed(3)}  ${probe}  taken for  ${enrolled}`);
      },
    });
    process.stdout.write(given.json ? `${JSON.stringify(evaluation)}\n` : tableOf(evaluation));
    return 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
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
      help: { type: 'boolean', default: false },
    },
  }).values;
}

function whole(option: string, text: string, least: number): number {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new UsageError(`--${option} is a whole number from ${least} on`);
}

function share(option: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  const most = option === 'fpir' ? 0.1 : 1;
  const least = option === 'fpir' ? 1e-6 : 0;
  if (value >= least && value <= most) return value;
  throw new UsageError(`--${option} is a number from ${least} to ${most}`);
}

function isUsage(error: unknown): boolean {
  return (
    error instanceof UsageError ||
    error instanceof TooFewPeopleError ||
    error instanceof UnknownPackError ||
    error instanceof PackNotInstalledError
  );
}

function embeddingProgress() {
  let nextAt = 0;
  return ({ done, total, perSecond }: { done: number; total: number; perSecond: number }): void => {
    const now = performance.now();
    if (now < nextAt && done < total) return;
    nextAt = now + PROGRESS_INTERVAL_MS;
    say(`${done}/${total} pictures, ${perSecond.toFixed(1)} a second`);
  };
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

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
