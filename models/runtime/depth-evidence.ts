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
/** Pixels sampled across the face's width: enough for the cells, whatever the picture's size. */
const SAMPLES_ACROSS = 80;
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
  /** First and one past the last pixel of each row that is read, from `top`. */
  readonly spans: readonly (readonly [number, number])[];
  readonly top: number;
  readonly widthPx: number;
  /** Every n-th pixel of every n-th row is read. */
  readonly step: number;
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
  const widest = Math.max(...drawnIn.map((p) => p.x)) - Math.min(...drawnIn.map((p) => p.x));
  const step = Math.max(1, Math.round(widest / SAMPLES_ACROSS));
  const spans: [number, number][] = [];
  const returns = new Uint16Array(
    Math.ceil(Math.max(0, bottom - top + 1) / step) * Math.ceil((widest + 2) / step),
  );
  let valid = 0;
  let total = 0;
  let widthPx = 0;
  for (let y = top; y <= bottom; y += step) {
    const span = rowSpan(drawnIn, y, depth.width);
    spans.push(span);
    widthPx = Math.max(widthPx, span[1] - span[0]);
    for (let x = span[0]; x < span[1]; x += step) {
      const z = depth.data[y * depth.width + x] as number;
      total += 1;
      if (z > 0) {
        returns[valid] = z;
        valid += 1;
      }
    }
  }
  const medianMm = median(returns.subarray(0, valid));
  return { spans, top, widthPx, step, total, valid, medianMm };
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
  const cellPx = Math.max(region.step, region.widthPx / CELLS_ACROSS);
  const columns = Math.ceil(depth.width / cellPx) + 1;
  const rows = Math.ceil((region.spans.length * region.step) / cellPx) + 1;
  // Sums of x, y, z and the count, cell after cell.
  const sums = new Float64Array(columns * rows * 4);
  region.spans.forEach(([from, to], row) => {
    const y = region.top + row * region.step;
    const rowAt = Math.floor((row * region.step) / cellPx) * columns;
    for (let x = from; x < to; x += region.step) {
      const z = depth.data[y * depth.width + x] as number;
      if (z === 0 || Math.abs(z - region.medianMm) > FACE_HALF_DEPTH_MM) continue;
      const at = (rowAt + Math.floor(x / cellPx)) * 4;
      const mmPerPx = z / view.focalPx;
      sums[at] = (sums[at] as number) + (x - view.centre.x) * mmPerPx;
      sums[at + 1] = (sums[at + 1] as number) + (y - view.centre.y) * mmPerPx;
      sums[at + 2] = (sums[at + 2] as number) + z;
      sums[at + 3] = (sums[at + 3] as number) + 1;
    }
  });
  const means: SurfaceSample[] = [];
  for (let at = 0; at < sums.length; at += 4) {
    const weight = sums[at + 3] as number;
    if (weight === 0) continue;
    means.push({
      x: (sums[at] as number) / weight,
      y: (sums[at + 1] as number) / weight,
      z: (sums[at + 2] as number) / weight,
      weight,
    });
  }
  return means;
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
  const x0 = Math.max(0, Math.floor(point.x - radius));
  const x1 = Math.min(depth.width - 1, Math.ceil(point.x + radius));
  const y0 = Math.max(0, Math.floor(point.y - radius));
  const y1 = Math.min(depth.height - 1, Math.ceil(point.y + radius));
  const returns = new Uint16Array(Math.max(0, x1 - x0 + 1) * Math.max(0, y1 - y0 + 1));
  let valid = 0;
  for (let y = y0; y <= y1; y += 1) {
    for (let x = x0; x <= x1; x += 1) {
      const z = depth.data[y * depth.width + x] as number;
      if (z === 0 || Math.abs(z - view.medianMm) > FACE_HALF_DEPTH_MM) continue;
      returns[valid] = z;
      valid += 1;
    }
  }
  if (valid === 0) return undefined;
  const z = median(returns.subarray(0, valid));
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

function median(depths: Uint16Array): number {
  return depths.toSorted()[depths.length >> 1] ?? 0;
}
