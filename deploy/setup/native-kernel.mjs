import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT, STATE_DIR } from './paths.mjs';
import { findProgram, run } from './programs.mjs';
import { say, step } from './progress.mjs';
import { readStamp, writeStamp } from './stamp.mjs';

const SOURCE = join(ROOT, 'models', 'index', 'native', 'scan-kernel.c');
const FOLDER = join(STATE_DIR, 'native');
const COMPILERS = ['cc', 'gcc', 'clang'];

/**
 * No contraction: the kernel gives the same bits as the WebAssembly one. Addons find Node's functions in the
 * program that loads them, which macOS must be told.
 */
const FLAGS = ['-O3', '-std=c11', '-D_GNU_SOURCE', '-shared', '-fPIC', '-ffp-contract=off'];
if (process.platform === 'darwin') FLAGS.push('-undefined', 'dynamic_lookup');

/** Where the built kernel is looked for; the same in models/index/kernel/native-kernel.ts. */
function targetPath() {
  const hash = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
  return join(FOLDER, `scan-kernel-${process.platform}-${process.arch}-${hash}.node`);
}

/**
 * What scans a gallery here, and if that is WebAssembly, why.
 *
 * @param {string | undefined} node
 * @returns {{ native: boolean, detail: string }}
 */
export function nativeKernelState(node) {
  if (existsSync(targetPath())) return { native: true, detail: 'native, built from this source' };
  return { native: false, detail: `WebAssembly; ${obstacle(node) ?? 'native at the first start'}` };
}

/** @returns {string | undefined} why the native kernel cannot be built */
function obstacle(node) {
  if (process.arch !== 'x64') return 'the native kernel is for x64';
  if (findCompiler() === undefined) return 'native where a C compiler is (apt-get install gcc)';
  if (node !== undefined && headersOf(node) === undefined) {
    return `native where Node's headers are (${includeFolder(node)})`;
  }
  if (readStamp(failurePath()) === targetPath()) return 'the native kernel did not compile';
  return undefined;
}

/**
 * Compiles the gallery's native scan kernel when its source changed. It is only quicker: without a compiler,
 * or where it fails, WebAssembly does the same, so nothing here stops set-up.
 *
 * @param {string} node whose headers are used
 */
export async function ensureNativeKernel(node) {
  const target = targetPath();
  if (existsSync(target) || obstacle(node) !== undefined) return;
  await step('native scan kernel', async () => {
    mkdirSync(FOLDER, { recursive: true });
    const unfinished = `${target}.${process.pid}`;
    const args = [...FLAGS, '-I', headersOf(node), '-o', unfinished, SOURCE];
    const built = await run(findCompiler(), args, { collect: true });
    const loads =
      built.code === 0 && (await run(node, ['-e', LOAD, unfinished], { collect: true }));
    if (loads && loads.code === 0) {
      removeOthers();
      renameSync(unfinished, target);
    } else {
      rmSync(unfinished, { force: true });
      writeStamp(failurePath(), target);
      say(`it cannot be used here, WebAssembly will do: ${firstLine((loads || built).output)}`);
    }
  });
}

/** Tried in a process of its own, so that nothing it does can end set-up. */
const LOAD = "process.dlopen({ exports: {} }, require('node:path').resolve(process.argv[1]))";

function findCompiler() {
  return COMPILERS.map(findProgram).find((path) => path !== undefined);
}

function includeFolder(node) {
  return join(dirname(dirname(node)), 'include', 'node');
}

/** @returns {string | undefined} the folder of node_api.h that belongs to this Node */
function headersOf(node) {
  return [includeFolder(node), '/usr/include/node'].find((folder) =>
    existsSync(join(folder, 'node_api.h')),
  );
}

function failurePath() {
  return join(FOLDER, '.failed');
}

function removeOthers() {
  for (const name of readdirSync(FOLDER)) {
    if (name.endsWith('.node')) rmSync(join(FOLDER, name), { force: true });
  }
}

function firstLine(text) {
  return text.trim().split('\n')[0] ?? '';
}
