import { spawn } from 'node:child_process';
import { childEnvironment } from './env.mjs';
import { ROOT } from './paths.mjs';

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs the program that was asked for as if it had been started itself: our terminal, our signals,
 * its exit code. A Ctrl-C reaches the whole foreground group anyway, so it is only waited out here;
 * other signals, and a SIGINT sent to us alone, are passed on.
 *
 * @param {string} node
 * @param {readonly string[]} args
 * @returns {Promise<number>} the child's exit code; 128 + n when signal n ended it
 */
export function runForeground(node, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd: ROOT, env: childEnvironment(node), stdio: 'inherit' });
    const forward = (signal) => {
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      for (const name of FORWARDED) process.off(name, forward);
      resolve(code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 0));
    });
  });
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 };
