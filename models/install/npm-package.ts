import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { InstallError } from './install-error.ts';

const run = promisify(execFile);

/** Registries and lines can be slow; a stalled download must still end. */
const NPM_TIMEOUT_MS = 10 * 60_000;
const TAR_TIMEOUT_MS = 60_000;

/**
 * Fetches one package's tarball with the npm client as the user configured it. Nothing of the package is run and
 * none of its dependencies are fetched.
 *
 * @param packageSpec `name@version`
 * @param intoDir an empty folder
 * @returns path of the tarball
 * @throws InstallError `source-unavailable`
 */
export async function fetchNpmTarball(packageSpec: string, intoDir: string): Promise<string> {
  const destination = resolve(intoDir);
  const args = ['pack', packageSpec, '--pack-destination', destination, '--ignore-scripts'];
  try {
    await run('npm', [...args, '--loglevel', 'error'], { timeout: NPM_TIMEOUT_MS });
  } catch (cause) {
    throw new InstallError(
      'source-unavailable',
      `npm could not fetch ${packageSpec}${lastLineOf(cause)}`,
      { cause },
    );
  }
  // Which name npm prints for scoped packages differs between its versions; the folder holds just the one file.
  const tarball = (await readdir(intoDir)).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) {
    throw new InstallError('source-unavailable', `npm pack ${packageSpec} left no tarball`);
  }
  return join(intoDir, tarball);
}

/**
 * Takes files out of a tarball with the system's tar (GNU or BSD).
 *
 * @param paths inside the package, e.g. `models/blazeface.json`
 * @returns the files' contents by path
 * @throws InstallError `source-unavailable` when one is not in it
 */
export async function readFromTarball(
  tarball: string,
  paths: readonly string[],
  scratchDir: string,
): Promise<ReadonlyMap<string, Buffer>> {
  // npm puts a package's files below `package/`.
  const members = paths.map((path) => `package/${path}`);
  const args = ['-xzf', tarball, '-C', scratchDir, '--no-same-owner', ...members];
  try {
    await run('tar', args, { timeout: TAR_TIMEOUT_MS });
  } catch (cause) {
    throw new InstallError(
      'source-unavailable',
      `tar could not take ${paths.join(', ')} out of the package${lastLineOf(cause)}`,
      { cause },
    );
  }
  const files = new Map<string, Buffer>();
  for (const path of paths) files.set(path, await readFile(join(scratchDir, 'package', path)));
  return files;
}

/** What the program said last, as `: reason`. */
function lastLineOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const stderr = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  const said = stderr === '' ? error.message : stderr;
  return `: ${said.split('\n').at(-1) ?? ''}`;
}
