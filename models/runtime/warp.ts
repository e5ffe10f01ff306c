import type { Point } from './analysis.ts';
import { type Affine, scaleOf } from './geometry.ts';
import type { Picture } from './picture.ts';

/** How a network wants its pixels: value = (byte - mean) * scale, per channel in the order of `colour`. */
export interface PixelFormat {
  readonly width: number;
  readonly height: number;
  readonly layout: 'nchw' | 'nhwc';
  readonly colour: 'rgb' | 'bgr';
  readonly mean: readonly [number, number, number];
  readonly scale: readonly [number, number, number];
}

/** Above it a halved picture is used; below it (a 640 px frame in a 256 px detector) halving costs more than it gives. */
const MAX_SHRINK = 2.6;

/**
 * A picture and, made when first asked for, its halves. Bilinear sampling reads 2x2 pixels, so a crop that
 * shrinks a lot would skip pixels and alias; it is taken from a halved picture instead.
 */
export class PicturePyramid {
  readonly picture: Picture;
  private half: PicturePyramid | undefined;

  constructor(picture: Picture) {
    this.picture = picture;
  }

  /** The level on which `crop` shrinks by `MAX_SHRINK` at most, and the crop in that level's pixels. */
  levelFor(crop: Affine): { readonly picture: Picture; readonly crop: Affine } {
    const { picture } = this;
    if (scaleOf(crop) <= MAX_SHRINK || picture.width < 4 || picture.height < 4)
      return { picture, crop };
    this.half ??= new PicturePyramid(halve(picture));
    const { a, b, c, d, e, f } = crop;
    return this.half.levelFor({
      a: a / 2,
      b: b / 2,
      c: (c - 0.5) / 2,
      d: d / 2,
      e: e / 2,
      f: (f - 0.5) / 2,
    });
  }
}

/** Mean of 2x2 pixels. An odd last row or column is dropped. */
export function halve(picture: Picture): Picture {
  const { data } = picture;
  const width = picture.width >> 1;
  const height = picture.height >> 1;
  const out = new Uint8Array(width * height * 3);
  const stride = picture.width * 3;
  let o = 0;
  for (let y = 0; y < height; y += 1) {
    let i = y * 2 * stride;
    for (let x = 0; x < width; x += 1) {
      const below = i + stride;
      out[o] =
        ((data[i] as number) +
          (data[i + 3] as number) +
          (data[below] as number) +
          (data[below + 3] as number) +
          2) >>
        2;
      out[o + 1] =
        ((data[i + 1] as number) +
          (data[i + 4] as number) +
          (data[below + 1] as number) +
          (data[below + 4] as number) +
          2) >>
        2;
      out[o + 2] =
        ((data[i + 2] as number) +
          (data[i + 5] as number) +
          (data[below + 2] as number) +
          (data[below + 5] as number) +
          2) >>
        2;
      i += 6;
      o += 3;
    }
  }
  return { data: out, width, height };
}

/**
 * Cuts, resamples (bilinear, black outside) and normalises in one pass, straight into a network's input.
 *
 * @param cut `crop` maps input pixels to picture pixels
 * @param out `3 * width * height` values, wholly overwritten
 */
