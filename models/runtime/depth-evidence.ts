import type { DepthEvidence, FivePoints, Point } from './analysis.ts';
import {
  fitResidual,
  fitSurface,
  planeTerms,
  quadricTerms,
  type SurfaceSample,
  valueAt,
} from './least-squares.ts';
import type { DepthPicture } from './picture.ts';

/** What is needed to read a face off a depth picture; all in pixels of the depth picture. */
export interface DepthFace {
  /** Outline of the face in order around it. */
  readonly outline: readonly Point[];
  readonly points: FivePoints;
  readonly focalPx: number;
}

/** Outlines are drawn in by this factor: at the rim a sensor mixes face and background. */
const OUTLINE_SHRINK = 0.85;
/** Returns farther than this from the median are not the face (hair, hand, background), mm. */
const FACE_HALF_DEPTH_MM = 90;
/**
 * Cells along the face's width whose means are fitted. Averaging takes the sensor's noise out of the
 * residuals (a flat sheet's falls with the root of the pixels per cell) and leaves the face's shape in.
 */
const CELLS_ACROSS = 20;
/** Windows around the five points, as a share of the distance between the eyes. */
const POINT_WINDOW = 0.12;

/**
 * Measures the surface under a face.
 *
 * Residuals are taken in millimetres along the viewing axis, over x and y in millimetres too, so that a
 * sheet held at a slant stays a plane. The median distance and a depth window make it robust to holes and
 * to what stands behind; nothing is trimmed inside the window, because what a robust fit would throw out
 * first is the nose.
 *
 * @returns undefined when fewer returns are there than a surface needs
 */
export function measureDepth(depth: DepthPicture, face: DepthFace): DepthEvidence | undefined {
  const region = collectRegion(depth, face.outline);
  if (region.valid === 0) return undefined;
  const coverage = region.valid / region.total;
  const distanceMm = region.medianMm;
  const centre = centroid(face.outline);
  const samples = cellMeans(depth, region, { centre, focalPx: face.focalPx });
  const planeResidualMm = fitResidual(samples, planeTerms);
  const quadricResidualMm = fitResidual(samples, quadricTerms);
  const spatial = face.points.map((point) =>
    spatialPoint(depth, point, { centre, face, medianMm: distanceMm }),
  );
  if (planeResidualMm === undefined || quadricResidualMm === undefined) return undefined;
  const [rightEye, leftEye, nose, rightMouth, leftMouth] = spatial;
  if (!rightEye || !leftEye || !nose || !rightMouth || !leftMouth) return undefined;
  const anchors = [rightEye, leftEye, rightMouth, leftMouth];
  const behindNose = fitSurface(anchors, planeTerms);
  if (!behindNose) return undefined;
  return {
    coverage,
    distanceMm,
    interEyeMm: Math.hypot(leftEye.x - rightEye.x, leftEye.y - rightEye.y, leftEye.z - rightEye.z),
    planeResidualMm,
    quadricResidualMm,
    noseReliefMm: valueAt(behindNose, planeTerms(nose.x, nose.y)) - nose.z,
  };
}

interface Region {
  /** First and one past the last pixel of each row of the face, from `top`. */
  readonly spans: readonly (readonly [number, number])[];
  readonly top: number;
  readonly widthPx: number;
  readonly total: number;
  readonly valid: number;
  readonly medianMm: number;
}

function collectRegion(depth: DepthPicture, outline: readonly Point[]): Region {
  const centre = centroid(outline);
  const drawnIn = outline.map((point) => ({
    x: centre.x + (point.x - centre.x) * OUTLINE_SHRINK,
    y: centre.y + (point.y - centre.y) * OUTLINE_SHRINK,
  }));
  const top = Math.max(0, Math.ceil(Math.min(...drawnIn.map((p) => p.y))));
  const bottom = Math.min(depth.height - 1, Math.floor(Math.max(...drawnIn.map((p) => p.y))));
  const spans: [number, number][] = [];
  const returns: number[] = [];
  let total = 0;
  let widthPx = 0;
  for (let y = top; y <= bottom; y += 1) {
    const span = rowSpan(drawnIn, y, depth.width);
    spans.push(span);
    total += span[1] - span[0];
    widthPx = Math.max(widthPx, span[1] - span[0]);
    for (let x = span[0]; x < span[1]; x += 1) {
      const z = depth.data[y * depth.width + x] as number;
      if (z > 0) returns.push(z);
    }
  }
  return { spans, top, widthPx, total, valid: returns.length, medianMm: median(returns) };
}

