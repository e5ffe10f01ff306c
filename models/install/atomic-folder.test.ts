import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { makeFolder } from './atomic-folder.ts';
import { removeTemporaryFolders, temporaryFolder } from './pack-fixture.ts';

afterAll(removeTemporaryFolders);

const put = (text: string) => (folder: string) => writeFile(join(folder, 'file'), text);
const never = () => Promise.resolve(false);

test('replaces what is there', async () => {
  const target = join(await temporaryFolder(), 'pack');
  await makeFolder({ target, fill: put('old'), isGood: never });
  await makeFolder({ target, fill: put('new'), isGood: never });
  expect(await readFile(join(target, 'file'), 'utf8')).toBe('new');
});

test('leaves what is there when filling fails', async () => {
  const parent = await temporaryFolder();
  const target = join(parent, 'pack');
  await makeFolder({ target, fill: put('old'), isGood: never });
  const fill = async (folder: string) => {
    await put('half')(folder);
    throw new Error('the line went dead');
  };
  await expect(makeFolder({ target, fill, isGood: never })).rejects.toThrow('the line went dead');
  expect(await readFile(join(target, 'file'), 'utf8')).toBe('old');
  expect(await readdir(parent)).toEqual(['pack']);
});

test('keeps what another process has put there meanwhile, if it is good', async () => {
  const target = join(await temporaryFolder(), 'pack');
  const fill = async (folder: string) => {
    await mkdir(target);
    await put('theirs')(target);
    await put('ours')(folder);
  };
  await makeFolder({ target, fill, isGood: () => Promise.resolve(true) });
  expect(await readFile(join(target, 'file'), 'utf8')).toBe('theirs');
});

test('clears away what an interrupted process left long ago, not what one is at', async () => {
  const parent = await temporaryFolder();
  for (const name of ['.making-pack-long-ago', '.making-pack-now', 'other']) {
    await mkdir(join(parent, name));
  }
  await utimes(join(parent, '.making-pack-long-ago'), 1, 1);
  await utimes(join(parent, 'other'), 1, 1);
  await makeFolder({ target: join(parent, 'pack'), fill: put('x'), isGood: never });
  expect((await readdir(parent)).toSorted()).toEqual(['.making-pack-now', 'other', 'pack']);
});
