import type { Point } from './analysis.ts';
import type { HeadPose } from './face-mesh.ts';
import type { Picture } from './picture.ts';

/** Red, green and blue in linear light, 0-1. */
export type Linear = readonly [number, number, number];

/** What one frame of a light challenge is remembered by: mean colours of a few patches of skin and of the wall behind. */
export interface LightSample {
  /** Of each of `LIGHT_PATCHES`; null where the patch is over- or underexposed or not on the picture. */
  readonly skin: readonly (Linear | null)[];
  /** The strips along the picture's left and right edge; null where the head may reach into one. */
  readonly behind: readonly [Linear | null, Linear | null];
  readonly pose: HeadPose;
}

/** Radius of a patch, as a share of the distance between the eyes: 4 mm. */
const PATCH_RADIUS = 0.065;
const MIN_RADIUS_PX = 2.5;
/** A patch of which less than this can be read says nothing. */
const MIN_READABLE = 0.6;
/** Bytes outside of these may be clipped. */
const DARKEST = 4;
const BRIGHTEST = 250;
/** The strips behind: their width as a share of the picture's, and where they end below, at the shoulders. */
const STRIP_WIDTH = 0.11;
const STRIP_BOTTOM = 0.62;
/** Pixels of a strip that are read: every third of every third row, which is a thousand and more. */
const STRIP_STEP = 3;
/** How far hair and ears may stand out beside the face's outline, times its width. */
const HEAD_MARGIN = 0.35;

/** Linear light of each byte (IEC 61966-2-1, sRGB). */
const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255;
  return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});

/**
 * Measures one frame of a light challenge.
 *
 * @param face.patches the place of each of `LIGHT_PATCHES` on the picture
 */
export function measureLight(
  picture: Picture,
  face: {
    readonly patches: readonly Point[];
    readonly outline: readonly Point[];
    readonly interEyePx: number;
    readonly pose: HeadPose;
  },
): LightSample {
  const radius = Math.max(MIN_RADIUS_PX, face.interEyePx * PATCH_RADIUS);
  const left = Math.min(...face.outline.map(({ x }) => x));
  const right = Math.max(...face.outline.map(({ x }) => x));
  const margin = HEAD_MARGIN * (right - left);
  const strip = Math.round(STRIP_WIDTH * picture.width);
  return {
    skin: face.patches.map((centre) => discMean(picture, centre, radius)),
    behind: [
      left - margin > strip ? stripMean(picture, 0, strip) : null,
      right + margin < picture.width - strip
        ? stripMean(picture, picture.width - strip, picture.width)
        : null,
    ],
    pose: face.pose,
  };
}

function discMean(picture: Picture, centre: Point, radius: number): Linear | null {
  const mean = new ColourMean(picture);
  for (let y = Math.ceil(centre.y - radius); y <= centre.y + radius; y += 1) {
    const half = Math.sqrt(Math.max(0, radius ** 2 - (y - centre.y) ** 2));
    for (let x = Math.ceil(centre.x - half); x <= centre.x + half; x += 1) mean.add(x, y);
  }
  return mean.value();
}

function stripMean(picture: Picture, from: number, to: number): Linear | null {
  const mean = new ColourMean(picture);
  for (let y = 0; y < picture.height * STRIP_BOTTOM; y += STRIP_STEP) {
    for (let x = from; x < to; x += STRIP_STEP) mean.add(x, y);
  }
  return mean.value();
}

class ColourMean {
  private readonly picture: Picture;
  private readonly sums: [number, number, number] = [0, 0, 0];
  private read = 0;
  private asked = 0;

  constructor(picture: Picture) {
    this.picture = picture;
  }

  add(x: number, y: number): void {
    const { data, width, height } = this.picture;
    this.asked += 1;
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const at = (y * width + x) * 3;
    const r = data[at] as number;
    const g = data[at + 1] as number;
    const b = data[at + 2] as number;
    if (Math.max(r, g, b) > BRIGHTEST || Math.min(r, g, b) < DARKEST) return;
    this.sums[0] += LINEAR[r] as number;
    this.sums[1] += LINEAR[g] as number;
    this.sums[2] += LINEAR[b] as number;
    this.read += 1;
  }

  value(): Linear | null {
    if (this.read === 0 || this.read < this.asked * MIN_READABLE) return null;
    const [r, g, b] = this.sums;
    return [r / this.read, g / this.read, b / this.read];
  }
}
