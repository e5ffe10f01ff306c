import { LIGHT_SEQUENCES, type LightColour } from '../../../shared/contracts/light-sequence.ts';
import { present } from '../../../shared/kernel/assert.ts';
import { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import type { Point } from '../../runtime/analysis.ts';
import { type LightSample, measureLight } from '../../runtime/light-sample.ts';
import type { FaceSource } from '../depth/face-surface.ts';
import type { Placement } from '../depth/scene.ts';
import { anyFaceAlbedo, patchPlaces } from './face-picture.ts';
import { anyLightCamera, BurstExposure } from './light-camera.ts';
import { anyWall, Painting } from './light-painting.ts';
import { anyRoom, anyScreen, screenColour } from './light-room.ts';
import { buildShown, type LightSpecies } from './light-species.ts';
import { ShadedRaster } from './shaded-raster.ts';

/** A simulated challenge as a hub meets it. */
export interface LightPresentation {
  readonly sequence: readonly LightColour[];
  readonly samples: readonly LightSample[];
  /** What it was made with. */
  readonly roomLux: number;
  readonly distanceMm: number;
}

const PICTURE = { width: 640, height: 480 } as const;
const WHOLE = { top: 0, bottom: PICTURE.height, left: 0, right: PICTURE.width };
const FOCAL_PX = PICTURE.width / 2 / Math.tan((30 * Math.PI) / 180);
/** How far a shopper or an attack stands from the screen, mm. */
const STANDS_MM = { from: 300, to: 800 } as const;
/** On the face, before the screen lights up. */
const ROOM_LUX = { from: 80, to: 1_000 } as const;
/** How far the face network is off, as shares of the distance between the eyes: always alike, and from frame to frame. */
const POINT_ERROR = { standing: 0.02, moving: 0.007 } as const;
/** A real distance between the eyes, mm, and the half of it on a phone. */
const INTER_EYE_MM = 63;

/** Makes one presentation. The same request gives the same samples. */
export function simulateLight(request: {
  readonly species: LightSpecies | 'bona-fide';
  readonly faces: FaceSource;
  readonly seed: string;
}): LightPresentation {
  const { species, faces } = request;
  const random = new SeededRandom(request.seed, species);
  const face = faces.make(random);
  const sequence = anySequence(random);
  const otherSequence = anySequence(random, sequence);
  const skin = anyFaceAlbedo(face, random);
  const shown = buildShown(species, { random, face, skin, sequence, otherSequence });
  const screen = anyScreen(random);
  const roomLux = Math.exp(random.between(Math.log(ROOM_LUX.from), Math.log(ROOM_LUX.to)));
  const room = anyRoom(random, roomLux);
  const distanceMm = random.between(STANDS_MM.from, STANDS_MM.to);
  const wall = anyWall(random, PICTURE, distanceMm);
  const exposure = new BurstExposure(anyLightCamera(random), random);
  const places = patchPlaces(face);
  const standing = places.map(() => anyOffset(random, POINT_ERROR.standing));
  const at = anyPlacement(random, distanceMm, shown.turnDeg);
  // what is injected is a face that another light fell on
  const lit = species === 'injected-recording' ? otherSequence : sequence;
  const raster = new ShadedRaster(PICTURE.width, PICTURE.height, FOCAL_PX);
  const samples = sequence.map((_, step): LightSample => {
    raster.draw(shown.shape, swayed(at, random));
    const colour = screenColour(screen, present(lit[step], 'a step'));
    const painting = new Painting({ raster, shown, room, screen, wall, step, colour });
    const found = patchesOn(raster, places);
    const interEyePx = interEyeOn(raster, found);
    const patches = found.map((point, i) => {
      const moving = anyOffset(random, POINT_ERROR.moving);
      const still = present(standing[i], 'an offset');
      return {
        x: point.x + (still.x + moving.x) * interEyePx,
        y: point.y + (still.y + moving.y) * interEyePx,
      };
    });
    const pose = {
      yawDeg: (at.yaw * 180) / Math.PI + 3 * random.normal(),
      pitchDeg: (at.pitch * 180) / Math.PI + 3 * random.normal(),
      rollDeg: 0,
    };
    const read = [
      ...STRIPS,
      ...patches.flatMap((patch) => discOf(patch, interEyePx * DISC_RADIUS)),
    ];
    const picture = exposure.take(PICTURE, read, (pixel) => painting.at(pixel));
    return measureLight(picture, { patches, outline: patches, interEyePx, pose });
  });
  return { sequence, samples, roomLux, distanceMm };
}

/**
 * Only what is measured of a frame is painted: the pixels of the strips that are read, and discs somewhat larger than the
 * patches.
 */
const STRIP_PX = 70;
const STRIPS = [
  ...pixelsOf({ ...WHOLE, right: STRIP_PX }, 3),
  ...pixelsOf({ ...WHOLE, left: PICTURE.width - STRIP_PX }, 3),
];
const DISC_RADIUS = 0.08;

function discOf({ x, y }: Point, radius: number): number[] {
  const around = Math.max(radius, 4);
  return pixelsOf(
    {
      top: Math.floor(y - around),
      bottom: Math.ceil(y + around) + 1,
      left: Math.floor(x - around),
      right: Math.ceil(x + around) + 1,
    },
    1,
  );
}

function anySequence(random: SeededRandom, not?: readonly LightColour[]): readonly LightColour[] {
  for (;;) {
    const drawn = present(LIGHT_SEQUENCES[random.below(LIGHT_SEQUENCES.length)], 'a sequence');
    if (drawn !== not) return drawn;
  }
}

function anyOffset(random: SeededRandom, share: number): Point {
  return { x: share * random.normal(), y: share * random.normal() };
}

function anyPlacement(random: SeededRandom, distance: number, turnDeg: number): Placement {
  const turn = (upTo: number): number => (random.between(-upTo, upTo) * Math.PI) / 180;
  return {
    yaw: turn(turnDeg),
    pitch: turn(turnDeg * 0.8),
    roll: turn(5),
    x: random.between(-30, 30),
    y: random.between(-20, 30),
    distance,
  };
}

/** How a head or a hand moves between two steps. */
function swayed(at: Placement, random: SeededRandom): Placement {
  return {
    yaw: at.yaw + 0.012 * random.normal(),
    pitch: at.pitch + 0.012 * random.normal(),
    roll: at.roll + 0.008 * random.normal(),
    x: at.x + 1.5 * random.normal(),
    y: at.y + 1.5 * random.normal(),
    distance: at.distance + 3 * random.normal(),
  };
}

/** The pixels that show the places of a face best: among every third first, then among their neighbours. */
function patchesOn(raster: ShadedRaster, places: readonly (readonly [number, number])[]): Point[] {
  const coarse = pixelsOf(WHOLE, COARSE).filter((i) => Number.isFinite(raster.z[i]));
  return places.map((place) => {
    const near = nearest(raster, coarse, place);
    const [x, y] = [near % PICTURE.width, Math.floor(near / PICTURE.width)];
    const fine = pixelsOf(
      { top: y - COARSE, bottom: y + COARSE, left: x - COARSE, right: x + COARSE },
      1,
    );
    const best = nearest(raster, fine, place);
    return { x: best % PICTURE.width, y: Math.floor(best / PICTURE.width) };
  });
}

const COARSE = 3;

interface Area {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Every `step`-th pixel of every `step`-th row of the part of an area that is on the picture. */
function pixelsOf({ top, bottom, left, right }: Area, step: number): number[] {
  const pixels: number[] = [];
  for (let y = Math.max(0, top); y < Math.min(PICTURE.height, bottom); y += step) {
    for (let x = Math.max(0, left); x < Math.min(PICTURE.width, right); x += step) {
      pixels.push(y * PICTURE.width + x);
    }
  }
  return pixels;
}

function nearest(
  raster: ShadedRaster,
  pixels: readonly number[],
  [u, v]: readonly [number, number],
): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (const i of pixels) {
    if (!Number.isFinite(raster.z[i])) continue;
    const away = ((raster.u[i] as number) - u) ** 2 + ((raster.v[i] as number) - v) ** 2;
    if (away >= least) continue;
    least = away;
    best = i;
  }
  return best;
}

/** From how many pixels a millimetre of the face spans at its forehead: on a phone the whole face is smaller. */
function interEyeOn(raster: ShadedRaster, found: readonly Point[]): number {
  const first = present(found[0], 'a patch');
  const i = first.y * PICTURE.width + first.x;
  const perMm = Math.abs((raster.u[i + 6] as number) - (raster.u[i - 6] as number)) / 12;
  return INTER_EYE_MM / perMm;
}
