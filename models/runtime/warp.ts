import { type Affine, scaleOf } from './geometry.ts';
import type { Picture } from './picture.ts';
import { type PixelFormat, WarpArena } from './warp-arena.ts';

export type { PixelFormat } from './warp-arena.ts';

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
  return WarpArena.ofThisThread().halve(picture);
}

/**
 * Cuts, resamples (bilinear, black outside) and normalises in one pass.
 *
 * @param out `3 * width * height` values, wholly overwritten
 * @param cut `crop` maps input pixels to picture pixels
 */
export function warpInto(
  out: Float32Array,
  cut: { readonly source: PicturePyramid; readonly crop: Affine },
  format: PixelFormat,
): void {
  WarpArena.ofThisThread().warp(out, cut.source.levelFor(cut.crop), format);
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
