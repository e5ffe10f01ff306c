import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Files that are in memory, on Linux. */
const MEMORY = '/dev/shm';
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * A folder for hubs' disks, in memory where there is such: a flush is simulated, a real one only takes time. It is gone when
 * the process ends, also by Ctrl-C and also when a thread that works in it has failed.
 *
 * @returns what removes it earlier
 */
export function makeScratch(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'wuma-simulate-'));
  const signals = Object.entries(EXIT_CODES).map(([signal, code]) => {
    const end = (): void => process.exit(code);
    process.on(signal, end);
    return [signal, end] as const;
  });
  const remove = (): void => {
    rmSync(dir, { recursive: true, force: true });
    process.off('exit', remove);
    for (const [signal, end] of signals) process.off(signal, end);
  };
  process.on('exit', remove);
  return { dir, remove };
}
