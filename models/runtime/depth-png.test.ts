import { crc32, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { readGrey16Png } from './depth-png.ts';

function chunk(type: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** Writes a PNG with the given filter per row, in as many IDAT chunks as asked. */
function write(
  samples: Uint16Array,
  size: { width: number; height: number },
  options: { filters: readonly number[]; chunks?: number },
): Buffer {
  const { width, height } = size;
  const stride = width * 2;
  const plain = Buffer.alloc(height * stride);
  samples.forEach((sample, i) => plain.writeUInt16BE(sample, i * 2));
  const at = (y: number, i: number): number => (y < 0 || i < 0 ? 0 : (plain[y * stride + i] ?? 0));
  const rows = Buffer.alloc(height * (stride + 1));
  for (let y = 0; y < height; y += 1) {
    const filter = options.filters[y % options.filters.length] ?? 0;
    rows[y * (stride + 1)] = filter;
    for (let i = 0; i < stride; i += 1) {
      const [left, up, corner] = [at(y, i - 2), at(y - 1, i), i < 2 ? 0 : at(y - 1, i - 2)];
      const estimate = left + up - corner;
      const nearest = [left, up, corner].toSorted(
        (p, q) => Math.abs(estimate - p) - Math.abs(estimate - q),
      );
      const guess = [0, left, up, (left + up) >> 1, nearest[0] ?? 0][filter] ?? 0;
      rows[y * (stride + 1) + 1 + i] = at(y, i) - guess;
    }
  }
  const packed = deflateSync(rows);
  const cut = Math.ceil(packed.length / (options.chunks ?? 1));
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 0, 0, 0]);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('tEXt', Buffer.from('Comment\0depth')),
    ...Array.from({ length: options.chunks ?? 1 }, (_, i) =>
      chunk('IDAT', packed.subarray(i * cut, (i + 1) * cut)),
    ),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

const RAMP = Uint16Array.from({ length: 48 }, (_, i) => (i * 7_919) % 65_536);
const SIZE = { width: 8, height: 6 };

describe('readGrey16Png', () => {
  it('reads every filter as it was written, and as libpng reads it', async () => {
    for (const filters of [[0], [1], [2], [3], [4], [4, 3, 2, 1, 0]]) {
      const png = write(RAMP, SIZE, { filters, chunks: 3 });
      expect(readGrey16Png(png, 100)).toEqual({ data: RAMP, ...SIZE });
      const reference = await sharp(png)
        .toColourspace('grey16')
        .raw({ depth: 'ushort' })
        .toBuffer();
      expect(reference.equals(Buffer.from(RAMP.buffer))).toBe(true);
    }
  });

  it('reads views at odd offsets', () => {
    const png = write(RAMP, SIZE, { filters: [4] });
    const message = Buffer.concat([Buffer.from('x'), png, Buffer.from('yz')]);
    expect(readGrey16Png(message.subarray(1, 1 + png.length), 100)).toMatchObject(SIZE);
  });

  it('refuses whatever is cut off, altered or too large, and never throws', () => {
    const png = write(RAMP, SIZE, { filters: [1, 2] });
    expect(readGrey16Png(png, 7)).toBe('too_large');
    for (let end = 0; end < png.length; end += 1) {
      expect(readGrey16Png(png.subarray(0, end), 100)).toBeUndefined();
    }
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: png.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        (at, flip) => {
          const altered = Buffer.from(png);
          altered[at] = (altered[at] ?? 0) ^ flip;
          expect(readGrey16Png(altered, 100)).toBeUndefined();
        },
      ),
    );
  });

  it('does not unpack more than the header says', () => {
    const bomb = write(new Uint16Array(500 * 500), { width: 500, height: 500 }, { filters: [0] });
    const lying = Buffer.concat([
      write(RAMP, SIZE, { filters: [0] }).subarray(0, 33),
      bomb.subarray(33),
    ]);
    expect(readGrey16Png(lying, 1_000)).toBeUndefined();
  });
});
