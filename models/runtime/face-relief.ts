import { CANONICAL_FACE, CANONICAL_POINTS } from './canonical-face.ts';

/** Parts of a face, by the numbers that `partAt` gives: some can be left out, to see whether the others are a face's without them. */
export const FACE_PARTS = ['rest', 'nose', 'eyes', 'jaw'] as const;
export const FACE_PART = { rest: 0, nose: 1, eyes: 2, jaw: 3 } as const;

/**
 * A coordinate frame in a face: origin between the eyes, x from eye to eye, y from the eyes
 * to the mouth, height off that plane towards the camera. Millimetres, camera coordinates (x right, y down, z away).
 */
export class FaceFrame {
  /** Rows x, y and height, each a unit vector; then the origin. */
  private readonly axes = new Float64Array(9);
  private readonly origin = new Float64Array(3);
  interEyeMm = 0;
  eyesToMouthMm = 0;
  /** The last place that `locate` was asked for. */
  x = 0;
  y = 0;
  height = 0;

  /** @param points right eye, left eye, nose, right and left corner of the mouth: x, y, z of each */
  set(points: Float64Array): void {
    const { axes, origin } = this;
    for (let k = 0; k < 3; k += 1) {
      const rightEye = points[k] as number;
      const leftEye = points[3 + k] as number;
      const rightMouth = points[9 + k] as number;
      const leftMouth = points[12 + k] as number;
      origin[k] = (rightEye + leftEye) / 2;
      axes[k] = leftEye - rightEye + leftMouth - rightMouth;
      axes[3 + k] = (rightMouth + leftMouth - rightEye - leftEye) / 2;
    }
    this.interEyeMm = Math.hypot(
      (points[3] as number) - (points[0] as number),
      (points[4] as number) - (points[1] as number),
      (points[5] as number) - (points[2] as number),
    );
    unit(axes, 0);
    const along = dot(axes, 0, 3);
    for (let k = 0; k < 3; k += 1) {
      axes[3 + k] = (axes[3 + k] as number) - along * (axes[k] as number);
    }
    this.eyesToMouthMm = unit(axes, 3);
    // y cross x points at the camera.
    for (let k = 0; k < 3; k += 1) {
      const [p, q] = [(k + 1) % 3, (k + 2) % 3];
      axes[6 + k] =
        (axes[3 + p] as number) * (axes[q] as number) -
        (axes[3 + q] as number) * (axes[p] as number);
    }
  }

  /** Where a place in camera coordinates lies in the frame: `x`, `y`, `height`. */
  locate(x: number, y: number, z: number): void {
    const { axes, origin } = this;
    const u = x - (origin[0] as number);
    const v = y - (origin[1] as number);
    const w = z - (origin[2] as number);
    this.x = (axes[0] as number) * u + (axes[1] as number) * v + (axes[2] as number) * w;
    this.y = (axes[3] as number) * u + (axes[4] as number) * v + (axes[5] as number) * w;
    this.height = (axes[6] as number) * u + (axes[7] as number) * v + (axes[8] as number) * w;
  }
}

function unit(axes: Float64Array, at: number): number {
  const length = Math.sqrt(dot(axes, at, at)) || 1;
  for (let k = 0; k < 3; k += 1) axes[at + k] = (axes[at + k] as number) / length;
  return length;
}

function dot(axes: Float64Array, a: number, b: number): number {
  let sum = 0;
  for (let k = 0; k < 3; k += 1) sum += (axes[a + k] as number) * (axes[b + k] as number);
  return sum;
}

const STEP_MM = 2;
const HALF_WIDTH_MM = 84;
const HALF_HEIGHT_MM = 132;
const COLUMNS = (2 * HALF_WIDTH_MM) / STEP_MM + 1;
const ROWS = (2 * HALF_HEIGHT_MM) / STEP_MM + 1;
/** Half axes of the ellipses about the nose (its middle lies above the tip) and each eye, mm. */
const NOSE_MM = { wide: 21, high: 34, up: 10 } as const;
const EYE_MM = { wide: 25, high: 17 } as const;
/** The jaw begins this far above the corners of the mouth, mm. */
const JAW_MM = 12;
/** Marks places outside of the face. */
const NOWHERE = -1_000;

/**
 * The mean face as heights over the plane of its eyes and mouth corners, in its own frame: what the surface under a
 * face is compared with.
 */
class FaceRelief {
  readonly interEyeMm: number;
  readonly eyesToMouthMm: number;
  private readonly heights = new Float64Array(COLUMNS * ROWS).fill(NOWHERE);
  /** The middle between the eyes. */
  private readonly eyes: { readonly x: number; readonly y: number };
  private readonly mouthY: number;
  private readonly nose: { readonly x: number; readonly y: number };

