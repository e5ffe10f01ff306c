import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import {
  mirrorsScreen,
  type Rgb,
  type Room,
  roomLight,
  type Screen,
  screenShare,
} from './light-room.ts';
import type { Shown } from './light-species.ts';
import type { ShadedRaster } from './shaded-raster.ts';

/** What is behind: rectangles of colour, lit as the face is or more or less; people may pass. */
export interface Wall {
  /** In the order in which they hide one another, pixels; the first is the whole picture. */
  readonly rectangles: readonly Rectangle[];
  readonly distanceMm: number;
  /** Room's light there, times that on the face. */
  readonly lit: number;
  readonly passerBy: { readonly x: number; readonly speed: number } | null;
}

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly albedo: Rgb;
}

const RECTANGLES = 14;
const PASSER_BY: Rectangle = {
  left: 0,
  top: 0,
  width: 140,
  height: Number.POSITIVE_INFINITY,
  albedo: [0.1, 0.09, 0.12],
};

export function anyWall(
  random: SeededRandom,
  picture: { readonly width: number; readonly height: number },
  distanceMm: number,
): Wall {
  const albedo = (): Rgb => {
    const grey = random.between(0.08, 0.8);
    return [0, 1, 2].map(() => grey * random.between(0.7, 1.2)) as Rgb;
  };
  const { width, height } = picture;
  const rectangles: Rectangle[] = [{ left: 0, top: 0, width, height, albedo: albedo() }];
  while (rectangles.length <= RECTANGLES) {
    rectangles.push({
      left: random.below(width),
      top: random.below(height),
      width: 20 + random.below(160),
      height: 20 + random.below(160),
      albedo: albedo(),
    });
  }
  return {
    rectangles: rectangles.toReversed(),
    distanceMm: distanceMm + random.between(700, 4_000),
    lit: random.between(0.4, 1.8),
    passerBy:
      random.next() < 0.1 ? { x: random.below(width), speed: random.between(-60, 60) } : null,
  };
}

/** One step of a presentation, as the camera sees it. */
export class Painting {
  private readonly parts: {
    readonly raster: ShadedRaster;
    readonly shown: Shown;
    readonly room: Room;
    readonly screen: Screen;
    readonly wall: Wall;
    readonly step: number;
    /** Lux per unit of the screen's share. */
    readonly colour: Rgb;
  };
  private readonly onWall: Rgb;
  private readonly rectangles: readonly Rectangle[];

  constructor(parts: Painting['parts']) {
    this.parts = parts;
    const { wall, room, screen, colour, step } = parts;
    const { diffuse } = screenShare(screen, { place: [0, 0, wall.distanceMm], normal: [0, 0, -1] });
    const base = roomLight(room, [0, 0, -1]);
    this.onWall = [0, 1, 2].map(
      (k) => ((base[k] as number) * wall.lit + diffuse * (colour[k] as number)) / Math.PI,
    ) as Rgb;
    const { passerBy } = wall;
    const walker = passerBy && { ...PASSER_BY, left: passerBy.x + passerBy.speed * step };
    this.rectangles = walker ? [walker, ...wall.rectangles] : wall.rectangles;
  }

  /** Luminance of a pixel, cd/m2 per channel. */
  at(pixel: number): Rgb {
    const { raster } = this.parts;
    return Number.isFinite(raster.z[pixel]) ? this.shownAt(pixel) : this.wallAt(pixel);
  }

  private wallAt(pixel: number): Rgb {
    const { width } = this.parts.raster;
    const x = pixel % width;
    const y = Math.floor(pixel / width);
    const [r, g, b] =
      this.rectangles.find(
        ({ left, top, width: across, height }) =>
          x >= left && y >= top && x < left + across && y < top + height,
      )?.albedo ?? PASSER_BY.albedo;
    return [r * this.onWall[0], g * this.onWall[1], b * this.onWall[2]];
  }

  private shownAt(pixel: number): Rgb {
    const { raster, shown, room, screen, step, colour } = this.parts;
    const { width, height, focalPx } = raster;
    const z = raster.z[pixel] as number;
    const place = [
      (((pixel % width) - (width - 1) / 2) * z) / focalPx,
      ((Math.floor(pixel / width) - (height - 1) / 2) * z) / focalPx,
      z,
    ] as const;
    const normal = [raster.nx[pixel], raster.ny[pixel], raster.nz[pixel]] as Rgb;
    const [u, v] = [raster.u[pixel] as number, raster.v[pixel] as number];
    const albedo = shown.albedo(u, v);
    const { diffuse, gloss } = screenShare(screen, { place, normal }, shown.gloss.power);
    const ambient = roomLight(room, normal);
    const shines = shown.shines?.(step, u, v) ?? [0, 0, 0];
    const mirrored = shown.mirror > 0 && mirrorsScreen(screen, place, normal) ? shown.mirror : 0;
    const out: Rgb = [0, 0, 0];
    for (let k = 0; k < 3; k += 1) {
      const own = colour[k] as number;
      const lit = (ambient[k] as number) + diffuse * own;
      const reflected = (albedo[k] as number) * lit + shown.gloss.weight * gloss * own;
      out[k] = reflected / Math.PI + (shines[k] as number) + mirrored * own;
    }
    return out;
  }
}
