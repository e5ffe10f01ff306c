import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { SealBrokenError } from '../enrolment/sealing.ts';
import { openChunk, roomFor, sealChunk } from './sealed-chunk.ts';

const dimension = 48;
const rows = 700;
const seal = { key: randomBytes(32), space: 'open-1 48', firstId: 'a', lastId: 'z', dimension };
const batch = {
  templateIds: Array.from({ length: rows }, (_, i) => `template-${i}`),
  shopperIds: Array.from({ length: rows }, (_, i) => `李-${i}`),
  embeddings: Float32Array.from({ length: rows * dimension }, (_, i) => Math.sin(i)),
};
const sealed = sealChunk(batch, seal);
const room = (): Uint8Array => new Uint8Array(new SharedArrayBuffer(roomFor(rows, dimension)));

it('gives back what was sealed, in the memory that it is given', () => {
  const into = room();
  const opened = openChunk(sealed, into, seal);
  expect(opened).toEqual(batch);
  expect(opened.embeddings.buffer).toBe(into.buffer);
  const none = { templateIds: [], shopperIds: [], embeddings: new Float32Array(0) };
  expect(openChunk(sealChunk(none, seal), room(), seal)).toEqual(none);
});

it.each<readonly [string, Uint8Array]>([
  ['cut', sealed.subarray(0, -1)],
  ['cut to its beginning', sealed.subarray(0, 20)],
  ['empty', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(sealed.length)],
  ['longer', Buffer.concat([sealed, Buffer.alloc(1)])],
  ...[0, 11, 12, 500, 70_000, sealed.length - 17, sealed.length - 1].map(
    (at): readonly [string, Uint8Array] => [`changed at ${at}`, flipped(at)],
  ),
])('a file that is %s does not open, and leaves nothing', (_, bytes) => {
  const into = room();
  expect(() => openChunk(bytes, into, seal)).toThrow(SealBrokenError);
  expect(into.every((byte) => byte === 0)).toBe(true);
});

it.each([
  ['key', { ...seal, key: randomBytes(32) }],
  ['space', { ...seal, space: 'open-2 48' }],
  ['beginning', { ...seal, firstId: 'b' }],
  ['end', { ...seal, lastId: 'y' }],
  ['dimension', { ...seal, dimension: 47 }],
])('a file of another %s does not open', (_, other) => {
  expect(() => openChunk(sealed, room(), other)).toThrow(SealBrokenError);
});

it('a file with more than there is room for does not open', () => {
  const small = new Uint8Array(roomFor(rows / 4, dimension));
  expect(() => openChunk(sealed, small, seal)).toThrow(SealBrokenError);
});

function flipped(at: number): Buffer {
  const bytes = Buffer.from(sealed);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}
