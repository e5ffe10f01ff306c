import type { FivePoints, Point } from '../../runtime/analysis.ts';
import { CANONICAL_FACE, CANONICAL_POINTS, FACE_OVAL } from '../../runtime/canonical-face.ts';
import { NormalSums } from '../../runtime/least-squares.ts';
import type { DepthPicture } from '../../runtime/picture.ts';

/** Where a face lies on a depth picture, pixels of it. */
export interface FacePlacement {
  readonly points: FivePoints;
  readonly outline: readonly Point[];
}

/** A rigid place of the canonical face: rotation row by row, then where its origin is (camera coordinates, mm). */
type Pose = Float64Array;

/** As many noses are tried. */
const CANDIDATES = 8;
/** How the face is turned before it is fitted, radians: from every side, the likely ones first. */
const STARTS = [0, -0.4, 0.4, -0.8, 0.8].flatMap((yaw) =>
  [0.1, -0.25, 0.4].map((pitch) => ({ yaw, pitch })),
);
/**
 * Rounds of fitting, and the distance from the face at which a point counts half in the first and the last one, mm. All
 * starts are fitted roughly, the best of them finely.
 */
const ROUGH = { rounds: 5, firstMm: 25, lastMm: 12 } as const;
const FINE = { rounds: 12, firstMm: 12, lastMm: 6 } as const;
const FINISHED = 10;
/** A point of the face that meets nothing, or something this far away, is as wrong as one can be, mm. */
const WORST_MM = 15;
/** Half a nose with its flanks, how the head may be tilted, and how deep a flank may lie, mm. */
const FLANK_MM = 20;
const FLANK_ANGLES = [-0.35, 0, 0.35];
const FLANK_DEPTH_MM = 60;
const LEAST_NOSE_MM = 3;
/** A ring on the head around the nose, and how far behind it that may lie, mm. */
const HEAD_MM = 42;
const HEAD_SIDES = 8;
const HEAD_DEPTH_MM = { from: 4, to: 75 } as const;
/** How far the tip of a nose may be from where the mean face has it, mm. */
const TIP_MM = 10;
/** Faces are looked for up to this distance, mm. */
const FARTHEST_MM = 1_600;

/**
 * Finds the face on a depth picture that comes without a colour picture and without landmarks: the canonical face is laid
 * on everything that stands out as noses do, turned and moved until it fits (iterative closest points, point to
 * plane, with the projection as correspondence), and the closest fit of all is taken: an attack is judged where it is
 * nearest to a face. It only says where; whether it is a face, the product's own check decides, once.
 *
 * @returns undefined when nothing stands out anywhere
 */
export function placeFace(depth: DepthPicture, focalPx: number): FacePlacement | undefined {
  const view = new SmoothView(depth, focalPx);
  const tried = view.noses().flatMap((nose) =>
    STARTS.map(({ yaw, pitch }) => {
      const pose = startingPose(nose, yaw, pitch);
      return { pose, error: fitPose(view, pose, ROUGH) };
    }),
  );
  let best: Pose | undefined;
  let bestError = Number.POSITIVE_INFINITY;
  for (const { pose } of tried.toSorted((p, q) => p.error - q.error).slice(0, FINISHED)) {
    const error = fitPose(view, pose, FINE);
    if (error < bestError) {
      bestError = error;
      best = pose;
    }
  }
  return best && placementOf(best, view);
}

/** Landmarks that came with a picture: the outline is the canonical one, stretched onto the points. */
export function placementFromPoints(points: FivePoints): FacePlacement {
  const anchors = [0, 1, 3, 4];
  const sumsX = new NormalSums(3);
  const sumsY = new NormalSums(3);
  for (const i of anchors) {
    const ids = POINT_VERTICES[i] as readonly number[];
    const row = [1, meanOf(ids, 0), meanOf(ids, 1)];
    sumsX.row.set([...row, (points[i] as Point).x]);
    sumsY.row.set([...row, (points[i] as Point).y]);
    sumsX.add(1);
    sumsY.add(1);
  }
  if (sumsX.fit(3) === undefined || sumsY.fit(3) === undefined) return { points, outline: [] };
  const outline = FACE_OVAL.map((id) => {
    const row = [1, meanOf([id], 0), meanOf([id], 1)];
    sumsX.row.set(row);
    sumsY.row.set(row);
    return { x: sumsX.valueAtRow(3), y: sumsY.valueAtRow(3) };
  });
  return { points, outline };
}

const POINT_VERTICES = Object.values(CANONICAL_POINTS);

