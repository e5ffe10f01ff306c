import type { CellSums } from './boosting.ts';
import type { LeafLimits } from './small-trees.ts';

/** A grid of two features' bins; cell = row * columns + column. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/**
 * Trees of depth two over the grid of two features: a cut across one feature, then on each side a cut across the other.
 * "Not known" is bin 0 of each, and takes part as the lowest.
 *
 * @returns the function that fits one: it writes each cell's value
 */
export function pairTree(
  grid: Grid,
  limits: LeafLimits,
): (sums: CellSums, step: Float64Array) => void {
  const totals = totalsOf(grid);
  return (sums, step) => {
    accumulate(sums, grid, totals);
    writeTree(bestTree(totals, grid, limits), { grid, totals, limits }, step);
  };
}

/** How much a tree on the grid lowers the loss, about; for the search for pairs. */
export function pairGain(sums: CellSums, grid: Grid, limits: LeafLimits): number {
  const totals = totalsOf(grid);
  accumulate(sums, grid, totals);
  return bestTree(totals, grid, limits).gain;
}

/** Sums over all cells above and left: entry (r, c), in steps of `columns + 1`, holds rows < r and columns < c. */
interface Totals {
  readonly gradient: Float64Array;
  readonly hessian: Float64Array;
  readonly count: Float64Array;
}

interface Tree {
  readonly gain: number;
  /** Whether the first cut goes between rows. */
  readonly rowsFirst: boolean;
  readonly first: number;
  /** The cut on each side; 0 is none. */
  readonly second: readonly [number, number];
}

function totalsOf({ rows, columns }: Grid): Totals {
  const size = (rows + 1) * (columns + 1);
  return {
    gradient: new Float64Array(size),
    hessian: new Float64Array(size),
    count: new Float64Array(size),
  };
}

function accumulate(sums: CellSums, { rows, columns }: Grid, totals: Totals): void {
  const stride = columns + 1;
  for (let r = 0; r < rows; r += 1) {
    let [g, h, n] = [0, 0, 0];
    for (let c = 0; c < columns; c += 1) {
      const cell = r * columns + c;
      g += sums.gradient[cell] ?? 0;
      h += sums.hessian[cell] ?? 0;
      n += sums.rows[cell] ?? 0;
      const above = r * stride + c + 1;
      const here = above + stride;
      totals.gradient[here] = (totals.gradient[above] ?? 0) + g;
      totals.hessian[here] = (totals.hessian[above] ?? 0) + h;
      totals.count[here] = (totals.count[above] ?? 0) + n;
    }
  }
}

/** A block of cells, bounds in bins; the ends are not included. */
interface Block {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

function blockSum(of: Float64Array, { top, bottom, left, right }: Block, stride: number): number {
  return (
    (of[bottom * stride + right] ?? 0) -
    (of[top * stride + right] ?? 0) -
    (of[bottom * stride + left] ?? 0) +
    (of[top * stride + left] ?? 0)
  );
}

function bestTree(totals: Totals, grid: Grid, limits: LeafLimits): Tree {
  const whole = { top: 0, bottom: grid.rows, left: 0, right: grid.columns };
  const stride = grid.columns + 1;
  const parent = strength(totals, whole, { stride, limits });
  let best: Tree = { gain: 0, rowsFirst: true, first: 0, second: [0, 0] };
  for (const rowsFirst of [true, false]) {
    const cuts = rowsFirst ? grid.rows : grid.columns;
    for (let first = 1; first < cuts; first += 1) {
      const [near, far] = halves(whole, rowsFirst, first);
      const nearCut = bestCut(totals, near, { byRow: !rowsFirst, stride, limits });
      const farCut = bestCut(totals, far, { byRow: !rowsFirst, stride, limits });
      const gain = nearCut.strength + farCut.strength - parent;
      if (gain > best.gain) {
        best = { gain, rowsFirst, first, second: [nearCut.at, farCut.at] };
      }
    }
  }
  return best;
}

function halves(block: Block, byRow: boolean, at: number): readonly [Block, Block] {
  return byRow
    ? [
        { ...block, bottom: at },
        { ...block, top: at },
      ]
    : [
        { ...block, right: at },
        { ...block, left: at },
      ];
}

interface CutRules {
  readonly stride: number;
  readonly limits: LeafLimits;
}

/** The best cut of a block, or none; `strength` is what its leaves explain. */
function bestCut(
  { gradient, hessian, count }: Totals,
  block: Block,
  { byRow, stride, limits: { leastRows, ridge } }: CutRules & { readonly byRow: boolean },
): { readonly at: number; readonly strength: number } {
  const { top, bottom, left, right } = block;
  const g = blockSum(gradient, block, stride);
  const h = blockSum(hessian, block, stride);
  const n = blockSum(count, block, stride);
  if (n < leastRows) return { at: 0, strength: Number.NEGATIVE_INFINITY };
  let best = { at: 0, strength: (g * g) / (h + ridge) };
  const step = byRow ? stride : 1;
  const [from, to] = byRow ? [top, bottom] : [left, right];
  const start = top * stride + left;
  const across = byRow ? right - left : (bottom - top) * stride;
  for (let at = from + 1; at < to; at += 1) {
    const end = start + (at - from) * step;
    const nNear =
      (count[end + across] ?? 0) -
      (count[start + across] ?? 0) -
      (count[end] ?? 0) +
      (count[start] ?? 0);
    if (nNear < leastRows) continue;
    if (n - nNear < leastRows) break;
    const gNear =
      (gradient[end + across] ?? 0) -
      (gradient[start + across] ?? 0) -
      (gradient[end] ?? 0) +
      (gradient[start] ?? 0);
    const hNear =
      (hessian[end + across] ?? 0) -
      (hessian[start + across] ?? 0) -
      (hessian[end] ?? 0) +
      (hessian[start] ?? 0);
    const explained = gNear ** 2 / (hNear + ridge) + (g - gNear) ** 2 / (h - hNear + ridge);
    if (explained > best.strength) best = { at, strength: explained };
  }
  return best;
}

function strength(totals: Totals, block: Block, { stride, limits }: CutRules): number {
  const g = blockSum(totals.gradient, block, stride);
  return (g * g) / (blockSum(totals.hessian, block, stride) + limits.ridge);
}

function writeTree(
  { first, rowsFirst, second }: Tree,
  context: { readonly grid: Grid; readonly totals: Totals; readonly limits: LeafLimits },
  step: Float64Array,
): void {
  step.fill(0);
  if (first === 0) return;
  const { rows, columns } = context.grid;
  const sides = halves({ top: 0, bottom: rows, left: 0, right: columns }, rowsFirst, first);
  for (const [i, side] of sides.entries()) {
    const at = second[i] ?? 0;
    const leaves = at === 0 ? [side] : halves(side, !rowsFirst, at);
    for (const leaf of leaves) writeLeaf(leaf, context, step);
  }
}

function writeLeaf(
  leaf: Block,
  { grid: { columns }, totals, limits }: { grid: Grid; totals: Totals; limits: LeafLimits },
  step: Float64Array,
): void {
  const g = blockSum(totals.gradient, leaf, columns + 1);
  const value = -g / (blockSum(totals.hessian, leaf, columns + 1) + limits.ridge);
  for (let row = leaf.top; row < leaf.bottom; row += 1) {
    step.fill(value, row * columns + leaf.left, row * columns + leaf.right);
  }
}
