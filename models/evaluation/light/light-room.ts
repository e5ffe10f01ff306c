import { LIGHT_LINEAR, type LightColour } from '../../../shared/contracts/light-sequence.ts';
import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';

export type Rgb = [number, number, number];

/** A direction in camera coordinates (x right, y down, z away), of length 1. */
type Direction = readonly [number, number, number];

/** A screen about the camera: mm in the camera's own plane, looking where the camera looks. */
export interface Screen {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Luminance of white, cd/m2. */
  readonly nits: number;
  /** How the screen's red, green and blue are seen by the camera's: rows are the camera's. */
  readonly seen: readonly Rgb[];
}

/** Light of the room on what is before the camera. */
interface Room {
  /** From all sides, more from above: lux on what faces up, per channel. */
  readonly dome: Rgb;
  readonly lamps: readonly { readonly from: Direction; readonly lux: Rgb }[];
}

/** Parts that the screen is cut into for its light. */
const COLUMNS = 2;
const ROWS = 3;

/** A tablet to a large kiosk, the camera in the middle of its upper edge. */
export function anyScreen(random: SeededRandom): Screen {
  const width = random.between(145, 270);
  const height = width * random.between(1.3, 1.7);
  const leak = (): number => random.between(0.02, 0.16);
  return {
    left: -width / 2,
    top: random.between(5, 15),
    width,
    height,
    nits: random.between(220, 400),
    seen: [
      [1, leak(), leak() / 4],
      [leak(), 1, leak()],
      [leak() / 4, leak(), 1],
    ],
  };
}

/**
 * A shop: ceiling light and one to three lamps or windows, among them ones right before the shopper.
 *
 * @param lux on a face turned to the camera
 */
export function anyRoom(random: SeededRandom, lux: number): Room {
  const lamps = Array.from({ length: random.below(4) }, () => {
    const azimuth = random.between(-1.5, 1.5);
    const elevation = random.between(0, 1.3);
    const from: Direction = [
      Math.sin(azimuth) * Math.cos(elevation),
      -Math.sin(elevation),
      -Math.cos(azimuth) * Math.cos(elevation),
    ];
    return { from, lux: tinted(random.between(0.2, 1.2), anyTint(random)) };
  });
  const room: Room = { dome: tinted(1, anyTint(random)), lamps };
  const facing = roomLight(room, [0, 0, -1]);
  const scale = lux / ((facing[0] + facing[1] + facing[2]) / 3);
  return {
    dome: tinted(scale, room.dome),
    lamps: room.lamps.map((lamp) => ({ from: lamp.from, lux: tinted(scale, lamp.lux) })),
  };
}

/** Warm to cold, as far as it is left after the camera's white balance. */
function anyTint(random: SeededRandom): Rgb {
  const warm = random.between(-0.25, 0.35);
  return [1 + warm, 1, 1 - warm];
}

function tinted(scale: number, [r, g, b]: Rgb): Rgb {
  return [r * scale, g * scale, b * scale];
}

/** Lux of the room on a surface of this normal. */
export function roomLight(room: Room, [nx, ny, nz]: Direction): Rgb {
  const sky = 0.55 - 0.45 * ny;
  const out: Rgb = [room.dome[0] * sky, room.dome[1] * sky, room.dome[2] * sky];
  for (const { from, lux } of room.lamps) {
    const cos = nx * from[0] + ny * from[1] + nz * from[2];
    if (cos <= 0) continue;
    for (let k = 0; k < 3; k += 1) out[k] = (out[k] as number) + cos * (lux[k] as number);
  }
  return out;
}

/** Lux per channel that a full-white screen of this colour gives, per unit of `screenShare`, as the camera sees it. */
export function screenColour(screen: Screen, colour: LightColour): Rgb {
  const shown = LIGHT_LINEAR[colour];
  const seen = screen.seen.map(
    (row) => row[0] * shown[0] + row[1] * shown[1] + row[2] * shown[2],
  ) as Rgb;
  return tinted(screen.nits, seen);
}

/** A place in camera coordinates, mm, and its unit normal. */
interface Spot {
  readonly place: Direction;
  readonly normal: Direction;
}

/** What a place takes of the screen, lux per cd/m2: diffusely, and as the lobe of a moist skin's gloss. */
export function screenShare(
  screen: Screen,
  { place, normal }: Spot,
  glossPower = 0,
): { readonly diffuse: number; readonly gloss: number } {
  const [px, py, pz] = place;
  const [nx, ny, nz] = normal;
  const distance = Math.hypot(px, py, pz);
  let diffuse = 0;
  let gloss = 0;
  const area = (screen.width / COLUMNS) * (screen.height / ROWS);
  for (let row = 0; row < ROWS; row += 1) {
    for (let column = 0; column < COLUMNS; column += 1) {
      const dx = screen.left + ((column + 0.5) * screen.width) / COLUMNS - px;
      const dy = screen.top + ((row + 0.5) * screen.height) / ROWS - py;
      const d = Math.hypot(dx, dy, pz);
      const arriving = (area * (pz / d)) / (d * d);
      const cos = (nx * dx + ny * dy - nz * pz) / d;
      if (cos > 0) diffuse += arriving * cos;
      if (glossPower <= 0) continue;
      const hx = dx / d - px / distance;
      const hy = dy / d - py / distance;
      const hz = -pz / d - pz / distance;
      const half = (nx * hx + ny * hy + nz * hz) / Math.hypot(hx, hy, hz);
      if (half > 0) gloss += arriving * half ** glossPower;
    }
  }
  return { diffuse, gloss };
}

/** Whether a mirror of this normal at this place shows the screen to the camera. */
export function mirrorsScreen(screen: Screen, place: Direction, normal: Direction): boolean {
  const [px, py, pz] = place;
  const [nx, ny, nz] = normal;
  const along = px * nx + py * ny + pz * nz;
  const rz = pz - 2 * along * nz;
  if (rz >= 0) return false;
  const t = -pz / rz;
  const x = px + t * (px - 2 * along * nx) - screen.left;
  const y = py + t * (py - 2 * along * ny) - screen.top;
  return x > 0 && y > 0 && x < screen.width && y < screen.height;
}

export type { Room };
