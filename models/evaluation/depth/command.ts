import {
  type CommandIo,
  nowAndThen,
  required,
  runCommandLine,
  UsageError,
  wholeNumber,
} from '../../../shared/kernel/command-line.ts';
import { type DepthEvaluation, evaluateDepth, type SpeciesRates } from './evaluate-depth.ts';
import { LandmarkListError } from './landmark-list.ts';

const HELP = `Measures the depth check of presentation-attack detection (ISO/IEC 30107-3) on depth pictures.

  wuma evaluate depth --bona-fide DIR [--attack DIR] [--face-model DIR] [--count N] [--seed TEXT]
                      [--focal PX] [--white N] [--landmarks none] [--json]

  --bona-fide DIR   real faces: *_depth.png, 16 bits, mm, 0 = no return, whole frame or face crop (needed); an infrared picture
                    beside it (*_infrared.png, *_ir.png or *_long_exposure_infrared.png, 16 bits, same size) is judged too
  --attack DIR      attacks in the same form, a folder per species; without it they are simulated
  --face-model DIR  ICT face model: half of the simulated faces are its people, the others vary the canonical face
  --count N         simulated presentations of each species (default 400)
  --seed TEXT       the same seed gives the same simulated presentations (default 1)
  --focal PX        focal length of the pictures in the folders, pixels (default 365)
  --white N         what a white matt surface has at 1 m in the infrared pictures (default 10000)
  --landmarks none  do not use labels.txt of the folders; find faces by depth alone
  --json            one line of JSON on stdout; progress goes to stderr

bpcer  share of real faces that are refused; one in which no surface can be read is refused
apcer  share of attacks that are accepted, of the worst species; masks in a face's shape stand apart: depth alone
       cannot tell them
Both are of depth alone; "infrared" is of depth and infrared together.
Files that are no 16-bit depth pictures are listed and in no rate.
`;
const DEFAULT_COUNT = 400;
/** Kinect for Xbox One, and so the Intensity-Depth Face Alignment set. */
const DEFAULT_FOCAL_PX = 365;
/** With this the skin of the same set has the albedo that skin has by spectrometers; its cameras' own value is not told. */
const DEFAULT_WHITE = 10_000;
const SIZES = { least: 1, most: 999_999 } as const;

/**
 * `wuma evaluate depth`.
 *
 * @param argv what follows `depth`
 * @returns the exit code: 0 done, 2 wrong usage (also a folder without depth pictures, or labels that are none), 1 else
 */
export function runEvaluateDepth(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        'bona-fide': { type: 'string' },
        attack: { type: 'string' },
        'face-model': { type: 'string' },
        count: { type: 'string', default: String(DEFAULT_COUNT) },
        seed: { type: 'string', default: '1' },
        focal: { type: 'string', default: String(DEFAULT_FOCAL_PX) },
        white: { type: 'string', default: String(DEFAULT_WHITE) },
        landmarks: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      isUsage: (error) => error instanceof LandmarkListError,
      run: async (given, { writeOut, writeError }) => {
        const { attack, landmarks, 'face-model': faceModelDir } = given;
        const bonaFideDir = required(given['bona-fide'], 'bona-fide');
        if (landmarks !== undefined && landmarks !== 'none') {
          throw new UsageError('--landmarks takes only: none');
        }
        const evaluation = await evaluateDepth({
          bonaFideDir,
          ...(attack !== undefined && { attackDir: attack }),
          ...(faceModelDir !== undefined && { faceModelDir }),
          focalPx: wholeNumber('focal', given.focal, SIZES),
          whiteAtMetre: wholeNumber('white', given.white, SIZES),
          count: wholeNumber('count', given.count, SIZES),
          useLandmarks: landmarks === undefined,
          seed: given.seed,
          onProgress: progressWriter(writeError),
        });
        if (evaluation.bonaFide === 0) throw new UsageError(`no *_depth.png below ${bonaFideDir}`);
        writeOut(given.json ? `${JSON.stringify(evaluation)}\n` : tableOf(evaluation));
        return 0;
      },
    },
    argv,
    io,
  );
}

function progressWriter(
  say: (text: string) => void,
): (progress: { readonly what: string; readonly done: number; readonly total: number }) => void {
  const due = nowAndThen();
  return ({ what, done, total }) => {
    if (due()) say(`${what}: ${done}/${total}\n`);
  };
}

function infraredLines({ infrared }: DepthEvaluation): string[] {
  if (!infrared) return [];
  const { bonaFide, bpcer, refusedByInfrared, heldOutBpcer, simulatedFaces } = infrared;
  const species = { ...infrared.bySpecies, ...infrared.apart };
  return [
    ...(bpcer === null
      ? []
      : [
          `with infrared       ${bonaFide} given, bpcer ${percent(bpcer)}, ${refusedByInfrared} refused by infrared\n`,
        ]),
    ...(heldOutBpcer === null ? [] : [`its limits held out bpcer ${percent(heldOutBpcer)}\n`]),
    ...(simulatedFaces
      ? [
          `simulated faces     ${simulatedFaces.refused} of ${simulatedFaces.presentations} refused by infrared\n`,
        ]
      : []),
    ...Object.entries(species).map(
      ([name, own]) =>
        `  ${name.padEnd(18)}${own.accepted} of ${own.attacks} accepted by both, ${own.acceptedByInfrared} by infrared alone\n`,
    ),
  ];
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
    ...infraredLines(evaluation),
    `attacks             ${evaluation.attacks} ${evaluation.evidence.attacks}, apcer of the worst species ${evaluation.apcer === null ? 'none' : percent(evaluation.apcer)}\n`,
  ].join('');
}
