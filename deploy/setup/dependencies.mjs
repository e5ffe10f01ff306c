import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { runNpm } from './programs.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { readStamp, writeStamp } from './stamp.mjs';

const LOCKFILE = join(ROOT, 'package-lock.json');
const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.wuma-lockfile-hash');

/**
 * Whether node_modules holds what package-lock.json asks for.
 *
 * @returns {boolean}
 */
export function dependenciesReady() {
  if (!existsSync(MODULES)) return false;
  if (readStamp(STAMP) === lockfileHash()) return true;
  return matchesLockfile();
}

/**
 * Runs `npm ci` where node_modules is absent or belongs to another lockfile.
 *
 * @param {string} node the Node that install scripts find
 */
export async function ensureDependencies(node) {
  if (dependenciesReady()) {
    if (readStamp(STAMP) !== lockfileHash()) writeStamp(STAMP, lockfileHash());
    return;
  }
  rmSync(STAMP, { force: true });
  await step('npm ci', async () => {
    const done = await runNpm(
      ['ci', '--no-audit', '--no-fund', '--include=dev', '--loglevel=error'],
      { node },
    );
    if (done.code !== 0) {
      throw new SetupError(
        'npm ci failed; its own words are above. Nothing else has been changed.',
      );
    }
  });
  writeStamp(STAMP, lockfileHash());
}

function lockfileHash() {
  return createHash('sha256')
    .update(`${process.platform}-${process.arch}\n`)
    .update(readFileSync(LOCKFILE))
    .digest('hex');
}

/** Accepts a node_modules that someone installed by hand: npm writes down what it has put there. */
function matchesLockfile() {
  try {
    const wanted = JSON.parse(readFileSync(LOCKFILE, 'utf8')).packages;
    const present = JSON.parse(readFileSync(join(MODULES, '.package-lock.json'), 'utf8')).packages;
    return Object.entries(wanted).every(
      ([path, entry]) =>
        path === '' ||
        present[path]?.version === entry.version ||
        (present[path] === undefined && entry.optional === true) ||
        (present[path] === undefined && entry.devOptional === true),
    );
  } catch {
    return false;
  }
}
