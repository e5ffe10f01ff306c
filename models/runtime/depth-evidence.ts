import type { DepthEvidence, FivePoints, Point } from './analysis.ts';
import { DepthRegion } from './depth-region.ts';
import { FACE_PART, FACE_PARTS, FACE_RELIEF, FaceFrame } from './face-relief.ts';
import { FoldFit } from './fold-fit.ts';
import { InfraredFit } from './infrared-evidence.ts';
import { NormalSums } from './least-squares.ts';
import type { DepthPicture, InfraredPicture } from './picture.ts';
import { SurfaceSteps } from './surface-steps.ts';

/** What is needed to read a face off a depth picture; all in pixels of the depth picture. */
export interface DepthFace {
  /** Outline of the face in order around it. */
  readonly outline: readonly Point[];
  readonly points: FivePoints;
  readonly focalPx: number;
}

/** Numbers of a cell: sums of x, y, z (mm), how many returns, and the sum of their light. */
const SUMS = 5;
/** Light falls off with the square of the distance; this is where a white surface's is given. */
const METRE_MM = 1_000;

/**
 * Cells along the face's width whose means are fitted. Averaging takes some of the sensor's noise out of the residuals
 * and leaves the face's shape, and edges, in.
 */
const CELLS_ACROSS = 36;
const CELL_COLUMNS = CELLS_ACROSS + 1;
const CELL_ROWS = 2 * CELLS_ACROSS;
const CELLS = CELL_COLUMNS * CELL_ROWS;
/** Windows around the five points, as a share of the distance between the eyes. */
const POINT_WINDOW = 0.12;
/** Nothing higher above the eyes than this is judged, mm of the mean face: there is hair. */
const BROW_MM = 45;
/** Terms of a plane (1, x, y), of a quadric (and x², xy, y²), and of a quadric with a face's relief on it. */
const PLANE = 3;
const QUADRIC = 6;
const RELIEF = 7;
/** Keeps the terms near 1, which keeps the sums well conditioned. */
const UNIT_MM = 50;
/** Strips that folds are looked for in: narrower than a nose, wider than a cell. */
const STRIP_MM = 5;
/** How far a face is stretched to compare it with the mean one. */
const STRETCH = { from: 0.75, to: 1.33 } as const;
/** How much longer or shorter a face may be than its width tells: an open mouth is no long face. */
const LENGTHENING = 0.07;

/**
 * Measures the surface under a face; docs/presentation-attacks.md says why just so.
 *
 * Everything is measured in a frame of the face itself (eyes and corners of the mouth), so that a sheet held at a slant
 * stays a plane and a turned face stays a face. The median distance and a depth window make it robust to holes and
 * to what stands behind; nothing is trimmed inside the window, because what a robust fit would throw out first is the
 * nose. The jaw is left out: people talk. Takes well below a millisecond and allocates nothing but its result.
 *
 * @returns undefined when fewer returns are there than a surface needs
 */
export function measureDepth(
  depth: DepthPicture,
  face: DepthFace,
  infrared?: InfraredPicture,
): DepthEvidence | undefined {
  return DepthMeter.ofThisThread().measure(depth, face, infrared);
}

/** The measurement with its memory, kept from frame to frame. */
class DepthMeter {
  private static instance: DepthMeter | undefined;
  private readonly region = new DepthRegion();
  private readonly frame = new FaceFrame();
  private readonly points = new Float64Array(15);
  private readonly cells = new Float64Array(CELLS * SUMS);
  private readonly grid = {
    columns: CELL_COLUMNS,
    rows: CELL_ROWS,
    heights: new Float64Array(CELLS),
    xs: new Float64Array(CELLS),
    ys: new Float64Array(CELLS),
    parts: new Int8Array(CELLS),
    spatial: new Float64Array(CELLS * 3),
    light: new Float64Array(CELLS),
  };
  private readonly sums = FACE_PARTS.map(() => new NormalSums(RELIEF));
  private readonly judged = new NormalSums(RELIEF);
  private readonly steps = new SurfaceSteps(CELLS);
  private readonly folds = new FoldFit();
  private readonly infraredFit = new InfraredFit(CELLS);
  /** The cells that are judged, without the jaw, in units of `UNIT_MM`. */
  private readonly judgedCells = {
    count: 0,
    xs: new Float64Array(CELLS),
    ys: new Float64Array(CELLS),
    heights: new Float64Array(CELLS),
    meanHeights: new Float64Array(CELLS),
    weights: new Float64Array(CELLS),
  };
  private cellPx = 1;