function meanOf(ids: readonly number[], axis: number): number {
  return (
    ids.reduce((sum, id) => sum + (CANONICAL_FACE.vertices[id * 3 + axis] as number), 0) /
    ids.length
  );
}

/** Vertices that are compared (not the rim, not the jaw, which opens) with their normals, camera coordinates. */
const MODEL = modelPoints();

function modelPoints(): { readonly places: Float64Array; readonly normals: Float64Array } {
  const { vertices, triangles } = CANONICAL_FACE;
  const normals = new Float64Array(vertices.length);
  const corner = (id: number): [number, number, number] => [
    vertices[id * 3] as number,
    vertices[id * 3 + 1] as number,
    -(vertices[id * 3 + 2] as number),
  ];
  for (let t = 0; t < triangles.length; t += 3) {
    const ids = [triangles[t] as number, triangles[t + 1] as number, triangles[t + 2] as number];
    const [a, b, c] = [
      corner(ids[0] as number),
      corner(ids[1] as number),
      corner(ids[2] as number),
    ];
    const u = [0, 1, 2].map((k) => (b[k] as number) - (a[k] as number));
    const v = [0, 1, 2].map((k) => (c[k] as number) - (a[k] as number));
    const n = [0, 1, 2].map((k) => {
      const [p, q] = [(k + 1) % 3, (k + 2) % 3];
      return (u[p] as number) * (v[q] as number) - (u[q] as number) * (v[p] as number);
    });
    // Towards the camera.
    const sign = (n[2] as number) > 0 ? -1 : 1;
    for (const id of ids) {
      for (let k = 0; k < 3; k += 1) {
        normals[id * 3 + k] = (normals[id * 3 + k] as number) + sign * (n[k] as number);
      }
    }
  }
  const mouthY = meanOf(CANONICAL_POINTS.rightMouth, 1);
  const places: number[] = [];
  const kept: number[] = [];
  for (let id = 0; id < vertices.length / 3; id += 1) {
    const [x, y, z] = corner(id);
    const n = normals.subarray(id * 3, id * 3 + 3);
    const length = Math.hypot(...n);
    if (y > mouthY - 5 || y < -70 || (n[2] as number) / length > -0.35) continue;
    places.push(x, y, z);
    kept.push(...n.map((value) => value / length));
  }
  return { places: Float64Array.from(places), normals: Float64Array.from(kept) };
}

/** A depth picture with holes closed and noise taken down, and the camera's geometry; the centre is taken as the optical axis. */
class SmoothView {
  readonly width: number;
  readonly height: number;
  readonly focalPx: number;
  readonly mm: Float32Array;

  constructor(depth: DepthPicture, focalPx: number) {
    this.width = depth.width;
    this.height = depth.height;
    this.focalPx = focalPx;
    this.mm = smoothed(depth);
  }

  at(x: number, y: number): number {
    const u = Math.round(x);
    const v = Math.round(y);
    if (!(u >= 0 && v >= 0 && u < this.width && v < this.height)) return 0;
    return this.mm[v * this.width + u] as number;
  }

  pixelX(x: number, z: number): number {
    return (this.width - 1) / 2 + (x * this.focalPx) / z;
  }

  pixelY(y: number, z: number): number {
    return (this.height - 1) / 2 + (y * this.focalPx) / z;
  }

  /** Places that stand out before a ring around them, the highest first, camera coordinates. */
  noses(): Float64Array[] {
    const found: { x: number; y: number; z: number; score: number }[] = [];
    const step = Math.max(1, Math.round(this.width / 160));
    for (let y = 0; y < this.height; y += step) {
      for (let x = 0; x < this.width; x += step) {
        const z = this.at(x, y);
        if (z === 0 || z > FARTHEST_MM) continue;
        const score = this.beforeFlanks(x, y, z);
        if (score > LEAST_NOSE_MM && this.beforeHead(x, y, z)) found.push({ x, y, z, score });
      }
    }
    found.sort((p, q) => q.score - p.score);
    const kept: typeof found = [];
    for (const place of found) {
      const reach = (15 * this.focalPx) / place.z;
      if (kept.some((other) => Math.hypot(other.x - place.x, other.y - place.y) < reach)) continue;
      kept.push(place);
      if (kept.length === CANDIDATES) break;
    }
    return kept.map(({ x, y, z }) =>
      Float64Array.of(
        ((x - (this.width - 1) / 2) * z) / this.focalPx,
        ((y - (this.height - 1) / 2) * z) / this.focalPx,
        z,
      ),
    );
  }

