import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { ByteSearch } from './byte-search.ts';

it('counts the windows of what is looked for, wherever they lie', () => {
  const needle = randomBytes(64).map((byte) => byte | 1);
  const search = new ByteSearch({ needle });
  expect([...search.in(Buffer.concat([randomBytes(5), needle, randomBytes(9)]))]).toEqual([
    ['needle', 4],
  ]);
  expect(search.in(Buffer.from(needle.subarray(16, 32))).get('needle')).toBe(1);
  expect(search.in(randomBytes(4_096)).size).toBe(0);
});

it('does not look for the zeros that a needle ends with, nor for less than a window', () => {
  const needle = Buffer.concat([
    randomBytes(16).map((byte) => byte | 1),
    Buffer.alloc(1),
    randomBytes(15),
  ]);
  const search = new ByteSearch({ needle });
  expect(search.in(Buffer.concat([needle, Buffer.alloc(16, 7)])).get('needle')).toBe(1);
  expect(search.in(Buffer.alloc(1_000)).size).toBe(0);
});

it('finds nothing any more once it is wiped', () => {
  const needle = randomBytes(64).map((byte) => byte | 1);
  const search = new ByteSearch({ needle });
  search.wipe();
  expect(search.in(Buffer.from(needle)).size).toBe(0);
});
