import { writeFileSync } from 'node:fs';
import type { Fairness } from '../../shared/contracts/model-card.ts';
import {
  type CommandIo,
  nowAndThen,
  required,
  runCommandLine,
  UsageError,
  wholeNumber,
} from '../../shared/kernel/command-line.ts';
import { fairnessOf, type SensitiveColumn } from '../credit/fairness.ts';
import { featureOf, type LabelledTable } from '../credit/feature-table.ts';
import { GLASS_BOX_DEFAULTS, trainGlassBox } from '../credit/glass-box.ts';
import {
  crossValidate,
  evaluateOnTest,
  modelCard,
  type ScoreQuality,
  type ScoreTrainer,
  trainWithPast,
} from '../credit/score-evaluation.ts';
import { refusalToLearn } from '../credit/score-refusal.ts';
import type { Scorecard } from '../credit/scorecard.ts';
import { scorecardFile } from '../credit/scorecard-file.ts';
import type { Direction } from '../credit/small-trees.ts';
import { trainWoeModel, WOE_MODEL_DEFAULTS } from '../credit/woe-model.ts';
import { AnalyticsStore } from '../insight/analytics-store.ts';
import { DataFileError, needColumn, openDataFile, textIn } from '../insight/data-file-store.ts';

/** Grade C and better, at central. */
const FAVOURED_FROM = 550;
const PROXY_FOLDS = 3;

const HELP = `Learns a credit score on data of your own and tells how good it is on companies it has not seen.

  wuma evaluate credit --train A --test B --target COL [--exclude a,b] [--model glassbox|woe] [--json]
  wuma evaluate credit --cv 5 --data A --target COL [--exclude a,b] [--model glassbox|woe] [--json]
  wuma evaluate credit --train A --target COL --save FILE [--exclude a,b] [--sensitive a,b] [--model glassbox|woe] [--json]

  --train FILE, --test FILE  learn from one, judge on the other; CSV or Parquet
  --data FILE, --cv N        or judge every N-th part by a model learnt on the others
  --save FILE                or learn from all of --train and write the scorecard, for POST /api/standing/models
  --target COL               what came of the company
  --bad VALUE                the target's value of a company that went bad (default: 1, or the rarer one of two)
  --exclude a,b              columns that are not to be looked at: names, numbers, what leaks the answer
  --model NAME               glassbox: additive shapes learnt by boosting, and pairs (default);
                             woe: weights of evidence of monotone bins and a logistic regression
  --rising a,b               features with which the risk may only rise; --falling a,b: only fall
  --seed TEXT                (default 1)
  --sensitive a,b            with --save: columns that are not learnt from, only tested against: how the score treats their
                             groups (disparate impact at 550 points, grade C), and how well features tell them. It is in the
                             file's card; a feature that tells a group with an AUC of 0.8 or more stands for it, and the
                             scorecard is not written (exit code 1)
  --json                     one line of JSON on stdout: {"model","auc","ks","gini","brier","calibrationError","features",
                             "companies","bad","reasonsExact"}; progress goes to stderr

auc, ks and gini are of the score in whole points, the mean over the parts; brier and calibrationError (ten groups of equally
many) are of the probability, over all companies. reasonsExact: of every company the reasons were added up, and were the score.
`;

