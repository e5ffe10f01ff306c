import { spawn } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { childEnvironment, environment } from './env.mjs';
import { ROOT } from './paths.mjs';
import { SetupError } from './setup-error.mjs';

/** Children that must not outlive an interrupted launcher. */
const running = new Set();

/** Once set-up is being ended nothing goes on: whoever waits for a program waits until the exit. */
let stopping = false;

/**
 * Finds a program the way a shell does, in the PATH that our children get.
 *
 * @param {string} name
 * @returns {string | undefined} absolute path
 */
export function findProgram(name) {
  for (const folder of (childEnvironment(undefined).PATH ?? '').split(delimiter)) {
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // not here: the next folder
    }
  }
  return undefined;
}

/**
 * Runs a program to its end. Its output goes to our stderr, or is collected and returned.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, collect?: boolean }} [options]
 * @returns {Promise<{ code: number, stdout: string, output: string }>} `output` has stderr too; code 127 when it cannot be started
 */
export function run(program, args, options = {}) {
  return new Promise((answer) => {
    if (stopping) return;
    const resolve = (result) => {
      if (!stopping) answer(result);
    };
    const stdout = [];
    const output = [];
    const child = spawn(program, args, {
      cwd: options.cwd ?? ROOT,
      env: options.env ?? childEnvironment(undefined),
      stdio: ['ignore', options.collect ? 'pipe' : 2, options.collect ? 'pipe' : 2],
    });
    running.add(child);
    child.stdout?.on('data', (chunk) => {
      stdout.push(chunk);
      output.push(chunk);
    });
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', (error) => {
      running.delete(child);
      resolve({ code: 127, stdout: '', output: error.message });
    });
    child.on('close', (code) => {
      running.delete(child);
      resolve({
        code: code ?? 1,
        stdout: Buffer.concat(stdout).toString('utf8'),
        output: Buffer.concat(output).toString('utf8'),
      });
    });
  });
}

const STOP_LIMIT_MS = 20_000;

/**
 * Ends what `run` started and waits for it: npm takes its time to tidy up, and a set-up that began
 * meanwhile would have its files removed under its feet.
 */
export async function stopRunning() {
  stopping = true;
  const children = [...running];
  const ended = children.map((child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of children) child.kill('SIGTERM');
  const limit = setTimeout(() => {
    for (const child of children) child.kill('SIGKILL');
  }, STOP_LIMIT_MS);
  await Promise.all(ended);
  clearTimeout(limit);
}

/**
 * npm runs on the Node it was installed for, while the scripts it starts find ours first on PATH.
 *
 * @param {readonly string[]} args
 * @param {{ node: string | undefined, cwd?: string, collect?: boolean }} options
 * @returns {Promise<{ code: number, stdout: string, output: string }>}
 */
export function runNpm(args, options) {
  const rest = {
    env: childEnvironment(options.node),
    cwd: options.cwd ?? ROOT,
    collect: options.collect ?? false,
  };
  const script = npmScript();
  if (script !== undefined) return run(process.execPath, [script, ...args], rest);
  const npm = findProgram('npm');
  if (npm === undefined) {
    throw new SetupError(
      'npm is missing: install Node.js with npm (https://nodejs.org), 18 or newer.',
    );
  }
  return run(npm, args, rest);
}

/** npm's own JavaScript, so that its `#!/usr/bin/env node` line is not asked which Node to use. */
function npmScript() {
  const told = environment.npm_execpath;
  if (told !== undefined && /npm-cli\.c?js$/.test(told)) return told;
  const candidates = [
    findProgram('npm'),
    join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js'),
  ];
  for (const candidate of candidates) {
    try {
      const real = candidate === undefined ? '' : realpathSync(candidate);
      if (/npm-cli\.c?js$/.test(real)) return real;
    } catch {
      // this one is not there
    }
  }
  return undefined;
}
