import { NormalSums } from './least-squares.ts';

/** A sheet's surface and the mean face on it, cell by cell. Lengths in the same unit, whatever it is. */
export interface FoldCells {
  readonly count: number;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly heights: Float64Array;
  readonly meanHeights: Float64Array;
  readonly weights: Float64Array;
}

/**
 * Directions that a fold may run in: half a turn in steps of about eleven degrees. What a tent that lies between two of them
 * keeps is below 0.03.
 */
const DIRECTIONS = 16;
const STRIPS = 64;
/** x, y, x², xy, y², and the mean face; what is fitted is the height. */
const TERMS = 6;
const FACE = 5;
/** Of a strip: its weight, then the weighted sums of the terms and the height. */
const SUMS = TERMS + 2;

/**
 * How much of the mean face's relief a surface has that no fold can give it.
 *
 * Paper that is bent, rolled or folded, once or many times, along one direction is the same all along its folds (a
 * general cylinder; Gauss: paper has no curvature of its own). A nose is not: it rises from between the eyes and ends above
 * the lip. So the surface is cut into strips that run along a direction, every strip's mean is taken out of the surface
 * and out of the mean face alike, whatever the profile across the strips is, and the mean face is fitted to what is left, on a
 * quadric. The direction that leaves least counts.
 */
export class FoldFit {
  private readonly total = new NormalSums(TERMS);
  private readonly within = new NormalSums(TERMS);
  private readonly strips = new Float64Array(STRIPS * SUMS);

  /**
   * @param stripLength how wide a strip is, in the cells' unit
   * @returns 1 for a mean face, 0 for a folded sheet; undefined when the cells do not fix it
   */
  measure(cells: FoldCells, stripLength: number): number | undefined {
    this.addAll(cells);
    let least = Number.POSITIVE_INFINITY;
    for (let d = 0; d < DIRECTIONS; d += 1) {
      const relief = this.reliefAcross(cells, (Math.PI * d) / DIRECTIONS, stripLength);
      if (relief === undefined) return undefined;
      if (relief < least) least = relief;
    }
    return least;
  }

  private reliefAcross(cells: FoldCells, across: number, stripLength: number): number | undefined {
    this.cut(cells, Math.cos(across) / stripLength, Math.sin(across) / stripLength);
    this.takeOutStrips();
    return this.within.fit(TERMS) === undefined ? undefined : this.within.coefficient(FACE);
  }

  private addAll(cells: FoldCells): void {
    const { total } = this;
    total.clear();
    for (let i = 0; i < cells.count; i += 1) {
      const x = cells.xs[i] as number;
      const y = cells.ys[i] as number;
      total.row[0] = x;
      total.row[1] = y;
      total.row[2] = x * x;
      total.row[3] = x * y;
      total.row[4] = y * y;
      total.row[FACE] = cells.meanHeights[i] as number;
      total.row[TERMS] = cells.heights[i] as number;
      total.add(cells.weights[i] as number);
    }
  }

  /** Sums up the cells of each strip; u and v turn a place into the number of its strip, counted from the middle one. */
  private cut(cells: FoldCells, u: number, v: number): void {
    const { strips } = this;
    strips.fill(0);
    for (let i = 0; i < cells.count; i += 1) {
      const x = cells.xs[i] as number;
      const y = cells.ys[i] as number;
      const strip = Math.floor(u * x + v * y) + STRIPS / 2;
      const at = Math.max(0, Math.min(STRIPS - 1, strip)) * SUMS;
      const n = cells.weights[i] as number;
      strips[at] = (strips[at] as number) + n;
      strips[at + 1] = (strips[at + 1] as number) + n * x;
      strips[at + 2] = (strips[at + 2] as number) + n * y;
      strips[at + 3] = (strips[at + 3] as number) + n * x * x;
      strips[at + 4] = (strips[at + 4] as number) + n * x * y;
      strips[at + 5] = (strips[at + 5] as number) + n * y * y;
      strips[at + 6] = (strips[at + 6] as number) + n * (cells.meanHeights[i] as number);
      strips[at + 7] = (strips[at + 7] as number) + n * (cells.heights[i] as number);
    }
  }

  /** Sums of squares about the strips' means: those of all cells less those of the means. No weight is left over. */
  private takeOutStrips(): void {
    const { within, strips } = this;
    within.clear();
    within.join(this.total);
    for (let at = 0; at < strips.length; at += SUMS) {
      const n = strips[at] as number;
      if (n === 0) continue;
      for (let k = 0; k <= TERMS; k += 1) within.row[k] = (strips[at + 1 + k] as number) / n;
      within.add(-n);
    }
  }
}