  /** How far a place stands before both its flanks, mm, once the slope across it is taken off; 0 where it has none. */
  private beforeFlanks(x: number, y: number, z: number): number {
    const radius = (FLANK_MM * this.focalPx) / z;
    let sum = 0;
    for (const angle of FLANK_ANGLES) {
      const [dx, dy] = [Math.cos(angle) * radius, Math.sin(angle) * radius];
      const a = this.at(x + dx, y + dy);
      const b = this.at(x - dx, y - dy);
      if (a === 0 || b === 0) return 0;
      if (Math.abs(a - z) > FLANK_DEPTH_MM || Math.abs(b - z) > FLANK_DEPTH_MM) return 0;
      sum += (a + b) / 2 - z;
    }
    return sum / FLANK_ANGLES.length;
  }

  /** Whether a head falls back from a place on most sides, as hair and ears do not have it. */
  private beforeHead(x: number, y: number, z: number): boolean {
    const radius = (HEAD_MM * this.focalPx) / z;
    let sides = 0;
    for (let k = 0; k < HEAD_SIDES; k += 1) {
      const angle = (k * Math.PI) / HEAD_SIDES;
      const [dx, dy] = [Math.cos(angle) * radius, Math.sin(angle) * radius];
      const a = this.at(x + dx, y + dy);
      const b = this.at(x - dx, y - dy);
      const behind = (a + b) / 2 - z;
      if (a !== 0 && b !== 0 && behind > HEAD_DEPTH_MM.from && behind < HEAD_DEPTH_MM.to)
        sides += 1;
    }
    return sides > HEAD_SIDES / 2;
  }
}

/** Means of the returns in a 3 x 3 square that lie near its middle one; holes take what is around them. */
function smoothed(depth: DepthPicture): Float32Array {
  const { data, width, height } = depth;
  const out = new Float32Array(data.length);
  const around = new Float64Array(9);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let count = 0;
      for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v += 1) {
        for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u += 1) {
          const z = data[v * width + u] as number;
          if (z === 0) continue;
          around[count] = z;
          count += 1;
        }
      }
      if (count < 3) continue;
      // oxlint-disable-next-line unicorn/no-array-sort -- sorted where it lies: nine values, a million times
      const middle = around.subarray(0, count).sort()[count >> 1] as number;
      let sum = 0;
      let near = 0;
      for (let i = 0; i < count; i += 1) {
        const z = around[i] as number;
        if (Math.abs(z - middle) > 25) continue;
        sum += z;
        near += 1;
      }
      out[y * width + x] = sum / near;
    }
  }
  return out;
}

/** The canonical face with its nose at a place, turned. */
function startingPose(nose: Float64Array, yaw: number, pitch: number): Pose {
  const [cy, sy] = [Math.cos(yaw), Math.sin(yaw)];
  const [cp, sp] = [Math.cos(pitch), Math.sin(pitch)];
  const pose = Float64Array.of(cy, 0, sy, sp * sy, cp, -sp * cy, -cp * sy, sp, cp * cy, 0, 0, 0);
  const tip = CANONICAL_POINTS.nose[0] * 3;
  const { vertices } = CANONICAL_FACE;
  const place = [
    vertices[tip] as number,
    vertices[tip + 1] as number,
    -(vertices[tip + 2] as number),
  ];
  for (let k = 0; k < 3; k += 1) {
    pose[9 + k] =
      (nose[k] as number) -
      rotated(pose, k, place[0] as number, place[1] as number, place[2] as number);
  }
  return pose;
}

// oxlint-disable-next-line max-params -- three numbers, not an object made for each vertex and round
function rotated(pose: Pose, row: number, x: number, y: number, z: number): number {
  return (
    (pose[row * 3] as number) * x +
    (pose[row * 3 + 1] as number) * y +
    (pose[row * 3 + 2] as number) * z
  );
}

