import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { childEnvironment } from './env.mjs';
import { WEB_DIR } from './paths.mjs';
import { run } from './programs.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { readStamp, writeStamp } from './stamp.mjs';
import { hashTree } from './tree.mjs';

const SOURCES = [
  'shared',
  'edge-hub/web',
  'central/web',
  'firmware-bridge/web',
  'deploy/web',
  'package-lock.json',
];
const STAMP = join(WEB_DIR, '.sources');

/** Whether the built pages come from the sources as they are now. */
export function pagesReady() {
  return existsSync(WEB_DIR) && readStamp(STAMP) === hashTree(SOURCES);
}

/**
 * Builds the pages when their sources changed.
 *
 * @param {string} node
 */
export async function ensurePages(node) {
  if (pagesReady()) return;
  const hash = hashTree(SOURCES);
  await step('pages', async () => {
    const done = await run(node, ['deploy/web/build.ts'], { env: childEnvironment(node) });
    if (done.code !== 0) throw new SetupError('the pages could not be built; see above.');
  });
  writeStamp(STAMP, hash);
}