/** Where a row crosses the outline. Face outlines are star-shaped and nearly convex: the outermost crossings do. */
function rowSpan(outline: readonly Point[], y: number, width: number): [number, number] {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  outline.forEach((p, i) => {
    const q = outline[(i + 1) % outline.length] as Point;
    if (p.y <= y === q.y <= y) return;
    const x = p.x + ((y - p.y) / (q.y - p.y)) * (q.x - p.x);
    from = Math.min(from, x);
    to = Math.max(to, x);
  });
  if (!(from <= to)) return [0, 0];
  const first = Math.max(0, Math.ceil(from));
  return [first, Math.max(first, Math.min(width, Math.floor(to) + 1))];
}

function cellMeans(
  depth: DepthPicture,
  region: Region,
  view: { readonly centre: Point; readonly focalPx: number },
): SurfaceSample[] {
  const cellPx = Math.max(1, Math.round(region.widthPx / CELLS_ACROSS));
  const cells = new Map<number, { x: number; y: number; z: number; weight: number }>();
  region.spans.forEach(([from, to], row) => {
    const y = region.top + row;
    const rowKey = Math.floor(row / cellPx) * 65_536;
    for (let x = from; x < to; x += 1) {
      const z = depth.data[y * depth.width + x] as number;
      if (z === 0 || Math.abs(z - region.medianMm) > FACE_HALF_DEPTH_MM) continue;
      const key = rowKey + Math.floor(x / cellPx);
      let sums = cells.get(key);
      if (!sums) cells.set(key, (sums = { x: 0, y: 0, z: 0, weight: 0 }));
      sums.x += ((x - view.centre.x) * z) / view.focalPx;
      sums.y += ((y - view.centre.y) * z) / view.focalPx;
      sums.z += z;
      sums.weight += 1;
    }
  });
  return [...cells.values()].map(({ x, y, z, weight }) => ({
    x: x / weight,
    y: y / weight,
    z: z / weight,
    weight,
  }));
}

/** A face point in mm: its depth is the median of the returns in a small window around it. */
function spatialPoint(
  depth: DepthPicture,
  point: Point,
  view: { readonly centre: Point; readonly face: DepthFace; readonly medianMm: number },
): SurfaceSample | undefined {
  const [rightEye, leftEye] = view.face.points;
  const radius = Math.max(
    1,
    Math.hypot(leftEye.x - rightEye.x, leftEye.y - rightEye.y) * POINT_WINDOW,
  );
  const returns: number[] = [];
  const x0 = Math.max(0, Math.floor(point.x - radius));
  const x1 = Math.min(depth.width - 1, Math.ceil(point.x + radius));
  const y0 = Math.max(0, Math.floor(point.y - radius));
  const y1 = Math.min(depth.height - 1, Math.ceil(point.y + radius));
  for (let y = y0; y <= y1; y += 1) {
    for (let x = x0; x <= x1; x += 1) {
      const z = depth.data[y * depth.width + x] as number;
      if (z > 0 && Math.abs(z - view.medianMm) <= FACE_HALF_DEPTH_MM) returns.push(z);
    }
  }
  if (returns.length === 0) return undefined;
  const z = median(returns);
  const { focalPx } = view.face;
  return {
    x: ((point.x - view.centre.x) * z) / focalPx,
    y: ((point.y - view.centre.y) * z) / focalPx,
    z,
    weight: 1,
  };
}

function centroid(points: readonly Point[]): Point {
  let x = 0;
  let y = 0;
  for (const point of points) {
    x += point.x / points.length;
    y += point.y / points.length;
  }
  return { x, y };
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  return sorted[sorted.length >> 1] ?? 0;
}