export function warpInto(
  out: Float32Array,
  cut: { readonly source: PicturePyramid; readonly crop: Affine },
  format: PixelFormat,
): void {
  const { picture, crop: m } = cut.source.levelFor(cut.crop);
  const { data, width: w, height: h } = picture;
  const { width, height } = format;
  const planar = format.layout === 'nchw';
  const step = planar ? 1 : 3;
  const plane = planar ? width * height : 1;
  const [s0, s1, s2] = format.scale;
  const b0 = -format.mean[0] * s0;
  const b1 = -format.mean[1] * s1;
  const b2 = -format.mean[2] * s2;
  const first = format.colour === 'rgb' ? 0 : 2;
  const last = 2 - first;
  const stride = w * 3;
  let o = 0;
  for (let v = 0; v < height; v += 1) {
    let x = m.b * v + m.c;
    let y = m.e * v + m.f;
    for (let u = 0; u < width; u += 1) {
      const x0 = Math.floor(x);
      const y0 = Math.floor(y);
      if (x0 >= 0 && y0 >= 0 && x0 < w - 1 && y0 < h - 1) {
        const fx = x - x0;
        const fy = y - y0;
        const w11 = fx * fy;
        const w01 = fx - w11;
        const w10 = fy - w11;
        const w00 = 1 - fx - w10;
        const p = y0 * stride + x0 * 3;
        const q = p + stride;
        out[o] =
          ((data[p + first] as number) * w00 +
            (data[p + first + 3] as number) * w01 +
            (data[q + first] as number) * w10 +
            (data[q + first + 3] as number) * w11) *
            s0 +
          b0;
        out[o + plane] =
          ((data[p + 1] as number) * w00 +
            (data[p + 4] as number) * w01 +
            (data[q + 1] as number) * w10 +
            (data[q + 4] as number) * w11) *
            s1 +
          b1;
        out[o + 2 * plane] =
          ((data[p + last] as number) * w00 +
            (data[p + last + 3] as number) * w01 +
            (data[q + last] as number) * w10 +
            (data[q + last + 3] as number) * w11) *
            s2 +
          b2;
      } else {
        out[o] = sampleAtEdge(picture, { x, y }, first) * s0 + b0;
        out[o + plane] = sampleAtEdge(picture, { x, y }, 1) * s1 + b1;
        out[o + 2 * plane] = sampleAtEdge(picture, { x, y }, last) * s2 + b2;
      }
      x += m.a;
      y += m.d;
      o += step;
    }
  }
}

/** Bilinear sample of one channel where the 2x2 neighbourhood may lie partly outside (black). */
function sampleAtEdge(picture: Picture, { x, y }: Point, channel: number): number {
  const { data, width, height } = picture;
  if (x <= -1 || y <= -1 || x >= width || y >= height) return 0;
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  let sum = 0;
  for (let j = 0; j < 2; j += 1) {
    for (let i = 0; i < 2; i += 1) {
      const px = x0 + i;
      const py = y0 + j;
      if (px < 0 || py < 0 || px >= width || py >= height) continue;
      const weight = (i === 0 ? 1 - (x - x0) : x - x0) * (j === 0 ? 1 - (y - y0) : y - y0);
      sum += weight * (data[(py * width + px) * 3 + channel] as number);
    }
  }
  return sum;
}

/** Cuts a crop as grey (Rec. 601 luma, 0-255) of `size` x `size`. */
export function warpGrey(source: PicturePyramid, crop: Affine, size: number): Float32Array {
  const { picture, crop: m } = source.levelFor(crop);
  const { data, width: w, height: h } = picture;
  const out = new Float32Array(size * size);
  const stride = w * 3;
  for (let v = 0; v < size; v += 1) {
    for (let u = 0; u < size; u += 1) {
      const x = m.a * u + m.b * v + m.c;
      const y = m.d * u + m.e * v + m.f;
      const x0 = Math.floor(x);
      const y0 = Math.floor(y);
      if (x0 < 0 || y0 < 0 || x0 >= w - 1 || y0 >= h - 1) continue;
      const p = y0 * stride + x0 * 3;
      const top = lumaAt(data, p) * (1 - (x - x0)) + lumaAt(data, p + 3) * (x - x0);
      const q = p + stride;
      const bottom = lumaAt(data, q) * (1 - (x - x0)) + lumaAt(data, q + 3) * (x - x0);
      out[v * size + u] = top * (1 - (y - y0)) + bottom * (y - y0);
    }
  }
  return out;
}

function lumaAt(data: Uint8Array, p: number): number {
  return (
    0.299 * (data[p] as number) + 0.587 * (data[p + 1] as number) + 0.114 * (data[p + 2] as number)
  );
}
