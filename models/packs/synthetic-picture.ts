import type { PackModel } from './pack-manifest.ts';

/** Name of the formula below, kept in every golden: another formula must take another name. */
export const SYNTHETIC_PICTURE = 'synthetic-picture-1';

/** A wave that rises and falls in straight lines between 0 and 1. */
const triangle = (position: number, period: number): number =>
  Math.abs(((position % period) / period) * 2 - 1);

/** Knuth's multiplicative hash to [0, 1): the same on every machine, since it is integer arithmetic. */
const grain = (seed: number): number => (Math.imul(seed, 2_654_435_761) >>> 0) / 2 ** 32;

/** Byte (0..255) of pixel (x, y) in channel c: waves of several widths and a little noise, nothing like a face. */
function pixel(x: number, y: number, c: number): number {
  const value =
    0.4 * triangle(x + 11 * c, 61) +
    0.3 * triangle(y + 5 * c, 47) +
    0.2 * triangle(x + y, 17) +
    0.1 * grain((y * 4096 + x) * 3 + c + 1);
  return Math.floor(value * 255.999);
}

/**
 * A picture made by formula, as a network's input tensor: (byte - mean) * scale in the network's own layout.
 * With it a graph's output can be compared across engines without shipping a photo.
 *
 * @returns 3 * width * height values in `input.layout` order
 */
export function syntheticPicture(input: PackModel['input']): Float32Array {
  const { width, height, layout, mean, scale } = input;
  const picture = new Float32Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const at = layout === 'nhwc' ? (y * width + x) * 3 + c : (c * height + y) * width + x;
        picture[at] = (pixel(x, y, c) - (mean[c] ?? 0)) * (scale[c] ?? 1);
      }
    }
  }
  return picture;
}
