import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const USUAL_PLACE = '/usr/bin/chromium';

/** For a headless browser that talks to nobody but our own pages. */
export const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--renderer-process-limit=2',
  // a camera of moving shapes instead of the machine's own
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
] as const;

/**
 * The system's Chromium.
 *
 * @param environment `CHROMIUM` wins over what is on `PATH`
 * @returns undefined when there is none
 */
export function findChromium(
  environment: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const named = environment['CHROMIUM'];
  // a wrong path is not papered over with another browser
  if (named) return existsSync(named) ? named : undefined;
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [USUAL_PLACE, ...onPath].find((path) => existsSync(path));
}
