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
