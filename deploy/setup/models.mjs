import { join } from 'node:path';
import { childEnvironment, environment } from './env.mjs';
import { MODELS_DIR } from './paths.mjs';
import { run } from './programs.mjs';
import { step } from './progress.mjs';
import { SetupError } from './setup-error.mjs';
import { readStamp, writeStamp } from './stamp.mjs';
import { hashTree } from './tree.mjs';

export const DEFAULT_PACK = 'open';

/** Manifests, converters and the installer decide what is installed; a change of any installs again. */
const SOURCES = ['models/packs', 'models/convert', 'models/install'];

/**
 * The pack that these arguments will use, so that set-up installs what the program then asks for.
 *
 * @param {readonly string[]} args
 * @returns {string}
 */
export function packOf(args) {
  const joined = args.find((arg) => arg.startsWith('--pack='));
  if (joined !== undefined) return joined.slice('--pack='.length);
  const at = args.indexOf('--pack');
  return (at >= 0 ? args[at + 1] : undefined) ?? environment.MODEL_PACK ?? DEFAULT_PACK;
}

/**
 * Whether this pack was installed from the manifests and the installer of this checkout.
 *
 * @param {string} pack
 */
export function modelsReady(pack) {
  return readStamp(stampPath(pack)) === hashTree(SOURCES);
}

/**
 * Installs a model pack and the sample faces; the installer checks their hashes.
 *
 * @param {string} node
 * @param {string} pack
 */
export async function ensureModels(node, pack) {
  if (modelsReady(pack)) return;
  const hash = hashTree(SOURCES);
  await step(`model pack ${pack}`, async () => {
    const args = ['models/install/main.ts', '--pack', pack, '--dir', MODELS_DIR, '--samples'];
    const done = await run(node, args, { env: childEnvironment(node) });
    if (done.code !== 0)
      throw new SetupError(`the model pack ${pack} could not be installed; see above.`);
  });
  writeStamp(stampPath(pack), hash);
}

function stampPath(pack) {
  return join(MODELS_DIR, `.${pack.replace(/[^\w-]/g, '_')}.installed`);
}
