import type { FivePoints, Point } from './analysis.ts';
import { type Affine, alignTo } from './geometry.ts';
import { type PicturePyramid, warpInto } from './warp.ts';

/** Edge of the aligned crop that quality is measured on, whatever the pack embeds. */
export const CROP_PX = 112;
/** ArcFace's five-point template for 112 x 112 (deepinsight/insightface, `face_align.py`). */
export const CROP_TEMPLATE = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
] as const;

/** A face cut out upright and at one size; planes of `CROP_PX` x `CROP_PX`, 0-255. */
export interface FaceCrop {
  readonly red: Float32Array;
  readonly green: Float32Array;
  readonly blue: Float32Array;
  /** Rec. 601 luma. */
  readonly grey: Float32Array;
  /** Where a point of the picture lies in the crop. */
  readonly inCrop: (point: Point) => Point;
}

const RGB = { layout: 'nchw', colour: 'rgb', mean: [0, 0, 0], scale: [1, 1, 1] } as const;

/** Cuts the crop that quality is measured on. */
export function cutFace(source: PicturePyramid, points: FivePoints): FaceCrop {
  const crop = alignTo(points, CROP_TEMPLATE);
  const pixels = CROP_PX * CROP_PX;
  const planes = new Float32Array(3 * pixels);
  warpInto(planes, { source, crop }, { ...RGB, width: CROP_PX, height: CROP_PX });
  const red = planes.subarray(0, pixels);
  const green = planes.subarray(pixels, 2 * pixels);
  const blue = planes.subarray(2 * pixels);
  const grey = new Float32Array(pixels);
  for (let i = 0; i < pixels; i += 1) {
    grey[i] =
      0.299 * (red[i] as number) + 0.587 * (green[i] as number) + 0.114 * (blue[i] as number);
  }
  return { red, green, blue, grey, inCrop: inverseOf(crop) };
}

/** Of a similarity. */
function inverseOf({ a, b, c, d, e, f }: Affine): (point: Point) => Point {
  const det = a * e - b * d;
  return ({ x, y }) => ({
    x: (e * (x - c) - b * (y - f)) / det,
    y: (a * (y - f) - d * (x - c)) / det,
  });
}
