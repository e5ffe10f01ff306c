import { releaseSetupLock } from './lock.mjs';
import { stopRunning } from './programs.mjs';
import { say } from './progress.mjs';

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

let ending = false;

/** @param {string} signal */
function onSignal(signal) {
  void end(signal);
}

/** Set-up leaves nothing behind that would be taken for complete, so it can be ended at any moment. */
async function end(signal) {
  if (ending) return;
  ending = true;
  say('stopping set-up; starting again goes on from here');
  await stopRunning();
  releaseSetupLock();
  process.exit(EXIT_CODES[signal]);
}

/**
 * While `work` runs, a signal ends this process and what it started. Afterwards signals are the
 * business of the program that is started.
 *
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function interruptible(work) {
  for (const signal of Object.keys(EXIT_CODES)) process.on(signal, onSignal);
  try {
    return await work();
  } finally {
    for (const signal of Object.keys(EXIT_CODES)) process.off(signal, onSignal);
  }
}
