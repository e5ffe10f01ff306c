import { CANONICAL_FACE, CANONICAL_POINTS } from './canonical-face.ts';
import type { HeadPose } from './face-mesh.ts';
import { LIGHT_PATCHES } from './light-patches.ts';

/** How the patches of a light challenge lie on the mean face and which way they face. */

/** Lengths are given in units of this, mm, so that squares of places are of their size. */
const UNIT_MM = 50;
/** Vertices within this of a patch's middle share its direction, mm: the size of a patch, and what landmarks err. */
const NEAR_MM = 6;

const { vertices, triangles } = CANONICAL_FACE;
const AREAS = vertexAreas();
const MIDDLE = [0, 1].map((axis) => meanAt(Object.values(CANONICAL_POINTS).flat(), axis));

/** Middle of each of `LIGHT_PATCHES` on the mean face: x to the picture's right, y down, from the middle of eyes and mouth. */
export const PATCH_PLACES: readonly (readonly [number, number])[] = LIGHT_PATCHES.map(
  ({ vertices: ids }) => [
    (meanAt(ids, 0) - (MIDDLE[0] as number)) / UNIT_MM,
    (meanAt(ids, 1) - (MIDDLE[1] as number)) / UNIT_MM,
  ],
);

/** Unit normals of the same: x, y down, towards the camera. */
const PATCH_NORMALS = LIGHT_PATCHES.map(({ vertices: ids }) => normalNear(ids));

/**
 * Share of a light from where the camera is that each patch takes (Lambert), the mean over the frames' poses. Where the
 * screen really lies makes a difference that is smooth over the face, which the judge leaves out anyway.
 */
export function expectedShading(poses: readonly HeadPose[]): number[] {
  return PATCH_NORMALS.map(
    (normal) => poses.reduce((sum, pose) => sum + facing(normal, pose), 0) / poses.length,
  );
}

/** The third coordinate of a normal on a head that is turned to the picture's right and downwards. */
function facing([x, y, z]: readonly [number, number, number], pose: HeadPose): number {
  const yaw = (pose.yawDeg * Math.PI) / 180;
  const pitch = (pose.pitchDeg * Math.PI) / 180;
  const turned = z * Math.cos(yaw) - x * Math.sin(yaw);
  return Math.max(0, turned * Math.cos(pitch) - y * Math.sin(pitch));
}

function meanAt(ids: readonly number[], axis: number): number {
  return ids.reduce((sum, id) => sum + (vertices[id * 3 + axis] as number), 0) / ids.length;
}

/** Normals of the vertices, as long as the area about each. */
function vertexAreas(): Float64Array {
  const out = new Float64Array(vertices.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const ids = [0, 1, 2].map((corner) => (triangles[t + corner] as number) * 3);
    const [a, b, c] = ids as [number, number, number];
    const edge = (to: number, axis: number): number =>
      (vertices[to + axis] as number) - (vertices[a + axis] as number);
    const normal = [0, 1, 2].map((axis) => {
      const [p, q] = [(axis + 1) % 3, (axis + 2) % 3];
      return edge(b, p) * edge(c, q) - edge(b, q) * edge(c, p);
    });
    // triangles may be listed either way round; a face's all look at who looks at it
    const sign = (normal[2] as number) < 0 ? -1 : 1;
    for (const id of ids) {
      for (let axis = 0; axis < 3; axis += 1) {
        out[id + axis] = (out[id + axis] as number) + sign * (normal[axis] as number);
      }
    }
  }
  return out;
}

function normalNear(ids: readonly number[]): readonly [number, number, number] {
  const middle = [0, 1, 2].map((axis) => meanAt(ids, axis));
  const sum: [number, number, number] = [0, 0, 0];
  for (let i = 0; i < vertices.length; i += 3) {
    const away = Math.hypot(
      ...[0, 1, 2].map((axis) => (vertices[i + axis] as number) - (middle[axis] as number)),
    );
    if (away > NEAR_MM && !ids.includes(i / 3)) continue;
    for (let axis = 0; axis < 3; axis += 1) {
      sum[axis] = (sum[axis] as number) + (AREAS[i + axis] as number);
    }
  }
  const length = Math.hypot(...sum);
  return [sum[0] / length, sum[1] / length, sum[2] / length];
}