  static ofThisThread(): DepthMeter {
    DepthMeter.instance ??= new DepthMeter();
    return DepthMeter.instance;
  }

  measure(
    depth: DepthPicture,
    face: DepthFace,
    infrared: InfraredPicture | undefined,
  ): DepthEvidence | undefined {
    const { region, frame, points, judged, sums } = this;
    if (!region.read(depth, face.outline) || !this.readPoints(depth, face)) return undefined;
    frame.set(points);
    frame.locate(points[6] as number, points[7] as number, points[8] as number);
    const noseReliefMm = frame.height;
    this.sumCells(depth, face.focalPx, infrared);
    this.sortCells();
    const mmPerPx = region.medianMm / face.focalPx;
    const steps = this.steps.measure(this.grid, FACE_PART, this.cellPx * mmPerPx);

    judged.clear();
    judged.join(sums[FACE_PART.rest] as NormalSums);
    judged.join(sums[FACE_PART.nose] as NormalSums);
    const withoutEyes = judged.fit(RELIEF);
    const reliefWithoutEyes = judged.coefficient(QUADRIC);
    judged.join(sums[FACE_PART.eyes] as NormalSums);
    const plane = judged.fit(PLANE);
    const quadric = judged.fit(QUADRIC);
    const withRelief = judged.fit(RELIEF);
    const relief = judged.coefficient(QUADRIC);
    const reliefBeyondFolds = this.folds.measure(this.judgedCells, STRIP_MM / UNIT_MM);
    if (
      steps === undefined ||
      reliefBeyondFolds === undefined ||
      withoutEyes === undefined ||
      plane === undefined ||
      quadric === undefined ||
      withRelief === undefined
    ) {
      return undefined;
    }
    return {
      coverage: region.coverage,
      distanceMm: region.medianMm,
      mmPerPx,
      noiseMm: region.noiseMm,
      interEyeMm: frame.interEyeMm,
      planeResidualMm: Math.sqrt(plane) * UNIT_MM,
      quadricResidualMm: Math.sqrt(quadric) * UNIT_MM,
      noseReliefMm,
      relief,
      reliefFit: quadric > 0 ? Math.sqrt(Math.max(0, 1 - withRelief / quadric)) : 0,
      reliefWithoutEyes,
      reliefBeyondFolds,
      steps,
      ...(infrared && { infrared: this.infraredFit.measure(this.grid) ?? 'unreadable' }),
    };
  }

  /** The five points in mm: the depth of each is the median of the returns in a small window around it. */
  private readPoints(depth: DepthPicture, face: DepthFace): boolean {
    const { region, points } = this;
    const [rightEye, leftEye] = face.points;
    const eyesPx = Math.hypot(leftEye.x - rightEye.x, leftEye.y - rightEye.y);
    const radius = Math.max(1, eyesPx * POINT_WINDOW);
    for (let i = 0; i < 5; i += 1) {
      const point = face.points[i] as Point;
      // Glasses and glossy eyes leave holes: then a wider look.
      const z =
        region.windowMedian(depth, point, radius) ?? region.windowMedian(depth, point, 2 * radius);
      if (z === undefined) return false;
      const mmPerPx = z / face.focalPx;
      points[i * 3] = (point.x - region.centreX) * mmPerPx;
      points[i * 3 + 1] = (point.y - region.centreY) * mmPerPx;
      points[i * 3 + 2] = z;
    }
    return true;
  }

