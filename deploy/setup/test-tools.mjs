import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { STATE_DIR } from './paths.mjs';
import { findProgram } from './programs.mjs';
import { say, step } from './progress.mjs';
import { readStamp, writeStamp } from './stamp.mjs';
import { installSystemPackages } from './system-packages.mjs';

const CHROMIUMS = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const MAC_CHROMIUMS = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** One attempt a day: where there is no right to install, `npm test` must not try again each time. */
const RETRY_AFTER_MS = 24 * 3600 * 1000;

/** @returns {string | undefined} path of a Chromium that tests can drive */
export function findChromium() {
  return (
    CHROMIUMS.map(findProgram).find((path) => path !== undefined) ??
    MAC_CHROMIUMS.find((path) => existsSync(path))
  );
}

/** @returns {string | undefined} path of mosquitto_pub, the foreign MQTT client of our tests */
export function findMosquitto() {
  const pub = findProgram('mosquitto_pub');
  return findProgram('mosquitto_sub') === undefined ? undefined : pub;
}

/** Installs what only tests need, where the system lets us; without it their tests skip and say so. */
export async function ensureTestTools() {
  await ensureTool({
    name: 'chromium',
    find: findChromium,
    packages: { apt: ['chromium'], brew: [] },
    without: 'the browser tests will be skipped. Install Chromium or Google Chrome to run them',
  });
  await ensureTool({
    name: 'mosquitto-clients',
    find: findMosquitto,
    packages: { apt: ['mosquitto-clients'], brew: ['mosquitto'] },
    without:
      'the test with a foreign MQTT client will be skipped. Install mosquitto-clients to run it',
  });
}

async function ensureTool({ name, find, packages, without }) {
  if (find() !== undefined) return;
  if (!triedLately(name)) {
    await step(name, () => installSystemPackages(packages));
    writeStamp(attemptPath(name), String(Date.now()));
  }
  if (find() === undefined) say(`${name} is not here: ${without}.`);
}

function attemptPath(name) {
  return join(STATE_DIR, `.${name}.tried`);
}

function triedLately(name) {
  return Date.now() - Number(readStamp(attemptPath(name)) ?? 0) < RETRY_AFTER_MS;
}
