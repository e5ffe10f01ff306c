import { type CommandLine, UsageError, wholeNumber } from '../../shared/kernel/command-line.ts';
import { isDamaged } from './damage.ts';
import { NoRecorderError } from './recorder.ts';
import { type PowercutResult, runPowercuts } from './run.ts';

const HELP = `Plays power cuts on a hub.

usage: wuma powercut [--seed N] [--cuts N] [--payments N] [--plant no-flush] [--json]

A hub takes payments, gives some back, enrols and erases people and is started anew twice, while every write and flush of
its files is recorded. Then its disk is made as a power cut at a point of the recording may leave it, with what was not
flushed lost, kept, torn or reordered, and a hub is opened on it: nothing that it had said may be missing.

  --seed N          of the load and of the cuts (default 1)
  --cuts N          power cuts (default 300)
  --payments N      payments of the load (default 600)
  --plant no-flush  let no flush reach the disk: the fault must be found
  --json            one line of JSON on stdout; progress goes to stderr

Exit code 0 when nothing was damaged, 1 when something was, 2 for wrong usage or where nothing can be recorded: it wants
Linux and a C compiler.
`;

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  cuts: { type: 'string', default: '300' },
  payments: { type: 'string', default: '600' },
  plant: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const powercutCommand: CommandLine<typeof OPTIONS> = {
  help: HELP,
  options: OPTIONS,
  isUsage: (error) => error instanceof NoRecorderError,
  run: async (given, io) => {
    if (given.plant !== undefined && given.plant !== 'no-flush') {
      throw new UsageError('--plant knows no-flush');
    }
    const result = await runPowercuts({
      seed: wholeNumber('seed', given.seed, { least: 0, most: 2 ** 32 - 1 }),
      cuts: wholeNumber('cuts', given.cuts, { least: 1, most: 100_000 }),
      payments: wholeNumber('payments', given.payments, { least: 10, most: 100_000 }),
      planted: given.plant,
      progress: (text) => io.writeError(`${text}\n`),
    });
    if (given.json) io.writeOut(`${JSON.stringify(result)}\n`);
    else io.writeOut(textOf(result));
    return isDamaged(result) ? 1 : 0;
  },
};

/** The result for the eye. */
function textOf({ examples, kinds, lost, ...counts }: PowercutResult): string {
  const cuts = Object.entries(kinds).map(([kind, count]) => [`  ${kind}`, count] as const);
  const losses = Object.entries(lost).map(([place, count]) => [`lost, ${place}`, count] as const);
  const rows = [
    ['cuts', counts.cuts] as const,
    ...cuts,
    ...losses,
    ...Object.entries(counts).slice(1),
  ];
  return [
    ...rows.map(([name, value]) => `${name.padEnd(16)}${value}`),
    ...examples.map(({ at, kind, found }) => `at ${at}, ${kind}: ${found}`),
    '',
  ].join('\n');
}