/** `wuma evaluate credit`. @returns the exit code: 0 done, 2 wrong usage or an unreadable file, 1 else */
export function runEvaluateCredit(argv: readonly string[], io?: CommandIo): Promise<number> {
  return runCommandLine(
    {
      help: HELP,
      options: {
        train: { type: 'string' },
        test: { type: 'string' },
        data: { type: 'string' },
        cv: { type: 'string' },
        save: { type: 'string' },
        target: { type: 'string' },
        bad: { type: 'string' },
        exclude: { type: 'string', default: '' },
        model: { type: 'string', default: 'glassbox' },
        rising: { type: 'string', default: '' },
        falling: { type: 'string', default: '' },
        sensitive: { type: 'string', default: '' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
      },
      isUsage: (error) => error instanceof DataFileError,
      run: async (values, { writeOut, writeError }) => {
        const kind = modelKind(values.model);
        const columns = {
          target: required(values.target, 'target'),
          bad: values.bad,
          exclude: namesIn(values.exclude),
          sensitive: namesIn(values.sensitive),
        };
        const trainerOf = trainers(kind, {
          seed: values.seed,
          directions: directionsOf(values.rising, values.falling),
          say: writeError,
        });
        if (values.save !== undefined) {
          const table = await readTable(required(values.train, 'train'), columns);
          const { seed } = values;
          const saving = { path: values.save, trainerOf, seed, say: writeError };
          const saved = saveScorecard(table, saving);
          writeOut(values.json ? `${JSON.stringify(saved)}\n` : tableOf(saved));
          return saved.refused.length === 0 ? 0 : 1;
        }
        if (columns.sensitive.length > 0) throw new UsageError('--sensitive goes with --save');
        const quality = await evaluate(values, { columns, trainerOf });
        const answer = { model: kind, ...quality };
        writeOut(values.json ? `${JSON.stringify(answer)}\n` : tableOf(answer));
        return 0;
      },
    },
    argv,
    io,
  );
}

interface Saving {
  readonly path: string;
  readonly trainerOf: (part: string) => ScoreTrainer;
  readonly seed: string;
  readonly say: (text: string) => void;
}

/** Learns from all companies and writes the scorecard with its card. @throws UsageError where there are too few */
function saveScorecard(
  table: LabelledTable & { readonly sensitive: readonly SensitiveColumn[] },
  { path, trainerOf, seed, say }: Saving,
) {
  const refusal = refusalToLearn(table.bad);
  if (refusal !== undefined) throw new UsageError(`nothing is learnt from these: ${refusal}`);
  const trainer = trainerOf('training');
  const { scorecard, past, outOfBag } = trainWithPast(table, trainer);
  const together = (marked: Uint8Array): number =>
    crossValidate(
      (fold) => trainerOf(`proxies, part ${fold + 1}`),
      { features: table.features, bad: marked },
      { folds: PROXY_FOLDS, seed },
    ).auc;
  const test = { table, scores: outOfBag, favouredFrom: FAVOURED_FROM, together, seed };
  const fairness = table.sensitive.flatMap((column) => {
    const tested = fairnessOf(column, test);
    if (!tested) say(`${column.name}: no two groups are large enough to be told apart\n`);
    return tested ? [tested] : [];
  });
  for (const each of fairness) say(fairnessText(each));
  const refused = fairness.filter(({ verdict }) => verdict === 'refused');
  const card = modelCard(scorecard, table, { scores: outOfBag, fairness });
  const file = scorecardFile(scorecard, { past, card });
  if (refused.length === 0) writeFileSync(path, `${JSON.stringify(file)}\n`);
  return {
    model: trainer.kind,
    terms: file.terms.length,
    companies: table.bad.length,
    file: refused.length === 0 ? path : null,
    refused: refused.map(({ attribute, proxies }) => `${attribute}: ${proxies[0]?.feature}`),
    card,
  };
}

function fairnessText({
  attribute,
  verdict,
  disparateImpact,
  together,
  proxies,
}: Fairness): string {
  const [strongest] = proxies;
  return (
    `${attribute}: ${verdict}; least favoured group at ${disparateImpact.toFixed(2)} of the most favoured, ` +
    `${strongest?.feature ?? '-'} tells it best (AUC ${strongest?.auc.toFixed(2) ?? '-'}), all together ${together.toFixed(2)}\n`
  );
}

interface NamedFiles {
  readonly train?: string | undefined;
  readonly test?: string | undefined;
  readonly data?: string | undefined;
  readonly cv?: string | undefined;
  readonly seed: string;
}

interface Task {
  readonly columns: TableColumns;
  readonly trainerOf: (part: string) => ScoreTrainer;
}

async function evaluate(
  { train, test, data, cv, seed }: NamedFiles,
  { columns, trainerOf }: Task,
): Promise<ScoreQuality> {
  if (data !== undefined || cv !== undefined) {
    if (train !== undefined || test !== undefined) {
      throw new UsageError('either --train and --test, or --data and --cv');
    }
    const folds = wholeNumber('cv', cv ?? '5', { least: 2, most: 100 });
    const table = await readTable(required(data, 'data'), columns);
    return crossValidate((fold) => trainerOf(`part ${fold + 1} of ${folds}`), table, {
      folds,
      seed,
    });
  }
  const learnt = await readTable(required(train, 'train'), columns);
  const judged = await readTable(required(test, 'test'), columns, learnt);
  return evaluateOnTest(trainerOf('training'), learnt, judged);
}

interface TrainerOptions {
  readonly seed: string;
  readonly directions: ReadonlyMap<string, Direction>;
  readonly say: (text: string) => void;
}

function trainers(
  kind: Scorecard['kind'],
  { seed, directions, say }: TrainerOptions,
): (part: string) => ScoreTrainer {
  const due = nowAndThen();
  return (part) => {
    const common = { seed, directions };
    const tell = (what: string): void => {
      if (due()) say(`${part}: ${what}\n`);
    };
    if (kind === 'woe') {
      const onProgress = (done: number, all: number): void => tell(`${done}/${all} models`);
      return {
        kind,
        train: (table) => trainWoeModel(table, { ...WOE_MODEL_DEFAULTS, ...common, onProgress }),
      };
    }
    const onProgress = (of: string, round: number): void => tell(`${of}, round ${round}`);
    return {
      kind,
      train: (table) => trainGlassBox(table, { ...GLASS_BOX_DEFAULTS, ...common, onProgress }),
    };
  };
}

interface TableColumns {
  readonly target: string;
  readonly bad: string | undefined;
  readonly exclude: readonly string[];
  readonly sensitive: readonly string[];
}

/**
 * @param like a table whose features this one's are to be of the same kinds
 * @throws DataFileError
 */
async function readTable(
  path: string,
  columns: TableColumns,
  like?: LabelledTable,
): Promise<LabelledTable & { readonly sensitive: readonly SensitiveColumn[] }> {
  const store = await AnalyticsStore.open();
  try {
    const file = await openDataFile(store, path);
    const target = needColumn(file, { option: 'target', usualNames: [] }, columns.target);
    for (const name of columns.exclude)
      needColumn(file, { option: 'exclude', usualNames: [] }, name);
    const tested = columns.sensitive.map((name) =>
      needColumn(file, { option: 'sensitive', usualNames: [] }, name),
    );
    const excluded = new Set(
      [target.name, ...columns.exclude, ...columns.sensitive].map((name) => name.toLowerCase()),
    );
    const kept = file.columns.filter(({ name }) => !excluded.has(name.toLowerCase()));
    for (const { name } of like?.features ?? []) {
      needColumn({ ...file, columns: kept }, { option: 'test', usualNames: [] }, name);
    }
    if (kept.length === 0) throw new DataFileError(`${path}: no column is left to learn from`);
    const [labels = [], ...texts] = await store.columns(
      `SELECT ${[target, ...kept, ...tested].map(textIn).join(', ')} FROM ${file.relation}`,
    );
    const kinds = new Map(like?.features.map(({ name, kind }) => [name, kind]));
    return {
      features: kept.map(({ name }, i) =>
        featureOf(name, (texts[i] ?? []).map(textOrNull), kinds.get(name)),
      ),
      bad: labelled(labels.map(textOrNull), { path, ...columns }),
      sensitive: tested.map(({ name }, i) => {
        return { name, texts: (texts[kept.length + i] ?? []).map(textOrNull) };
      }),
    };
  } finally {
    store.close();
  }
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** @throws DataFileError unless there are two kinds of companies, and it is known which went bad */
function labelled(
  labels: readonly (string | null)[],
  {
    path,
    target,
    bad,
  }: { readonly path: string; readonly target: string; readonly bad: string | undefined },
): Uint8Array {
  const counts = new Map<string, number>();
  for (const label of labels) {
    if (label === null) throw new DataFileError(`${path}: ${target} is not known of every company`);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const values = [...counts].toSorted((a, b) => a[1] - b[1]).map(([value]) => value);
  const [rarer] = values.includes('1') ? ['1'] : values;
  const badValue = bad ?? (values.length === 2 ? rarer : undefined);
  if (badValue === undefined) {
    throw new DataFileError(
      `${path}: which ${target} is --bad? It has ${values.slice(0, 10).join(', ')}`,
    );
  }
  const labelsBad = Uint8Array.from(labels, (label) => (label === badValue ? 1 : 0));
  const bads = labelsBad.reduce((sum, label) => sum + label, 0);
  if (bads === 0 || bads === labels.length) {
    throw new DataFileError(
      `${path}: ${bads} of ${labels.length} companies have ${target} ${badValue}`,
    );
  }
  return labelsBad;
}

/** @throws UsageError */
function modelKind(name: string): Scorecard['kind'] {
  if (name === 'glassbox' || name === 'woe') return name;
  throw new UsageError('--model is glassbox or woe');
}

function namesIn(list: string): string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function directionsOf(rising: string, falling: string): Map<string, Direction> {
  return new Map([
    ...namesIn(rising).map((name) => [name, 1] as const),
    ...namesIn(falling).map((name) => [name, -1] as const),
  ]);
}

function tableOf(answer: object): string {
  return Object.entries(answer)
    .filter(([, value]) => typeof value !== 'object')
    .map(([name, value]) => `${name.padEnd(18)}${value}\n`)
    .join('');
}
