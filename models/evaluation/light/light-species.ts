import { LIGHT_LINEAR, type LightColour } from '../../../shared/contracts/light-sequence.ts';
import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import type { FaceSurface } from '../depth/face-surface.ts';
import { gridSurface } from '../depth/scene.ts';
import type { Albedo } from './face-picture.ts';
import {
  anyRoom,
  anyScreen,
  type Rgb,
  type Room,
  roomLight,
  type Screen,
  screenColour,
  screenShare,
} from './light-room.ts';
import { ShadedRaster, type ShownSurface } from './shaded-raster.ts';

/**
 * Species of attack on the light challenge.
 *
 * flat-print           a face printed on paper, held at any slant
 * bent-print-1         rolled about any axis, radius 45-250 mm; a quarter folded as a tent as high as a nose
 * bent-print-2         a dome, a bowl or a saddle, radii 60-250 mm; a print over a ball or a foam head among them
 * phone-video          a phone or tablet plays a video of the person in quiet light
 * phone-recording      it plays the recording of another challenge, with the colours on the face
 * phone-late           it tints the picture with the shown colours, one step late
 * phone-tint           it tints the picture with the shown colours in time
 * injected-recording   the frames of another challenge, as if from the camera itself
 * mask                 a rigid mask in the shape of a face: **stands apart**, light sees a face
 */
export const LIGHT_SPECIES = [
  'flat-print',
  'bent-print-1',
  'bent-print-2',
  'phone-video',
  'phone-recording',
  'phone-late',
  'phone-tint',
  'injected-recording',
  'mask',
] as const;
export type LightSpecies = (typeof LIGHT_SPECIES)[number];

/** What is held before the camera. */
export interface Shown {
  readonly shape: ShownSurface;
  /** Reflectance for diffuse light, at a place of the face. */
  readonly albedo: Albedo;
  /** Weight of the gloss, and how sharp it is. */
  readonly gloss: { readonly weight: number; readonly power: number };
  /** A mirror's share: a phone's glass. */
  readonly mirror: number;
  /** cd/m2 that it sends out by itself in each step. */
  readonly shines?: (step: number, u: number, v: number) => Rgb;
  /** How far it may be turned, degrees. */
  readonly turnDeg: number;
}

export interface LightStaging {
  readonly random: SeededRandom;
  readonly face: FaceSurface;
  readonly skin: Albedo;
  readonly sequence: readonly LightColour[];
  /** Another challenge's. */
  readonly otherSequence: readonly LightColour[];
}

const PAPER = { width: 95, height: 135, stepMm: 3 } as const;
const PHONE = { width: 36, height: 76, stepMm: 4 } as const;
const TABLET = { width: 82, height: 118, stepMm: 4 } as const;
const SKIN_GLOSS = { from: 0, to: 0.06 } as const;

type Lift = (u: number, v: number) => readonly [x: number, y: number, h: number];

export function buildShown(species: LightSpecies | 'bona-fide', staging: LightStaging): Shown {
  const builders: Record<LightSpecies | 'bona-fide', () => Shown> = {
    'bona-fide': () => person(staging),
    'flat-print': () => print(staging, (u, v) => [u, v, 0]),
    'bent-print-1': () =>
      print(
        staging,
        staging.random.next() < 0.75 ? rolled(staging.random) : folded(staging.random),
      ),
    'bent-print-2': () => print(staging, bowed(staging.random)),
    'phone-video': () => screenOf(staging, () => [1, 1, 1]),
    'phone-recording': () => screenOf(staging, undefined),
    'phone-late': () => screenOf(staging, (step) => tint(staging, step - 1)),
    'phone-tint': () => screenOf(staging, (step) => tint(staging, step)),
    'injected-recording': () => person(staging),
    mask: () => ({ ...person(staging), albedo: staging.skin }),
  };
  return builders[species]();
}

function person({ random, face, skin }: LightStaging): Shown {
  return {
    shape: { surface: face.surface, uv: flatPlaces(face.surface.vertices) },
    albedo: skin,
    gloss: { weight: random.between(SKIN_GLOSS.from, SKIN_GLOSS.to), power: random.between(8, 40) },
    mirror: 0,
    turnDeg: 12,
  };
}

function print(staging: LightStaging, lift: Lift): Shown {
  const { random } = staging;
  const { surface, uv } = gridSurface(PAPER, lift);
  const photo = photoOf(staging, anyStudio(random));
  const scale = 0.75 / photo.brightest;
  const glossy = random.next() < 0.4;
  return {
    shape: { surface, uv },
    albedo: (u, v) => {
      const [r, g, b] = photo.at(u, v);
      return [0.03 + r * scale, 0.03 + g * scale, 0.03 + b * scale];
    },
    gloss: glossy ? { weight: random.between(0.05, 0.3), power: 60 } : { weight: 0, power: 0 },
    mirror: 0,
    turnDeg: 20,
  };
}

/** Rolled about an axis in the sheet: paper keeps its length, so an arc's chord is shorter than the paper. */
function rolled(random: SeededRandom): Lift {
  const axis = random.between(0, Math.PI);
  const [c, s] = [Math.cos(axis), Math.sin(axis)];
  const radius = random.between(45, 250);
  const towards = random.next() < 0.8 ? -1 : 1;
  return (u, v) => {
    const across = u * c + v * s;
    const along = v * c - u * s;
    const angle = Math.max(-1.4, Math.min(1.4, across / radius));
    const x = radius * Math.sin(angle);
    return [x * c - along * s, x * s + along * c, towards * radius * (1 - Math.cos(angle))];
  };
}

