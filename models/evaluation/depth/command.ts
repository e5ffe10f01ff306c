import { parseArgs } from 'node:util';
import { type CommandIo, PROCESS_IO, USAGE_EXIT_CODE, UsageError } from '../command-io.ts';
import { type DepthEvaluation, evaluateDepth, type SpeciesRates } from './evaluate-depth.ts';
import { LandmarkListError } from './landmark-list.ts';

const HELP = `Measures the depth check of presentation-attack detection (ISO/IEC 30107-3) on depth pictures.

  wuma evaluate depth --bona-fide DIR [--attack DIR] [--face-model DIR] [--count N] [--seed TEXT]
                      [--focal PX] [--landmarks none] [--json]

  --bona-fide DIR   real faces: *_depth.png, 16 bits, mm, 0 = no return, whole frame or face crop (needed)
  --attack DIR      attacks in the same form, a folder per species; without it they are simulated
  --face-model DIR  ICT face model: half of the simulated faces are its people, the others vary the canonical face
  --count N         simulated presentations of each species (default 400)
  --seed TEXT       the same seed gives the same simulated presentations (default 1)
  --focal PX        focal length of the pictures in the folders, pixels (default 365)
  --landmarks none  do not use labels.txt of the folders; find faces by depth alone
  --json            one line of JSON on stdout; progress goes to stderr

bpcer  share of real faces that are refused; one in which no surface can be read is refused
apcer  share of attacks that are accepted, of the worst species; masks in a face's shape stand apart: depth alone
       cannot tell them
Files that are no 16-bit depth pictures are listed and in no rate.
`;
const DEFAULT_COUNT = 400;
/** Kinect for Xbox One, and so the Intensity-Depth Face Alignment set. */
const DEFAULT_FOCAL_PX = 365;
const PROGRESS_INTERVAL_MS = 2_000;

/**
 * `wuma evaluate depth`.
 *
 * @param argv what follows `depth`
 * @returns the exit code: 0 done, 2 wrong usage (also a folder without depth pictures, or labels that are none), 1 else
 */
export async function runEvaluateDepth(
  argv: readonly string[],
  io: CommandIo = PROCESS_IO,
): Promise<number> {
  try {
    const options = parseOrRefuse(argv);
    if (options.help) {
      io.writeOut(HELP);
      return 0;
    }
    const bonaFideDir = options['bona-fide'];
    if (bonaFideDir === undefined) throw new UsageError('--bona-fide DIR is needed');
    if (options.landmarks !== undefined && options.landmarks !== 'none') {
      throw new UsageError('--landmarks takes only: none');
    }
    const attackDir = options.attack;
    const faceModelDir = options['face-model'];
    const evaluation = await evaluateDepth({
      bonaFideDir,
      ...(attackDir !== undefined && { attackDir }),
      ...(faceModelDir !== undefined && { faceModelDir }),
      focalPx: wholeNumber(options.focal, '--focal') ?? DEFAULT_FOCAL_PX,
      count: wholeNumber(options.count, '--count') ?? DEFAULT_COUNT,
      useLandmarks: options.landmarks === undefined,
      seed: options.seed,
      onProgress: progressWriter(io),
    });
    if (evaluation.bonaFide === 0) throw new UsageError(`no *_depth.png below ${bonaFideDir}`);
    io.writeOut(options.json ? `${JSON.stringify(evaluation)}\n` : tableOf(evaluation));
    return 0;
  } catch (error) {
    io.writeError(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof UsageError || error instanceof LandmarkListError ? USAGE_EXIT_CODE : 1;
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
      'bona-fide': { type: 'string' },
      attack: { type: 'string' },
      'face-model': { type: 'string' },
      count: { type: 'string' },
      seed: { type: 'string', default: '1' },
      focal: { type: 'string' },
      landmarks: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new UsageError(`${option} is a number from 1 to 999999`);
  return Number(text);
}

function progressWriter(
  io: CommandIo,
): (progress: { readonly what: string; readonly done: number; readonly total: number }) => void {
  let nextAt = 0;
  return ({ what, done, total }) => {
    const now = performance.now();
    if (now < nextAt) return;
    nextAt = now + PROGRESS_INTERVAL_MS;
    io.writeError(`${what}: ${done}/${total}\n`);
  };
}

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

function tableOf(evaluation: DepthEvaluation): string {
  const { bonaFideDetail: detail, simulatedBonaFide } = evaluation;
  const species = (name: string, rates: SpeciesRates): string =>
    `${name.padEnd(20)}${rates.accepted} of ${rates.attacks} accepted, apcer ${percent(rates.apcer)} (${rates.evidence}; ${rates.tooCoarse} too coarse to tell)\n`;
  return [
    `bona fide           ${evaluation.bonaFide} given, bpcer ${percent(evaluation.bpcer)}, ${detail.failureToAcquire} unreadable, worst of ${detail.people} people ${percent(detail.worstPersonBpcer)}\n`,
    `placed by           landmarks ${detail.placedBy.landmarks}, depth ${detail.placedBy.depth}\n`,
    ...(detail.heldOutBpcer === null
      ? []
      : [`limits held out     bpcer ${percent(detail.heldOutBpcer)}\n`]),
    ...Object.entries(simulatedBonaFide ?? {}).map(
      ([camera, rates]) =>
        `${camera.padEnd(20)}${rates.presentations} simulated faces, ${rates.tooCoarse} too coarse, bpcer of the others ${percent(rates.bpcer)}\n`,
    ),
    ...Object.entries(evaluation.bySpecies).map(([name, rates]) => species(name, rates)),
    ...Object.entries(evaluation.apart).map(([name, rates]) => species(`apart: ${name}`, rates)),
    `attacks             ${evaluation.attacks} ${evaluation.evidence.attacks}, apcer of the worst species ${evaluation.apcer === null ? 'none' : percent(evaluation.apcer)}\n`,
  ].join('');
}
