import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

const HELP = `usage: npm run test:soak -- [options]

Runs the long tests once (test/long: what npm test runs small). Then every file of unit tests that holds a property,
again and again, each round with other examples. Ends at the first failure; a round's seed makes it come back:
WUMA_PROPERTY_SEED=SEED npm test -- FILE

  --rounds N   rounds (default 50); 0 runs the long tests alone
  --seed N     seed of the first round (default: drawn); each next round adds one
  --json       one line of JSON on stdout
  --help       this text

Exit code: 0 when everything passed, 1 when something failed, 2 for wrong arguments.
`;

const UNIT_TESTS = '{edge-hub,central,firmware-bridge,shared,models,deploy}/**/*.test.ts';
const SEEDS = 2 ** 31;

async function filesWithProperties(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const file of globSync(UNIT_TESTS)) {
    if ((await readFile(file, 'utf8')).includes("from 'fast-check'")) found.push(file);
  }
  return found;
}

function runVitest(args: readonly string[], added: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...args], {
    stdio: ['ignore', 2, 2],
    env: { ...process.env, ...added },
  });
  return new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

const runLong = (): Promise<number> =>
  runVitest(['--config', 'test/long/vitest.config.ts', '--root', '.']);

const runRound = (files: readonly string[], seed: number): Promise<number> =>
  runVitest(['--project', 'unit', ...files], { WUMA_PROPERTY_SEED: String(seed) });

async function main(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      rounds: { type: 'string', default: '50' },
      seed: { type: 'string', default: String(Math.floor(Math.random() * SEEDS)) },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const rounds = Number(values.rounds);
  const firstSeed = Number(values.seed);
  if (!Number.isSafeInteger(rounds) || rounds < 0 || !Number.isSafeInteger(firstSeed)) {
    process.stderr.write(HELP);
    return 2;
  }
  const files = await filesWithProperties();
  process.stderr.write('the long tests\n');
  const longPassed = (await runLong()) === 0;
  const wanted = longPassed ? rounds : 0;
  const failed: number[] = [];
  let done = 0;
  while (done < wanted && failed.length === 0) {
    const seed = (firstSeed + done) % SEEDS;
    process.stderr.write(`round ${done + 1} of ${rounds}, seed ${seed}\n`);
    if ((await runRound(files, seed)) !== 0) failed.push(seed);
    done += 1;
  }
  const result = { longPassed, rounds: done, files: files.length, firstSeed, failedSeeds: failed };
  process.stdout.write(values.json ? `${JSON.stringify(result)}\n` : `${inWords(result)}\n`);
  return longPassed && failed.length === 0 ? 0 : 1;
}

function inWords(result: {
  readonly longPassed: boolean;
  readonly rounds: number;
  readonly files: number;
  readonly failedSeeds: readonly number[];
}): string {
  if (!result.longPassed) return 'the long tests failed';
  const [failed] = result.failedSeeds;
  const rounds = failed === undefined ? 'all passed' : `seed ${failed} failed`;
  return `the long tests passed; ${result.rounds} rounds of ${result.files} files: ${rounds}`;
}

process.exitCode = await main(process.argv.slice(2));
