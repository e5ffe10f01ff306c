import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ROOT } from '../stack/env.ts';

/**
 * Runs another of our programs in the place of this one.
 *
 * @param program its entry, from the root of the checkout
 * @returns its exit code
 */
export async function runInstead(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [program, ...args], { cwd: ROOT, stdio: 'inherit' });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGTERM', forward);
  process.on('SIGINT', forward);
  const exit: unknown[] = await once(child, 'exit');
  process.off('SIGTERM', forward);
  process.off('SIGINT', forward);
  return typeof exit[0] === 'number' ? exit[0] : 1;
}