  private sumCells(
    depth: DepthPicture,
    focalPx: number,
    infrared: InfraredPicture | undefined,
  ): void {
    const { cells, region } = this;
    const { data, width } = depth;
    const { step, left, top, centreX, centreY } = region;
    cells.fill(0);
    const cellPx = Math.max(step, (region.right - left + 1) / CELLS_ACROSS);
    this.cellPx = cellPx;
    for (let y = top; y <= region.bottom; y += step) {
      region.enterRow(y);
      const row = Math.floor((y - top) / cellPx);
      if (row >= CELL_ROWS) return;
      for (let x = region.from; x < region.to; x += step) {
        const z = data[y * width + x] as number;
        if (!region.isFace(z)) continue;
        const at = (row * CELL_COLUMNS + Math.floor((x - left) / cellPx)) * SUMS;
        const mmPerPx = z / focalPx;
        cells[at] = (cells[at] as number) + (x - centreX) * mmPerPx;
        cells[at + 1] = (cells[at + 1] as number) + (y - centreY) * mmPerPx;
        cells[at + 2] = (cells[at + 2] as number) + z;
        cells[at + 3] = (cells[at + 3] as number) + 1;
        if (infrared) {
          const light = (infrared.data[y * width + x] as number) / infrared.whiteAtMetre;
          cells[at + 4] = (cells[at + 4] as number) + light * (z / METRE_MM) ** 2;
        }
      }
    }
  }

  /** Puts the cells' means into the face's frame, beside the mean face, and adds them to the sums of their part. */
  private sortCells(): void {
    const { cells, frame, grid, judgedCells, sums } = this;
    for (let i = 0; i < sums.length; i += 1) (sums[i] as NormalSums).clear();
    judgedCells.count = 0;
    const wide = within(FACE_RELIEF.interEyeMm / frame.interEyeMm, STRETCH.from, STRETCH.to);
    const high = within(
      FACE_RELIEF.eyesToMouthMm / frame.eyesToMouthMm,
      wide * (1 - LENGTHENING),
      wide * (1 + LENGTHENING),
    );
    const deep = 2 / (wide + high);
    for (let i = 0; i < CELLS; i += 1) {
      grid.parts[i] = -1;
      const n = cells[i * SUMS + 3] as number;
      if (n === 0) continue;
      const x = (cells[i * SUMS] as number) / n;
      const y = (cells[i * SUMS + 1] as number) / n;
      const z = (cells[i * SUMS + 2] as number) / n;
      frame.locate(x, y, z);
      const meanHeight = FACE_RELIEF.heightAt(frame.x * wide, frame.y * high);
      if (meanHeight === undefined || frame.y * high < -BROW_MM) continue;
      const part = FACE_RELIEF.partAt(frame.x * wide, frame.y * high);
      grid.parts[i] = part;
      grid.spatial[i * 3] = x;
      grid.spatial[i * 3 + 1] = y;
      grid.spatial[i * 3 + 2] = z;
      grid.light[i] = (cells[i * SUMS + 4] as number) / n;
      grid.heights[i] = frame.height;
      grid.xs[i] = frame.x;
      grid.ys[i] = frame.y;
      const sum = sums[part] as NormalSums;
      const { row } = sum;
      const u = frame.x / UNIT_MM;
      const v = frame.y / UNIT_MM;
      row[0] = 1;
      row[1] = u;
      row[2] = v;
      row[3] = u * u;
      row[4] = u * v;
      row[5] = v * v;
      row[QUADRIC] = (meanHeight * deep) / UNIT_MM;
      row[RELIEF] = frame.height / UNIT_MM;
      sum.add(n);
      if (part !== FACE_PART.jaw) this.keepJudged(row, n);
    }
  }

  private keepJudged(row: Float64Array, weight: number): void {
    const { judgedCells } = this;
    const at = judgedCells.count;
    judgedCells.xs[at] = row[1] as number;
    judgedCells.ys[at] = row[2] as number;
    judgedCells.meanHeights[at] = row[QUADRIC] as number;
    judgedCells.heights[at] = row[RELIEF] as number;
    judgedCells.weights[at] = weight;
    judgedCells.count = at + 1;
  }
}

function within(value: number, from: number, to: number): number {
  return Math.max(from, Math.min(to, value));
}
