import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { STATE_DIR } from './paths.mjs';
import { say } from './progress.mjs';

const LOCK = join(STATE_DIR, 'setup.lock');
const RETRY_MS = 200;

/**
 * Lets one launcher at a time set up this checkout. A second one waits; the lock of one that died
 * is taken over.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withSetupLock(work) {
  mkdirSync(STATE_DIR, { recursive: true });
  for (let tries = 1; !tryLock(); tries += 1) {
    // the lock of a dead one is gone at the second try
    if (tries === 2) {
      say(`another launcher (pid ${holder() ?? '?'}) is setting up this checkout; waiting for it`);
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
  try {
    return await work();
  } finally {
    releaseSetupLock();
  }
}

/** Gives the lock back if it is ours; safe to call at any time. */
export function releaseSetupLock() {
  if (holder() === process.pid) rmSync(LOCK, { force: true });
}

/** A hard link appears with its content or not at all, so nobody ever reads a lock without a pid. */
function tryLock() {
  const mine = `${LOCK}.${process.pid}`;
  writeFileSync(mine, `${process.pid}\n`);
  try {
    linkSync(mine, LOCK);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    breakStaleLock();
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function breakStaleLock() {
  const pid = holder();
  if (pid === undefined || isLauncher(pid)) return;
  // the one who succeeds in renaming it away is the only one to remove it
  const grave = `${LOCK}.stale.${process.pid}`;
  try {
    renameSync(LOCK, grave);
    rmSync(grave, { force: true });
  } catch {
    // someone else was quicker
  }
}

function holder() {
  try {
    const pid = Number.parseInt(readFileSync(LOCK, 'utf8'), 10);
    return Number.isInteger(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Alive, and (where the system tells) not merely an unrelated process with a reused number. */
function isLauncher(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('launch.mjs');
  } catch {
    return true;
  }
}
