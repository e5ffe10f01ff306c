import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stretch } from './geometry.ts';
import { halve, PicturePyramid, type PixelFormat, warpInto } from './warp.ts';
import { WarpArena } from './warp-arena.ts';

const FORMAT: PixelFormat = {
  width: 4,
  height: 4,
  layout: 'nhwc',
  colour: 'rgb',
  mean: [0, 0, 0],
  scale: [1, 1, 1],
};
const IDENTITY = { a: 1, b: 0, c: 0, d: 0, e: 1, f: 0 };

/** Each pixel is (x, y, 7). */
function coordinates(width: number, height: number) {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) data.set([x, y, 7], (y * width + x) * 3);
  }
  return { data, width, height };
}

describe('warpInto', () => {
  it('copies under the identity, in both layouts and colour orders', () => {
    const source = new PicturePyramid(coordinates(4, 4));
    const out = new Float32Array(48);
    warpInto(out, { source, crop: IDENTITY }, FORMAT);
    expect([...out.subarray(15, 18)]).toEqual([1, 1, 7]);
    warpInto(out, { source, crop: IDENTITY }, { ...FORMAT, layout: 'nchw', colour: 'bgr' });
    expect([out[6], out[16 + 6], out[32 + 6]]).toEqual([7, 1, 2]);
  });

  it.each([
    [640, 480],
    [1280, 240],
  ])(
    'cuts the same from %ix%i in the arena as from memory of its own, and wipes it',
    (width, height) => {
      const own = coordinates(width, height);
      const arena = WarpArena.ofThisThread();
      const room = arena.roomFor(own.data.length);
      room.set(own.data);
      const inPlace = { data: room, width, height };
      const ceil32 = (edge: number): number => Math.ceil(edge / 32) * 32;
      // The whole picture as a detector may want it, and one so small that it is cut from a half of a half.
      const cuts = [
        { crop: IDENTITY, size: { width: ceil32(width), height: ceil32(height) } },
        { crop: { ...IDENTITY, a: 9, e: 9 }, size: { width: 24, height: 24 } },
      ];
      const [placed, apart] = [new PicturePyramid(inPlace), new PicturePyramid(own)];
      for (const { crop, size } of cuts) {
        const [here, there] = [placed, apart].map((source) => {
          const out = new Float32Array(3 * size.width * size.height);
          warpInto(out, { source, crop }, { ...FORMAT, ...size });
          return out;
        });
        expect(here).toEqual(there);
        expect(room).toHaveLength(own.data.length);
      }
      arena.forget();
      expect(room.every((value) => value === 0)).toBe(true);
    },
  );

  it('interpolates, normalises, and is black outside', () => {
    const source = new PicturePyramid(coordinates(8, 8));
    const out = new Float32Array(48);
    const format = { ...FORMAT, mean: [1, 1, 1], scale: [2, 2, 2] } as const;
    warpInto(out, { source, crop: { ...IDENTITY, c: 2.5, f: 1.25 } }, format);
    expect(out[0]).toBeCloseTo((2.5 - 1) * 2, 5);
    expect(out[1]).toBeCloseTo((1.25 - 1) * 2, 5);
    warpInto(out, { source, crop: { ...IDENTITY, c: -100 } }, format);
    expect(new Set(out)).toEqual(new Set([-2]));
    // Half of the last pixel, half of the black beyond.
    warpInto(out, { source, crop: { ...IDENTITY, c: 7.5 } }, FORMAT);
    expect(out[0]).toBeCloseTo(3.5, 5);
  });

  it('samples any turned crop as the formula says, inside and over the edges', () => {
    const size = 40;
    const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => (i * 7_919) % 251);
    const picture = { data, width: size, height: size };
    const at = (x: number, y: number, k: number): number =>
      x < 0 || y < 0 || x >= size || y >= size ? 0 : (data[(y * size + x) * 3 + k] ?? 0);
    const bilinear = (x: number, y: number, k: number): number => {
      const [x0, y0] = [Math.floor(x), Math.floor(y)];
      const [fx, fy] = [x - x0, y - y0];
      const top = at(x0, y0, k) * (1 - fx) + at(x0 + 1, y0, k) * fx;
      return top * (1 - fy) + (at(x0, y0 + 1, k) * (1 - fx) + at(x0 + 1, y0 + 1, k) * fx) * fy;
    };
    const format = { ...FORMAT, width: 32, height: 24, layout: 'nchw', colour: 'bgr' } as const;
    const plane = format.width * format.height;
    fc.assert(
      fc.property(
        fc.tuple(
          ...[-2, -1, -30, -1, -2, -30].map((m) =>
            fc.double({ min: m, max: m * -1.9, noNaN: true }),
          ),
        ),
        ([a = 1, b = 0, c = 0, d = 0, e = 1, f = 0]) => {
          const out = new Float32Array(3 * plane);
          warpInto(
            out,
            { source: new PicturePyramid(picture), crop: { a, b, c, d, e, f } },
            format,
          );
          fc.pre(Math.sqrt(Math.abs(a * e - b * d)) <= 2.6);
          let worst = 0;
          for (let i = 0; i < plane; i += 1) {
            const [u, v] = [i % format.width, Math.floor(i / format.width)];
            const [x, y] = [a * u + b * v + c, d * u + e * v + f];
            for (let k = 0; k < 3; k += 1) {
              const error = Math.abs((out[(2 - k) * plane + i] ?? Infinity) - bilinear(x, y, k));
              worst = Math.max(worst, error);
            }
          }
          // Neighbours differ by up to 250, positions by 0.0005 pixel.
          expect(worst).toBeLessThan(0.4);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('is black where a crop lies nowhere', () => {
    const out = new Float32Array(48);
    const source = new PicturePyramid(coordinates(8, 8));
    const format = { ...FORMAT, mean: [3, 2, 1], scale: [1, 1, 1] } as const;
    for (const c of [Number.NaN, 1e9, -1e9]) {
      warpInto(out.fill(7), { source, crop: { ...IDENTITY, c } }, format);
      expect([...out.subarray(0, 3), ...out.subarray(45)]).toEqual([-3, -2, -1, -3, -2, -1]);
    }
  });

  it('does not alias when it shrinks: a fine chequerboard turns grey', () => {
    const size = 256;
    const data = new Uint8Array(size * size * 3);
    for (let i = 0; i < size * size; i += 1) {
      const white = ((i % size) + Math.floor(i / size)) % 2 === 0;
      data.fill(white ? 255 : 0, i * 3, i * 3 + 3);
    }
    const source = new PicturePyramid({ data, width: size, height: size });
    const out = new Float32Array(48);
    warpInto(
      out,
      { source, crop: stretch({ x: 0, y: 0, width: size, height: size }, 4, 4) },
      FORMAT,
    );
    for (const value of out) expect(value).toBeCloseTo(128, -1);
  });
});

it('halves by the mean of 2 x 2 and keeps positions', () => {
  const half = halve(coordinates(8, 6));
  expect([half.width, half.height]).toEqual([4, 3]);
  // Pixels 2 and 3 of columns 2, 3: mean 2.5, rounded up.
  expect([...half.data.subarray((1 * 4 + 1) * 3, (1 * 4 + 1) * 3 + 3)]).toEqual([3, 3, 7]);
});
