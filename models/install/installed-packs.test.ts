import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { GOLDEN_DIR } from '../packs/golden.ts';
import { loadInstalledPack, PackNotInstalledError } from '../packs/installed-pack.ts';
import { packNames } from '../packs/pack-catalogue.ts';
import { modelsOf } from '../packs/pack-manifest.ts';
import { checkAgainstGolden } from './golden-check.ts';
import { removeTemporaryFolders, temporaryFolder } from './pack-fixture.ts';
import { isPackInPlace } from './pack-stamp.ts';

afterAll(removeTemporaryFolders);

const MODELS_DIR = join(import.meta.dirname, '../../.wuma/models');

test.for(packNames())(
  'the installed pack %s is whole and computes what its goldens say',
  { timeout: 30_000 },
  async (name, context) => {
    const pack = await loadInstalledPack(MODELS_DIR, name).catch((error: unknown) => {
      if (error instanceof PackNotInstalledError) return undefined;
      throw error;
    });
    if (pack === undefined) {
      context.skip(
        `model pack ${name} is not installed: node models/install/main.ts --pack ${name}`,
      );
      return;
    }
    expect(await isPackInPlace(pack.dir, pack.manifest)).toBe(true);
    let compared = 0;
    for (const model of modelsOf(pack.manifest)) {
      if (model.golden === undefined) continue;
      await checkAgainstGolden(model, await readFile(join(pack.dir, model.file)), GOLDEN_DIR);
      compared += 1;
    }
    expect(compared).toBeGreaterThan(0);
  },
);

test('a pack that is not there is said to be missing, and how to get it', async () => {
  const attempt = loadInstalledPack(await temporaryFolder(), 'open');
  await expect(attempt).rejects.toThrow(PackNotInstalledError);
  await expect(attempt).rejects.toThrow('run node models/install/main.ts --pack open');
});
