import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import {
  CANONICAL_FACE,
  CANONICAL_POINTS,
  FACE_OVAL,
  type Surface,
} from '../../runtime/canonical-face.ts';

/** One person's face, mm: x to the picture's right, y down, height towards the camera; the middle of the four points
 * of eyes and mouth is the origin. */
export interface FaceSurface {
  readonly surface: Surface;
  /** Right eye, left eye, nose tip, right and left corner of the mouth: x, y, height of each. */
  readonly points: Float64Array;
  /** The outline in order around it: x, y, height of each. */
  readonly outline: Float64Array;
}

/** Makes faces of different people. */
export interface FaceSource {
  readonly name: string;
  readonly make: (random: SeededRandom) => FaceSurface;
}

/**
 * Faces from the canonical one: its width, height and depth vary, and so do, smoothly, its parts. Not people's faces, but
 * faces that are not the one that the product's relief was made from.
 */
export const CANONICAL_SOURCE: FaceSource = {
  name: 'canonical',
  make: (random) => {
    const scale = [0, 1, 2].map((axis) => 1 + (axis === 2 ? 0.1 : 0.05) * clamped(random));
    const waves = Array.from({ length: 4 }, () => ({
      x: random.between(-1, 1) / 22,
      y: random.between(-1, 1) / 22,
      phase: random.between(0, 2 * Math.PI),
      mm: 0.7 * clamped(random),
    }));
    const vertices = CANONICAL_FACE.vertices.map((value, i) => value * (scale[i % 3] as number));
    for (let i = 0; i < vertices.length; i += 3) {
      const x = vertices[i] as number;
      const y = vertices[i + 1] as number;
      for (const wave of waves) {
        vertices[i + 2] =
          (vertices[i + 2] as number) + wave.mm * Math.sin(wave.x * x + wave.y * y + wave.phase);
      }
    }
    return centred(
      { vertices, triangles: CANONICAL_FACE.triangles },
      Object.values(CANONICAL_POINTS),
    );
  },
};

/** Landmarks of the ICT face model, by the 68-point list of its ICT-FaceKit (eyes 36-47, mouth 48 and 54, nose 30). */
const ICT_POINTS = [
  [1507, 1542, 1537, 1528, 1518, 1511],
  [3742, 3751, 3756, 3721, 3725, 3732],
  [4857],
  [5708],
  [6213],
];
const CM = 10;

/**
 * People of the ICT face model (100 identity modes): a folder with `meta.json`, `neutral_9409x3_f32.bin`,
 * `triangles_18460x3_u32.bin` and `identity_deltas_100x9409x3_f32.bin`.
 *
 * @throws the file system's error where one is missing
 */
export async function loadIctSource(dir: string): Promise<FaceSource> {
  const neutral = floats(await readFile(join(dir, 'neutral_9409x3_f32.bin')));
  const deltas = floats(await readFile(join(dir, 'identity_deltas_100x9409x3_f32.bin')));
  const order = await readFile(join(dir, 'triangles_18460x3_u32.bin'));
  const triangles = Uint32Array.from({ length: order.length / 4 }, (_, i) =>
    order.readUInt32LE(i * 4),
  );
  const modes = deltas.length / neutral.length;
  return {
    name: 'ict',
    make: (random) => {
      const vertices = Float64Array.from(neutral);
      for (let mode = 0; mode < modes; mode += 1) {
        const weight = clamped(random);
        const from = mode * neutral.length;
        for (let i = 0; i < vertices.length; i += 1) {
          vertices[i] = (vertices[i] as number) + weight * (deltas[from + i] as number);
        }
      }
      for (let i = 0; i < vertices.length; i += 1) {
        vertices[i] = (vertices[i] as number) * (i % 3 === 1 ? -CM : CM);
      }
      return centred({ vertices, triangles }, ICT_POINTS);
    },
  };
}

function floats(bytes: Buffer): Float32Array {
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(i * 4));
}

/** Normal, without the rare monsters. */
function clamped(random: SeededRandom): number {
  return Math.max(-2, Math.min(2, random.normal()));
}

function centred(surface: Surface, pointIds: readonly (readonly number[])[]): FaceSurface {
  const { vertices } = surface;
  const points = pointIds.map((ids) => meanOf(vertices, ids));
  const origin = middleOf(points);
  const shifted = (values: Float64Array): Float64Array =>
    values.map((value, i) => value - (origin[i % 3] as number));
  const own = shifted(Float64Array.from(points.flat()));
  return {
    surface: { vertices: shifted(vertices), triangles: surface.triangles },
    points: own,
    outline: outlineAbout(own),
  };
}

/** The canonical outline, stretched as this face's eyes and mouth are. */
function outlineAbout(points: Float64Array): Float64Array {
  const canonical = Object.values(CANONICAL_POINTS).map((ids) =>
    meanOf(CANONICAL_FACE.vertices, ids),
  );
  const origin = middleOf(canonical);
  const at = (i: number, axis: number): number => canonical[i]?.[axis] as number;
  const wide = ((points[3] as number) - (points[0] as number)) / (at(1, 0) - at(0, 0));
  const high = ((points[10] as number) - (points[1] as number)) / (at(3, 1) - at(0, 1));
  const scale = [wide, high, (wide + high) / 2];
  return Float64Array.from(
    FACE_OVAL.flatMap((id) =>
      meanOf(CANONICAL_FACE.vertices, [id]).map(
        (value, axis) => (value - (origin[axis] as number)) * (scale[axis] as number),
      ),
    ),
  );
}

/** The middle of the eyes and the corners of the mouth. */
function middleOf(points: readonly (readonly number[])[]): number[] {
  const anchors = [0, 1, 3, 4].map((i) => points[i] as readonly number[]);
  return [0, 1, 2].map(
    (axis) => anchors.reduce((sum, p) => sum + (p[axis] as number), 0) / anchors.length,
  );
}

function meanOf(vertices: Float64Array, ids: readonly number[]): number[] {
  return [0, 1, 2].map(
    (axis) => ids.reduce((sum, id) => sum + (vertices[id * 3 + axis] as number), 0) / ids.length,
  );
}
