import { readFile, stat } from 'node:fs/promises';
import {
  type CommandIo,
  required,
  runCommandLine,
  UsageError,
} from '../../shared/kernel/command-line.ts';
import { ChallengerModel } from '../credit/challenger/challenger-model.ts';
import { checkOnnx, MAX_ONNX_BYTES } from '../credit/challenger/onnx-check.ts';
import { readScorecardFile, scorecardFileSchema } from '../credit/scorecard-file.ts';
import { judgeChallenger } from '../standing/challenger-comparison.ts';
import { featuresOf } from '../standing/standing-score.ts';
import { STREET_FEATURES } from '../standing/street-behaviour-store.ts';
import { readTestTable } from '../standing/test-table.ts';

const HELP = `Compares an ONNX model with a scorecard on companies of a later time, as central does before it is promoted.

  wuma evaluate challenger --scorecard FILE --challenger FILE --test FILE --target COL [--json]

  --scorecard FILE   the champion, as wuma evaluate credit --save writes it
  --challenger FILE  .onnx: an input of the same name for each feature it looks at ([companies, 1], float or string; NaN or
                     '' where nothing is known), and an output "probability" ([companies, 1]) or "probabilities"
                     ([companies, 2], the second column) of going bad
  --test FILE        CSV with a line of names; --target COL is 1 for a company that went bad, else 0
  --json             one line of JSON on stdout: {"companies","bad","champion":{"auc","ks","brier"},"challenger":{...},
                     "agreement":{"companies","rankCorrelation","sameGrade","farApart","stability":{"index","verdict"}}}

Exit code 1 where the model is not taken; stderr says why.
`;

const MAX_TEXT_BYTES = 50_000_000;

/** `wuma evaluate challenger`. @returns the exit code */
export function runEvaluateChallenger(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        scorecard: { type: 'string' },
        challenger: { type: 'string' },
        test: { type: 'string' },
        target: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
      run: async (values, { writeOut, writeError }) => {
        const scorecard = await readScorecard(required(values.scorecard, 'scorecard'));
        const onnx = await readBytes(required(values.challenger, 'challenger'), MAX_ONNX_BYTES);
        const test = await readBytes(required(values.test, 'test'), MAX_TEXT_BYTES);
        const kinds = new Map(
          scorecard.terms.flatMap(({ bins }) =>
            bins.map(({ name, kind }) => [name, kind] as const),
          ),
        );
        const table = readTestTable(
          { csv: new TextDecoder().decode(test), target: required(values.target, 'target') },
          kinds,
        );
        if (!table.ok) throw new UsageError(`--test: ${table.error}`);
        const checked = checkOnnx(onnx, new Set([...featuresOf(scorecard), ...STREET_FEATURES]));
        const model = checked.ok ? await ChallengerModel.open(onnx, checked.value) : checked;
        const judged = model.ok
          ? await judgeChallenger({ kind: 'scorecard', scorecard }, model.value, table.value)
          : model;
        if (!judged.ok) {
          writeError(`the challenger is not taken: ${judged.error}\n`);
          return 1;
        }
        const { comparison } = judged.value;
        const text = values.json ? JSON.stringify(comparison) : JSON.stringify(comparison, null, 2);
        writeOut(`${text}\n`);
        return 0;
      },
    },
    argv,
    io,
  );
}

async function readScorecard(path: string) {
  const bytes = await readBytes(path, MAX_TEXT_BYTES);
  try {
    const file = scorecardFileSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
    const read = readScorecardFile(file);
    if (read.ok) return read.value.scorecard;
  } catch (error) {
    throw new UsageError(`${path} is no scorecard`, { cause: error });
  }
  throw new UsageError(`${path} is no scorecard`);
}

/** @throws UsageError where the file is not there or too large */
async function readBytes(path: string, most: number): Promise<Uint8Array> {
  try {
    if ((await stat(path)).size > most) throw new UsageError(`${path} is too large`);
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path} cannot be read`, { cause: error });
  }
}