/** Moves the pose to where the face fits best. @returns root mean square distance, far ones counted as `WORST_MM` */
function fitPose(view: SmoothView, pose: Pose, schedule: typeof ROUGH | typeof FINE): number {
  const { rounds, firstMm, lastMm } = schedule;
  const sums = new NormalSums(6);
  const { places, normals } = MODEL;
  let error = Number.POSITIVE_INFINITY;
  for (let round = 0; round <= rounds; round += 1) {
    const reach = firstMm * (lastMm / firstMm) ** (round / rounds);
    sums.clear();
    let squares = 0;
    for (let i = 0; i < places.length; i += 3) {
      const [px, py, pz] = [places[i] as number, places[i + 1] as number, places[i + 2] as number];
      // Relative to the pose's origin; small turns are about it.
      const rx = rotated(pose, 0, px, py, pz);
      const ry = rotated(pose, 1, px, py, pz);
      const rz = rotated(pose, 2, px, py, pz);
      const z = rz + (pose[11] as number);
      const seen = view.at(
        view.pixelX(rx + (pose[9] as number), z),
        view.pixelY(ry + (pose[10] as number), z),
      );
      const [nx, ny, nz] = [
        normals[i] as number,
        normals[i + 1] as number,
        normals[i + 2] as number,
      ];
      const mx = rotated(pose, 0, nx, ny, nz);
      const my = rotated(pose, 1, nx, ny, nz);
      const mz = rotated(pose, 2, nx, ny, nz);
      const off = seen === 0 ? WORST_MM : (seen - z) * mz;
      squares += Math.min(off * off, WORST_MM * WORST_MM);
      if (seen === 0 || Math.abs(off) > 4 * reach) continue;
      const { row } = sums;
      row[0] = ry * mz - rz * my;
      row[1] = rz * mx - rx * mz;
      row[2] = rx * my - ry * mx;
      row[3] = mx;
      row[4] = my;
      row[5] = mz;
      row[6] = off;
      sums.add(1 / (1 + (off / reach) ** 2));
    }
    error = Math.sqrt((squares * 3) / places.length);
    if (round === rounds || sums.fit(6) === undefined) return error;
    turn(pose, sums);
  }
  return error;
}

/** Applies the small turn (axis times angle) and move of a fit. */
function turn(pose: Pose, move: NormalSums): void {
  const [a, b, c] = [move.coefficient(0), move.coefficient(1), move.coefficient(2)];
  const angle = Math.hypot(a, b, c);
  const [sin, cos] = [
    angle === 0 ? 1 : Math.sin(angle) / angle,
    angle === 0 ? 0.5 : (1 - Math.cos(angle)) / angle ** 2,
  ];
  for (let column = 0; column < 3; column += 1) {
    const v = [
      pose[column] as number,
      pose[3 + column] as number,
      pose[6 + column] as number,
    ] as const;
    // Rodrigues' formula: v + sin (w x v) + (1 - cos) w x (w x v).
    const w = [b * v[2] - c * v[1], c * v[0] - a * v[2], a * v[1] - b * v[0]] as const;
    const ww = [b * w[2] - c * w[1], c * w[0] - a * w[2], a * w[1] - b * w[0]] as const;
    for (let k = 0; k < 3; k += 1) {
      pose[k * 3 + column] = (v[k] as number) + sin * (w[k] as number) + cos * (ww[k] as number);
    }
  }
  for (let k = 0; k < 3; k += 1) pose[9 + k] = (pose[9 + k] as number) + move.coefficient(3 + k);
}

function placementOf(pose: Pose, view: SmoothView): FacePlacement {
  const project = (ids: readonly number[]): Point => {
    const [x, y, z] = [meanOf(ids, 0), meanOf(ids, 1), -meanOf(ids, 2)];
    const distance = rotated(pose, 2, x, y, z) + (pose[11] as number);
    return {
      x: view.pixelX(rotated(pose, 0, x, y, z) + (pose[9] as number), distance),
      y: view.pixelY(rotated(pose, 1, x, y, z) + (pose[10] as number), distance),
    };
  };
  const [rightEye, leftEye, nose, rightMouth, leftMouth] = POINT_VERTICES.map(project) as [
    Point,
    Point,
    Point,
    Point,
    Point,
  ];
  return {
    points: [rightEye, leftEye, tipNear(nose, pose, view), rightMouth, leftMouth],
    outline: FACE_OVAL.map((id) => project([id])),
  };
}

/** What stands out farthest about where the tip of the nose should be: noses differ in length and slant. */
function tipNear(nose: Point, pose: Pose, view: SmoothView): Point {
  const [ax, ay, az] = [pose[2] as number, pose[5] as number, pose[8] as number];
  const reach = (TIP_MM * view.focalPx) / (pose[11] as number);
  let tip = nose;
  let highest = Number.NEGATIVE_INFINITY;
  for (let y = Math.ceil(nose.y - reach); y <= nose.y + reach; y += 1) {
    for (let x = Math.ceil(nose.x - reach); x <= nose.x + reach; x += 1) {
      const z = view.at(x, y);
      if (z === 0 || Math.hypot(x - nose.x, y - nose.y) > reach) continue;
      // Distances grow away from the camera, the face's axis points there too: heights are against it.
      const u = ((x - (view.width - 1) / 2) * z) / view.focalPx;
      const v = ((y - (view.height - 1) / 2) * z) / view.focalPx;
      const height = -(ax * u + ay * v + az * z);
      if (height > highest) {
        highest = height;
        tip = { x, y };
      }
    }
  }
  return tip;
}
