import { findProgram, run } from './programs.mjs';
import { say } from './progress.mjs';

let updated = false;

/**
 * How to become root without a question being asked.
 *
 * @returns {Promise<readonly string[] | undefined>} a command prefix, empty for root
 */
async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  if (findProgram('sudo') === undefined) return undefined;
  const allowed = await run('sudo', ['-n', 'true'], { collect: true });
  return allowed.code === 0 ? ['sudo', '-n'] : undefined;
}

async function apt(args, prefix) {
  const [program, ...rest] = [
    ...prefix,
    'env',
    'DEBIAN_FRONTEND=noninteractive',
    'apt-get',
    ...args,
  ];
  const done = await run(program, rest, { collect: true });
  if (done.code !== 0) say(`apt-get ${args[0]} did not succeed: ${lastLine(done.output)}`);
  return done.code === 0;
}

function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}

/** Refreshes apt's lists once per launch, where we may. */
async function aptUpdate() {
  if (updated) return;
  updated = true;
  const prefix = await rootPrefix();
  if (prefix !== undefined) await apt(['update', '-qq'], prefix);
}

/**
 * Installs programs with apt-get or Homebrew where that needs no question.
 *
 * @param {{ apt: readonly string[], brew: readonly string[] }} names
 * @returns {Promise<boolean>} whether a package manager said it succeeded
 */
export async function installSystemPackages(names) {
  if (findProgram('apt-get') !== undefined && names.apt.length > 0) {
    const prefix = await rootPrefix();
    if (prefix === undefined) return false;
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...names.apt];
    await aptUpdate();
    return apt(install, prefix);
  }
  if (findProgram('brew') !== undefined && names.brew.length > 0) {
    return (await run('brew', ['install', ...names.brew], { collect: true })).code === 0;
  }
  return false;
}

/**
 * Fetches one Debian package, checked by apt against the archive's signature, without installing it:
 * needs no root, and starts no service.
 *
 * @param {string} name
 * @param {string} folder where the .deb is put
 * @returns {Promise<boolean>}
 */
export async function downloadDebianPackage(name, folder) {
  if (findProgram('apt-get') === undefined || findProgram('dpkg-deb') === undefined) return false;
  const download = () => run('apt-get', ['download', '-qq', name], { cwd: folder, collect: true });
  if ((await download()).code === 0) return true;
  await aptUpdate();
  return (await download()).code === 0;
}
