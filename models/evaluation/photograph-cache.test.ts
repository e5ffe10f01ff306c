import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { err, ok } from '../../shared/kernel/result.ts';
import type { InstalledPack } from '../packs/installed-pack.ts';
import { openPack } from '../packs/open-pack.ts';
import { GOOD_QUALITY } from '../runtime/quality-fixture.ts';
import { openPhotographCache, pictureHash } from './photograph-cache.ts';

const pack: InstalledPack = { id: 'open-1', name: 'open', dir: '', manifest: openPack };
const hash = (text: string): string => pictureHash(Buffer.from(text));
const embedding = Float32Array.from({ length: openPack.embed.dimension }, (_, i) => Math.sin(i));
const face = ok({ embedding, quality: GOOD_QUALITY, poor: null, colourLive: 0.25 });

let dir = '';

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'cache-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function onlyFile(): Promise<string> {
  const [name, ...others] = await readdir(dir);
  expect(others).toEqual([]);
  return join(dir, name ?? 'none');
}

it('keeps what it is told, to the bit, for the owner alone', async () => {
  const cache = await openPhotographCache(dir, pack);
  await cache.add(hash('a'), face);
  await cache.add(hash('b'), err('no_face'));
  const again = await openPhotographCache(dir, pack);
  expect(again.get(hash('a'))).toEqual(face);
  expect(again.get(hash('b'))).toEqual(err('no_face'));
  expect(again.get(hash('c'))).toBeUndefined();
  expect((await stat(await onlyFile())).mode & 0o777).toBe(0o600);
});

it('passes over what a broken-off run has left, and goes on', async () => {
  const cache = await openPhotographCache(dir, pack);
  await cache.add(hash('a'), face);
  await appendFile(await onlyFile(), '{"sha256":"00');
  const after = await openPhotographCache(dir, pack);
  expect(after.get(hash('a'))).toEqual(face);
  await after.add(hash('b'), err('no_face'));
  expect((await openPhotographCache(dir, pack)).get(hash('b'))).toEqual(err('no_face'));
});

it('knows nothing of another pack, or of the same with other settings', async () => {
  await (await openPhotographCache(dir, pack)).add(hash('a'), face);
  const other = { ...pack, manifest: { ...openPack, mesh: { ...openPack.mesh, cropScale: 9 } } };
  expect((await openPhotographCache(dir, other)).get(hash('a'))).toBeUndefined();
  expect((await openPhotographCache(dir, { ...pack, id: 'x-1' })).get(hash('a'))).toBeUndefined();
});
