import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { BIN_DIR, WORK_DIR } from './paths.mjs';
import { findProgram, run } from './programs.mjs';
import { say, step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { downloadDebianPackage, installSystemPackages } from './system-packages.mjs';

/**
 * sha256 of the release's archives, as its SHA256SUMS has them; those for Linux are also in the
 * official container image's Dockerfile.
 */
const RELEASE = {
  version: '2.10.26',
  sha256: {
    'linux-x64': '6cbac67107e69c9e5a352d6f1555027f9da6a6b3fa81cceafefa9598b4451512',
    'linux-arm64': 'aba1b169f18d4441b4b5d760805c562dccc57b425a7a213a82753a2269a27235',
    'darwin-x64': 'c90e94a1a9537304ab59f9056baca6a3138d17c13d7fe218ccbbd24ca08ee8e9',
    'darwin-arm64': 'b1e2fd61507703ee81b0b2c1c35894beeebf908ddc7a4a5b7928aca438f716e6',
  },
};
const DOWNLOAD_LIMIT_MS = 120_000;

/**
 * Finds nats-server, or gets it: from apt (unpacked into .wuma, so that no service is started),
 * from Homebrew, or from the project's releases.
 *
 * @returns {Promise<string>} its path
 */
export async function ensureNatsServer() {
  const found = findProgram('nats-server');
  if (found !== undefined) return found;
  const ways = [
    ['nats-server from apt', fromApt],
    ['nats-server from Homebrew', fromBrew],
    [`nats-server ${RELEASE.version} from its release page`, fromRelease],
  ];
  for (const [text, way] of ways) {
    const path = await step(text, () => attempt(way));
    if (path !== undefined) return path;
  }
  throw new SetupError(
    'nats-server is missing and could not be fetched. Install it (Debian and Ubuntu: apt-get install nats-server; macOS: brew install nats-server; others: https://github.com/nats-io/nats-server/releases) and start again.',
  );
}

async function attempt(way) {
  try {
    return await way();
  } catch (error) {
    say(`that did not work: ${error.message}`);
    return undefined;
  }
}

async function fromApt() {
  return inWorkFolder(async (work) => {
    if (!(await downloadDebianPackage('nats-server', work))) return undefined;
    const deb = readdirSync(work).find((name) => name.endsWith('.deb'));
    if (deb === undefined) return undefined;
    const unpacked = await run('dpkg-deb', ['-x', deb, '.'], { cwd: work, collect: true });
    const binary = ['usr/sbin/nats-server', 'usr/bin/nats-server']
      .map((path) => join(work, path))
      .find((path) => existsSync(path));
    return unpacked.code === 0 && binary !== undefined ? place(binary) : undefined;
  });
}

async function fromBrew() {
  if (findProgram('brew') === undefined) return undefined;
  await installSystemPackages({ apt: [], brew: ['nats-server'] });
  return findProgram('nats-server');
}

async function fromRelease() {
  const platform = `${process.platform}-${process.arch}`;
  const sha256 = RELEASE.sha256[platform];
  if (sha256 === undefined) return undefined;
  const name = `nats-server-v${RELEASE.version}-${platform.replace('x64', 'amd64')}`;
  const url = `https://github.com/nats-io/nats-server/releases/download/v${RELEASE.version}/${name}.tar.gz`;
  const response = await fetch(url, { signal: AbortSignal.timeout(DOWNLOAD_LIMIT_MS) });
  if (!response.ok) throw new SetupError(`${url} answers ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new SetupError(`${url} does not have the expected sha256`);
  }
  return inWorkFolder(async (work) => {
    writeFileSync(join(work, 'archive.tar.gz'), bytes);
    const unpacked = await run('tar', ['-xzf', 'archive.tar.gz'], { cwd: work, collect: true });
    if (unpacked.code !== 0) throw new SetupError(`tar: ${unpacked.output}`);
    return place(join(work, name, 'nats-server'));
  });
}

async function inWorkFolder(use) {
  const work = join(WORK_DIR, 'nats-server');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    return await use(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function place(binary) {
  chmodSync(binary, 0o755);
  const tried = await run(binary, ['--version'], { collect: true });
  if (tried.code !== 0) throw new SetupError(`it does not run here: ${tried.output.trim()}`);
  mkdirSync(BIN_DIR, { recursive: true });
  renameSync(binary, join(BIN_DIR, 'nats-server'));
  return join(BIN_DIR, 'nats-server');
}
