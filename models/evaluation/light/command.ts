import {
  type CommandIo,
  nowAndThen,
  runCommandLine,
  wholeNumber,
} from '../../../shared/kernel/command-line.ts';
import { evaluateLight, type LightEvaluation, type LightRates } from './evaluate-light.ts';

const HELP = `Measures the light challenge of terminals without depth (ISO/IEC 30107-3), on SIMULATED faces and attacks only.

  wuma evaluate light [--face-model DIR] [--attacks N] [--seed TEXT] [--json]

  --face-model DIR  ICT face model: half of the simulated faces are its people, the others vary the canonical face
  --attacks N       presentations of each species, and of real faces (default 100)
  --seed TEXT       the same seed gives the same presentations (default 1)
  --json            one line of JSON on stdout; progress goes to stderr

bpcer  share of faces that failed, and would be refused
bpnrr  share of faces on which the light could not be read: they would give a PIN
apcer  share of attacks that passed, of the worst species; masks in a face's shape stand apart
A presentation takes about a tenth of a second of one core.
`;
const DEFAULT_COUNT = 100;

/**
 * `wuma evaluate light`.
 *
 * @param argv what follows `light`
 * @returns the exit code: 0 done, 2 wrong usage, 1 else
 */
export function runEvaluateLight(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        'face-model': { type: 'string' },
        attacks: { type: 'string', default: String(DEFAULT_COUNT) },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
      },
      run: async (given, { writeOut, writeError }) => {
        const due = nowAndThen();
        const faceModelDir = given['face-model'];
        const evaluation = await evaluateLight({
          ...(faceModelDir !== undefined && { faceModelDir }),
          count: wholeNumber('attacks', given.attacks, { least: 1, most: 99_999 }),
          seed: given.seed,
          onProgress: ({ what, done, total }) => {
            if (due()) writeError(`${what}: ${done}/${total}\n`);
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

const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;

function tableOf({ bonaFideDetail, bySpecies, apart }: LightEvaluation): string {
  return [
    row('bona fide', bonaFideDetail),
    ...Object.entries(bySpecies).map(([name, rates]) => row(name, rates)),
    ...Object.entries(apart).map(([name, rates]) => row(`apart: ${name}`, rates)),
  ].join('');
}

function row(name: string, rates: LightRates): string {
  const { presentations, passed, failed, unreadable } = rates;
  return `${name.padEnd(24)}${presentations} simulated: passed ${percent(passed)}, failed ${percent(failed)}, unreadable ${percent(unreadable)}\n`;
}
