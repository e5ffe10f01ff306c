import type { Affine } from '../../models/runtime/geometry.ts';
import type { Picture } from '../../models/runtime/picture.ts';
import type { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { type FaceShape, interEyePx } from '../simulator/face-shape.ts';
import { FRAME_HEIGHT, FRAME_WIDTH } from './camera.ts';

/** Where a camera's frame lies on a photo. Maps a frame's pixel to the photo's. */
export type Framing = Affine;

/** How far apart the eyes of somebody at arm's length are in a frame, pixels: 63 mm at 50-42 cm. */
const INTER_EYE = { from: 70, to: 84 } as const;
/** A photo cut close to the face is held nearer rather than surrounded by nothing. */
const INTER_EYE_MAX = 105;
/** No photo is enlarged more than this: it would be blurred more than any camera. */
const MAX_ENLARGEMENT = 2.6;

/** The frame of a camera that somebody faces: eyes level as they were, a little above the middle. */
export function frameFace(photo: Picture, face: FaceShape, random: SeededRandom): Framing {
  const eyes = {
    x: (face.rightEye.x + face.leftEye.x) / 2,
    y: (face.rightEye.y + face.leftEye.y) / 2,
  };
  const inPhoto = interEyePx(face);
  const wanted = random.between(INTER_EYE.from, INTER_EYE.to);
  const toFill = (inPhoto * FRAME_HEIGHT) / photo.height;
  const inFrame = Math.min(
    Math.max(wanted, Math.min(toFill, INTER_EYE_MAX)),
    inPhoto * MAX_ENLARGEMENT,
  );
  return {
    ...upright(inPhoto / inFrame),
    c: eyes.x - (FRAME_WIDTH / 2 + random.between(-15, 15)) * (inPhoto / inFrame),
    f: eyes.y - (FRAME_HEIGHT * 0.44 + random.between(-10, 10)) * (inPhoto / inFrame),
  };
}

/** The whole photo, as large as fits without bars. */
export function frameAll(photo: Picture): Framing {
  const scale = Math.min(photo.width / FRAME_WIDTH, photo.height / FRAME_HEIGHT);
  return {
    ...upright(scale),
    c: (photo.width - FRAME_WIDTH * scale) / 2,
    f: (photo.height - FRAME_HEIGHT * scale) / 2,
  };
}

/** How a hand or a head moves between two frames: a few pixels, a degree or two, a hair nearer or farther. */
export function shaken(framing: Framing, random: SeededRandom): Framing {
  const angle = (random.between(-2.5, 2.5) * Math.PI) / 180;
  const zoom = random.between(0.98, 1.02);
  const cos = Math.cos(angle) * zoom;
  const sin = Math.sin(angle) * zoom;
  const cx = FRAME_WIDTH / 2;
  const cy = FRAME_HEIGHT / 2;
  const du = cx - cos * cx + sin * cy + random.between(-5, 5);
  const dv = cy - sin * cx - cos * cy + random.between(-5, 5);
  const { a, b, c, d, e, f } = framing;
  return {
    a: a * cos + b * sin,
    b: -a * sin + b * cos,
    c: a * du + b * dv + c,
    d: d * cos + e * sin,
    e: -d * sin + e * cos,
    f: d * du + e * dv + f,
  };
}

/** The way back: from the photo's pixels to the frame's. */
export function inverse(m: Affine): Affine {
  const det = m.a * m.e - m.b * m.d;
  const [a, b, d, e] = [m.e / det, -m.b / det, -m.d / det, m.a / det];
  return { a, b, c: -(a * m.c + b * m.f), d, e, f: -(d * m.c + e * m.f) };
}

function upright(scale: number): Affine {
  return { a: scale, b: 0, c: 0, d: 0, e: scale, f: 0 };
}
