import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const END_LIMIT_MS = 10_000;

/**
 * The postmaster of this data folder, when one is alive.
 *
 * @returns its process id
 */
function postmasterPid(dataDir: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8'), 10);
    return Number.isInteger(pid) && isPostgres(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Ends a PostgreSQL whose owner is gone. SIGQUIT is PostgreSQL's "immediate shutdown": nothing is
 * flushed, the next start recovers from the WAL as after a crash.
 */
export async function endOrphanPostgres(dataDir: string): Promise<void> {
  const pid = postmasterPid(dataDir);
  if (pid === undefined) return;
  process.kill(pid, 'SIGQUIT');
  const deadline = performance.now() + END_LIMIT_MS;
  while (isPostgres(pid)) {
    if (performance.now() > deadline) {
      process.kill(pid, 'SIGKILL');
      break;
    }
    await sleep(25);
  }
  rmSync(join(dataDir, 'postmaster.pid'), { force: true });
}

/** Alive, not a zombie, and (where the system tells) not another program with a reused number. */
function isPostgres(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('postgres');
  } catch {
    return process.platform !== 'linux';
  }
}