  constructor() {
    const { vertices, triangles } = CANONICAL_FACE;
    // Camera coordinates: distances grow away from the camera, heights towards it.
    const spatial = vertices.map((value, i) => (i % 3 === 2 ? -value : value));
    const points = Float64Array.from(
      Object.values(CANONICAL_POINTS).flatMap((ids) =>
        [0, 1, 2].map(
          (axis) =>
            ids.reduce((sum, id) => sum + (spatial[id * 3 + axis] as number), 0) / ids.length,
        ),
      ),
    );
    const frame = new FaceFrame();
    frame.set(points);
    this.interEyeMm = frame.interEyeMm;
    this.eyesToMouthMm = frame.eyesToMouthMm;
    const inFrame = (from: Float64Array): Float64Array => {
      const out = new Float64Array(from.length);
      for (let i = 0; i < from.length; i += 3) {
        frame.locate(from[i] as number, from[i + 1] as number, from[i + 2] as number);
        out.set([frame.x, frame.y, frame.height], i);
      }
      return out;
    };
    const own = inFrame(points);
    const point = (i: number): { x: number; y: number } => ({
      x: own[i * 3] as number,
      y: own[i * 3 + 1] as number,
    });
    this.eyes = { x: (point(0).x + point(1).x) / 2, y: (point(0).y + point(1).y) / 2 };
    this.nose = point(2);
    this.mouthY = point(3).y;
    this.draw(inFrame(spatial), triangles);
  }

  /** Height at a place of the frame, mm; undefined outside of the face. */
  heightAt(x: number, y: number): number | undefined {
    const u = (x + HALF_WIDTH_MM) / STEP_MM;
    const v = (y + HALF_HEIGHT_MM) / STEP_MM;
    const column = Math.floor(u);
    const row = Math.floor(v);
    if (!(column >= 0 && row >= 0 && column < COLUMNS - 1 && row < ROWS - 1)) return undefined;
    const at = row * COLUMNS + column;
    const a = this.heights[at] as number;
    const b = this.heights[at + 1] as number;
    const c = this.heights[at + COLUMNS] as number;
    const d = this.heights[at + COLUMNS + 1] as number;
    if (a === NOWHERE || b === NOWHERE || c === NOWHERE || d === NOWHERE) return undefined;
    const fu = u - column;
    const fv = v - row;
    return (a * (1 - fu) + b * fu) * (1 - fv) + (c * (1 - fu) + d * fu) * fv;
  }

  /** The part (`FACE_PART`) that a place belongs to. */
  partAt(x: number, y: number): number {
    if (y > this.mouthY - JAW_MM) return FACE_PART.jaw;
    const noseX = (x - this.nose.x) / NOSE_MM.wide;
    const noseY = (y - this.nose.y + NOSE_MM.up) / NOSE_MM.high;
    if (noseX * noseX + noseY * noseY < 1) return FACE_PART.nose;
    const eyeX = (Math.abs(x - this.eyes.x) - this.interEyeMm / 2) / EYE_MM.wide;
    const eyeY = (y - this.eyes.y) / EYE_MM.high;
    return eyeX * eyeX + eyeY * eyeY < 1 ? FACE_PART.eyes : FACE_PART.rest;
  }

  private draw(spatial: Float64Array, triangles: Uint32Array): void {
    const column = (id: number): number => ((spatial[id * 3] as number) + HALF_WIDTH_MM) / STEP_MM;
    const row = (id: number): number =>
      ((spatial[id * 3 + 1] as number) + HALF_HEIGHT_MM) / STEP_MM;
    for (let t = 0; t < triangles.length; t += 3) {
      const ids = [triangles[t] as number, triangles[t + 1] as number, triangles[t + 2] as number];
      const [a, b, c] = ids as [number, number, number];
      const area =
        (column(b) - column(a)) * (row(c) - row(a)) - (row(b) - row(a)) * (column(c) - column(a));
      if (Math.abs(area) < 1e-9) continue;
      const columns = ids.map(column);
      const rows = ids.map(row);
      for (let y = Math.ceil(Math.min(...rows)); y <= Math.max(...rows); y += 1) {
        for (let x = Math.ceil(Math.min(...columns)); x <= Math.max(...columns); x += 1) {
          const wb =
            ((x - column(a)) * (row(c) - row(a)) - (y - row(a)) * (column(c) - column(a))) / area;
          const wc =
            ((column(b) - column(a)) * (y - row(a)) - (row(b) - row(a)) * (x - column(a))) / area;
          if (wb < 0 || wc < 0 || wb + wc > 1) continue;
          const h =
            (1 - wb - wc) * (spatial[a * 3 + 2] as number) +
            wb * (spatial[b * 3 + 2] as number) +
            wc * (spatial[c * 3 + 2] as number);
          const i = y * COLUMNS + x;
          if (h > (this.heights[i] as number)) this.heights[i] = h;
        }
      }
    }
  }
}

export const FACE_RELIEF = new FaceRelief();
