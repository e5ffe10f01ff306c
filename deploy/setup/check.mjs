import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runForeground } from './forward.mjs';
import { ROOT } from './paths.mjs';
import { say } from './progress.mjs';

const CODE = ['shared', 'models', 'edge-hub', 'central', 'firmware-bridge', 'deploy', 'test'];

function checks() {
  const folders = CODE.filter((folder) => existsSync(join(ROOT, folder)));
  return [
    ['format (biome)', ['@biomejs/biome/bin/biome', 'check', '.']],
    ['lint (oxlint)', ['oxlint/bin/oxlint', '--type-aware', '.']],
    ['types (tsc)', ['typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json']],
    ...webProjects().map((project) => [
      `types (${project})`,
      ['typescript/bin/tsc', '--noEmit', '-p', project],
    ]),
    [
      'architecture (dependency-cruiser)',
      ['dependency-cruiser/bin/dependency-cruiser.mjs', ...folders],
    ],
    ['unused code (knip)', ['knip/bin/knip.js']],
    ['unit tests (vitest)', ['vitest/vitest.mjs', 'run', '--project', 'unit']],
  ];
}

/** Pages have a DOM and JSX, so they are compiled apart from the services. */
function webProjects() {
  return ['tsconfig.web.json'].filter((path) => existsSync(join(ROOT, path)));
}

/**
 * All the checks that need no server, each in turn, so that one run shows everything that is wrong.
 *
 * @param {string} node
 * @returns {Promise<number>} 0 when all pass, else 1
 */
export async function runChecks(node) {
  const failed = [];
  for (const [name, [script, ...args]] of checks()) {
    say(name);
    const code = await runForeground(node, [join(ROOT, 'node_modules', script), ...args]);
    if (code > 128) return code;
    if (code !== 0) failed.push(name);
  }
  say(failed.length === 0 ? 'all checks passed' : `failed: ${failed.join(', ')}`);
  return failed.length === 0 ? 0 : 1;
}
