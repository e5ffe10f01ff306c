import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256Of } from './content-hash.ts';
import { sampleCatalogue } from './sample-catalogue.ts';
import { fetchSampleFaces } from './sample-faces.ts';

const MODELS_DIR = join(import.meta.dirname, '../../.wuma/models');

test('no two photos of the catalogue would lie in one place', () => {
  const places = sampleCatalogue.flatMap(({ folder, photos }) =>
    photos.map(({ path }) => join(folder, basename(path))),
  );
  expect(new Set(places).size).toBe(places.length);
});

test('the fetched photos are the catalogued ones', async (context) => {
  const isThere = await stat(join(MODELS_DIR, '../samples')).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    context.skip('the sample photos are not fetched: node models/install/main.ts --samples');
    return;
  }
  const { dir, enrol, strangers, artefacts } = await fetchSampleFaces({ targetDir: MODELS_DIR });
  expect([enrol.length, strangers.length, artefacts.length]).toEqual([6, 28, 7]);
  for (const { folder, photos } of sampleCatalogue) {
    for (const { path, sha256 } of photos) {
      expect(sha256Of(await readFile(join(dir, folder, basename(path))))).toBe(sha256);
    }
  }
});
