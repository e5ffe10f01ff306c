import { NormalSums } from './least-squares.ts';
import { quantile } from './select.ts';

/** How often the smooth surface is fitted anew with less weight on what did not follow it. */
const ROUNDS = 4;
/** A slope that is off by this much keeps half its weight, even on a perfect surface. */
const SLOPE_TOLERANCE = 0.02;
const SLOPE_TERMS = 3;
/** Fewer cells than this tell nothing. */
const MIN_SLOPES = 60;
const MIN_JUMPS = 20;

/** A grid of cells: heights and places in the face's frame, and the part each belongs to (-1: not judged). */
export interface CellGrid {
  readonly columns: number;
  readonly rows: number;
  readonly heights: Float64Array;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly parts: Int8Array;
}

/** Numbers of the parts of a face, as in a `CellGrid`. */
export interface PartNumbers {
  readonly rest: number;
  readonly eyes: number;
}

/**
 * Tells steps from slopes. Skin turns and bends everywhere a little; paper and board are smooth between few places
 * where they jump: the rims of holes, the edges of layers. So the large changes are compared with the usual ones, which
 * needs no millimetre limit: noise makes both larger.
 */
export class SurfaceSteps {
  private readonly jumps: Float64Array;
  private readonly eyeJumps: Float64Array;
  private readonly misfits: Float64Array;
  private readonly ordered: Float64Array;
  private readonly slopeX: Float64Array;
  private readonly slopeY: Float64Array;
  private readonly at: Int32Array;
  private readonly sumsX = new NormalSums(SLOPE_TERMS);
  private readonly sumsY = new NormalSums(SLOPE_TERMS);
  private jumpCount = 0;
  private eyeJumpCount = 0;
  private slopeCount = 0;

  constructor(cells: number) {
    this.jumps = new Float64Array(cells * 2);
    this.eyeJumps = new Float64Array(cells * 2);
    this.misfits = new Float64Array(cells);
    this.ordered = new Float64Array(cells);
    this.slopeX = new Float64Array(cells);
    this.slopeY = new Float64Array(cells);
    this.at = new Int32Array(cells);
  }

  /**
   * The geometric mean of three ratios, large for a surface with steps:
   * - second differences about the eyes (90th of a hundred) to the usual misfit of slope elsewhere over the length of a cell,
   * - second differences elsewhere, the 90th of a hundred to the middle one,
   * - misfit of slopes to those of a smooth surface, upper quartile to lower.
   *
   * @param cellMm length of a cell
   * @returns undefined when too few cells have neighbours
   */
  measure(grid: CellGrid, part: PartNumbers, cellMm: number): number | undefined {
    this.collect(grid, part);
    if (this.slopeCount < MIN_SLOPES || this.eyeJumpCount < MIN_JUMPS) return undefined;
    if (!this.fitSlopes(grid)) return undefined;
    const { ordered, slopeCount } = this;
    ordered.set(this.misfits);
    const lower = quantile(ordered, slopeCount, 0.25);
    const middle = quantile(ordered, slopeCount, 0.5);
    const upper = quantile(ordered, slopeCount, 0.75);
    const jump = quantile(this.jumps, this.jumpCount, 0.5);
    const largeJump = quantile(this.jumps, this.jumpCount, 0.9);
    const eyeJump = quantile(this.eyeJumps, this.eyeJumpCount, 0.9);
    const least = 1e-6;
    return Math.cbrt(
      (eyeJump / (Math.max(least, middle) * cellMm)) *
        (largeJump / Math.max(least, jump)) *
        (upper / Math.max(least, lower)),
    );
  }

  private collect(grid: CellGrid, part: PartNumbers): void {
    const { columns, rows, heights, xs, ys, parts } = grid;
    this.jumpCount = 0;
    this.eyeJumpCount = 0;
    this.slopeCount = 0;
    for (let row = 0; row < rows; row += 1) {
      for (let column = 0; column < columns; column += 1) {
        const i = row * columns + column;
        const own = parts[i] as number;
        if (own !== part.rest && own !== part.eyes) continue;
        const across =
          column > 0 &&
          column < columns - 1 &&
          (parts[i - 1] as number) >= 0 &&
          (parts[i + 1] as number) >= 0;
        const along =
          row > 0 &&
          row < rows - 1 &&
          (parts[i - columns] as number) >= 0 &&
          (parts[i + columns] as number) >= 0;
        const h = heights[i] as number;
        const right = across ? (heights[i + 1] as number) : 0;
        const left = across ? (heights[i - 1] as number) : 0;
        const below = along ? (heights[i + columns] as number) : 0;
        const above = along ? (heights[i - columns] as number) : 0;
        if (across) this.addJump(own === part.eyes, Math.abs(left - 2 * h + right));
        if (along) this.addJump(own === part.eyes, Math.abs(above - 2 * h + below));
        if (!across || !along || own !== part.rest) continue;
        const n = this.slopeCount;
        this.at[n] = i;
        this.slopeX[n] = (right - left) / ((xs[i + 1] as number) - (xs[i - 1] as number));
        this.slopeY[n] =
          (below - above) / ((ys[i + columns] as number) - (ys[i - columns] as number));
        this.slopeCount = n + 1;
      }
    }
  }

  private addJump(atEye: boolean, jump: number): void {
    if (atEye) {
      this.eyeJumps[this.eyeJumpCount] = jump;
      this.eyeJumpCount += 1;
    } else {
      this.jumps[this.jumpCount] = jump;
      this.jumpCount += 1;
    }
  }

  /** Slopes of a quadric are linear over the face; robustly, so that steps stand out of it instead of bending it. */
  private fitSlopes(grid: CellGrid): boolean {
    const { misfits, slopeCount, sumsX, sumsY } = this;
    misfits.fill(0, 0, slopeCount);
    let tolerance = Number.POSITIVE_INFINITY;
    for (let round = 0; round < ROUNDS; round += 1) {
      sumsX.clear();
      sumsY.clear();
      for (let n = 0; n < slopeCount; n += 1) {
        const off = (misfits[n] as number) / tolerance;
        const weight = 1 / (1 + off * off);
        this.setRow(grid, n);
        sumsX.add(weight);
        sumsY.add(weight);
      }
      if (sumsX.fit(SLOPE_TERMS) === undefined || sumsY.fit(SLOPE_TERMS) === undefined)
        return false;
      for (let n = 0; n < slopeCount; n += 1) {
        this.setRow(grid, n);
        const offX = (this.slopeX[n] as number) - sumsX.valueAtRow(SLOPE_TERMS);
        const offY = (this.slopeY[n] as number) - sumsY.valueAtRow(SLOPE_TERMS);
        misfits[n] = Math.sqrt(offX * offX + offY * offY);
      }
      this.ordered.set(misfits);
      tolerance = quantile(this.ordered, slopeCount, 0.5) + SLOPE_TOLERANCE;
    }
    return true;
  }

  private setRow(grid: CellGrid, n: number): void {
    const i = this.at[n] as number;
    const x = (grid.xs[i] as number) / 50;
    const y = (grid.ys[i] as number) / 50;
    const { sumsX, sumsY } = this;
    sumsX.row[0] = 1;
    sumsX.row[1] = x;
    sumsX.row[2] = y;
    sumsX.row[3] = this.slopeX[n] as number;
    sumsY.row[0] = 1;
    sumsY.row[1] = x;
    sumsY.row[2] = y;
    sumsY.row[3] = this.slopeY[n] as number;
  }
}