/** Folded along a line through the middle, its ridge more or less sharp. */
function folded(random: SeededRandom): Lift {
  const axis = random.between(-0.3, 0.3);
  const [c, s] = [Math.cos(axis), Math.sin(axis)];
  const slope = random.between(0.15, 0.9);
  const ridge = random.between(1, 15);
  return (u, v) => {
    const x = (u * c + v * s) / Math.hypot(1, slope);
    const along = v * c - u * s;
    return [x * c - along * s, x * s + along * c, -slope * (Math.hypot(x, ridge) - ridge)];
  };
}

function bowed(random: SeededRandom): Lift {
  const bend = (): number => (random.next() < 0.8 ? -1 : 1) / (2 * random.between(60, 250));
  const [a, b] = [bend(), bend()];
  return (u, v) => [u, v, a * u * u + b * v * v];
}

/** @param filter of each step; without one the recording of another challenge is played */
function screenOf(
  staging: LightStaging,
  filter: ((step: number) => readonly [number, number, number]) | undefined,
): Shown {
  const { random } = staging;
  const tablet = random.next() < 0.5;
  const half = tablet ? TABLET : PHONE;
  // on a phone the face is smaller than life, and held nearer
  const shrink = tablet ? 1 : 0.5;
  const { surface, uv } = gridSurface(half, (u, v) => [u, v, 0]);
  const studio = anyStudio(random);
  const photos = filter
    ? [photoOf(staging, studio)]
    : staging.otherSequence.map((colour) => photoOf(staging, studio, colour));
  const nits = random.between(200, 600);
  const brightest = Math.max(...photos.map((photo) => photo.brightest));
  const glare = random.between(0.02, 0.05);
  return {
    shape: { surface, uv: uv.map((value) => value / shrink) },
    albedo: () => [0.012, 0.012, 0.012],
    gloss: { weight: 0, power: 0 },
    mirror: glare,
    shines: (step, u, v) => {
      const photo = photos[photos.length === 1 ? 0 : step] as Photo;
      const [fr, fg, fb] = filter?.(step) ?? [1, 1, 1];
      const [r, g, b] = photo.at(u, v);
      const scale = nits / brightest;
      return [r * fr * scale, g * fg * scale, b * fb * scale];
    },
    turnDeg: 15,
  };
}

/** As strong as a real face takes the light. */
const TINT = 0.2;

/** A good attacker's filter over the picture. */
function tint({ sequence }: LightStaging, step: number): readonly [number, number, number] {
  const shown = sequence[Math.max(0, step)] as LightColour;
  const [r, g, b] = LIGHT_LINEAR[shown];
  return [1 + TINT * r, 1 + TINT * g, 1 + TINT * b];
}

function flatPlaces(vertices: Float64Array): Float64Array {
  return Float64Array.from(
    { length: (vertices.length / 3) * 2 },
    (_, i) => vertices[Math.floor(i / 2) * 3 + (i % 2)] as number,
  );
}

interface Photo {
  /** Light at a place of the face, any unit. */
  readonly at: (u: number, v: number) => Rgb;
  readonly brightest: number;
}

/** From far enough away a picture is as good as one without perspective, mm. */
const FAR_MM = 1e5;
const PHOTO = { width: 190, height: 270 } as const;

/** Where the person was photographed: a room and a screen of its own, which adds this much to the room's light. */
interface Studio {
  readonly room: Room;
  readonly screen: Screen;
  readonly strength: number;
}

function anyStudio(random: SeededRandom): Studio {
  const room = anyRoom(random, 1);
  const screen = anyScreen(random);
  return { room, screen, strength: random.between(0.1, 0.35) };
}

/** A photo of the person, a millimetre a pixel, in the room's light or in this colour of another challenge besides. */
function photoOf(
  { face, skin }: LightStaging,
  { room, screen, strength }: Studio,
  shown?: LightColour,
): Photo {
  const raster = new ShadedRaster(PHOTO.width, PHOTO.height, FAR_MM);
  const shape = { surface: face.surface, uv: flatPlaces(face.surface.vertices) };
  raster.draw(shape, { yaw: 0, pitch: 0, roll: 0, x: 0, y: 0, distance: FAR_MM });
  const colour = shown && screenColour(screen, shown);
  const pixels = new Float32Array(PHOTO.width * PHOTO.height * 3);
  let brightest = 0;
  for (let i = 0; i < raster.z.length; i += 1) {
    if (!Number.isFinite(raster.z[i])) continue;
    const normal = [raster.nx[i], raster.ny[i], raster.nz[i]] as Rgb;
    const [r, g, b] = skin(raster.u[i] as number, raster.v[i] as number);
    const light = roomLight(room, normal);
    if (colour) {
      const place = [raster.u[i] as number, raster.v[i] as number, 450] as const;
      const share = screenShare(screen, { place, normal }).diffuse;
      const full =
        screenShare(screen, { place: [0, 0, 450], normal: [0, 0, -1] }).diffuse * screen.nits;
      for (let k = 0; k < 3; k += 1) {
        light[k] = (light[k] as number) + (strength * share * (colour[k] as number)) / full;
      }
    }
    const seen = [r * light[0], g * light[1], b * light[2]];
    pixels.set(seen, i * 3);
    brightest = Math.max(brightest, ...seen);
  }
  return {
    brightest: brightest * 0.8,
    at: (u, v) => {
      const x = Math.round(u + (PHOTO.width - 1) / 2);
      const y = Math.round(v + (PHOTO.height - 1) / 2);
      if (x < 0 || y < 0 || x >= PHOTO.width || y >= PHOTO.height) return [0, 0, 0];
      const at = (y * PHOTO.width + x) * 3;
      return [pixels[at] as number, pixels[at + 1] as number, pixels[at + 2] as number];
    },
  };
}
