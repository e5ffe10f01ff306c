// Run by hand after `npm install` has changed package-lock.json: node deploy/setup/complete-lockfile.mjs
//
// npm leaves an optional package out of the lockfile when the registry in use does not carry it (a
// mirror with the binaries of one platform only), and `npm ci` then refuses the lockfile
// everywhere. This names them: the version is pinned by their parent; the integrity is not known
// here, so none is written, and on such a platform npm takes the one the registry states.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './paths.mjs';
import { say } from './progress.mjs';

/** Packages whose names end in their platform: `cli-darwin-arm64`, `binding-linux-x64-musl`. */
const PLATFORM_NAME =
  /(?:^|[/-])(aix|android|darwin|freebsd|linux|openharmony|win32)-([a-z0-9]+)(?:-([a-z]+))?$/;

/**
 * @param {Record<string, any>} packages the lockfile's `packages`
 * @returns {readonly { name: string, version: string, dev: boolean }[]} optional packages it does not name
 */
function absentOptionalPackages(packages) {
  const absent = [];
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const places = [`node_modules/${name}`, `${path}/node_modules/${name}`];
      if (places.some((place) => packages[place] !== undefined)) continue;
      absent.push({ name, version, dev: entry.dev === true });
    }
  }
  return absent;
}

function entryFor({ name, version, dev }) {
  const [, os, cpu, abi] = PLATFORM_NAME.exec(name) ?? [];
  if (os === undefined || !/^\d+\.\d+\.\d+[\w.-]*$/.test(version)) {
    throw new Error(`cannot tell what ${name}@${version} is for: add it to the lockfile by hand`);
  }
  const libc =
    os === 'linux' && abi !== undefined ? [abi.startsWith('musl') ? 'musl' : 'glibc'] : undefined;
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev: true } : {}),
    ...(libc === undefined ? {} : { libc }),
    optional: true,
    os: [os],
  };
}

function completeLockfile() {
  const path = join(ROOT, 'package-lock.json');
  const lockfile = JSON.parse(readFileSync(path, 'utf8'));
  const absent = absentOptionalPackages(lockfile.packages);
  for (const each of absent) lockfile.packages[`node_modules/${each.name}`] = entryFor(each);
  const names = Object.keys(lockfile.packages);
  names.sort();
  lockfile.packages = Object.fromEntries(names.map((name) => [name, lockfile.packages[name]]));
  writeFileSync(path, `${JSON.stringify(lockfile, null, 2)}\n`);
  say(`package-lock.json: ${absent.length} optional packages named`);
}

if (process.argv[1]?.endsWith('complete-lockfile.mjs')) completeLockfile();
