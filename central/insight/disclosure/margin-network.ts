/** A place in a table with margins: the last row and the last column are sums of the others. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** An arc of the network, followed forwards (the cell grows) or backwards (it shrinks). */
interface Step {
  readonly to: number;
  /** The cell's number, row by row. */
  readonly cell: number;
  readonly grows: boolean;
}

/** How far a cell, told by its number, may grow or shrink while others make up for it. */
export type Capacity = (cell: number, grows: boolean) => number;
/** What it costs to go through a cell; infinite where one may not. */
export type Cost = (cell: number, grows: boolean) => number;

/**
 * A table with margins as a network: a node for every row and every column, an arc for every cell. A change of cells keeps
 * every sum if and only if it is a circulation, so that what a hidden cell may be, given all that is shown, is a maximum flow
 * through the other hidden ones (Cox 1995, *Network models for complementary cell suppression*, JASA 90:1453).
 */
export class MarginNetwork {
  private readonly rows: number;
  private readonly columns: number;
  /** By node: rows first, then columns. */
  private readonly steps: readonly (readonly Step[])[];

  /** @param size without the margins */
  constructor(size: { readonly rows: number; readonly columns: number }) {
    this.rows = size.rows;
    this.columns = size.columns;
    const nodes = size.rows + size.columns + 2;
    this.steps = Array.from({ length: nodes }, (_, node) => this.stepsFrom(node));
  }

  /** The number of a place. */
  numberOf({ row, column }: Place): number {
    return row * (this.columns + 1) + column;
  }

  /** How much a cell can grow (or shrink) at most when the others follow, counted no further than to `enough`. */
  mostChange(
    of: number,
    grows: boolean,
    { capacity, enough }: { readonly capacity: Capacity; readonly enough: number },
  ): number {
    const { from, to } = this.around(of, grows);
    const wanted = Math.min(enough, capacity(of, grows));
    const wide = (cell: number, up: boolean): boolean =>
      cell !== of && capacity(cell, up) >= wanted;
    // one way is mostly wide enough
    if (wanted <= 0 || this.anyWay(from, to, wide)) return wanted;
    const flow = new Map<number, number>();
    // what goes through a cell uses up its way, and opens the way back
    const left = (cell: number, up: boolean): number => {
      if (cell === of) return 0;
      const used = flow.get(cell) ?? 0;
      return up ? capacity(cell, true) - used : capacity(cell, false) + used;
    };
    let missing = wanted;
    while (missing > 0) {
      const path = this.anyWay(from, to, (cell, up) => left(cell, up) > 0);
      if (!path) break;
      const through = Math.min(missing, ...path.map((step) => left(step.cell, step.grows)));
      for (const { cell, grows: up } of path) {
        flow.set(cell, (flow.get(cell) ?? 0) + (up ? through : -through));
      }
      missing -= through;
    }
    return wanted - missing;
  }

  /** The cells through which a cell's growing (or shrinking) is made up for at the least cost; undefined where there are none. */
  cheapestWay(of: number, grows: boolean, cost: Cost): number[] | undefined {
    const { from, to } = this.around(of, grows);
    const nodes = this.steps.length;
    const distance = new Float64Array(nodes).fill(Infinity);
    const cameBy = new Map<number, Step & { readonly from: number }>();
    const done = new Uint8Array(nodes);
    distance[from] = 0;
    // Dijkstra's
    for (let node = nearest(distance, done); node !== undefined; node = nearest(distance, done)) {
      if (node === to) return wayBack(cameBy, to).map(({ cell }) => cell);
      done[node] = 1;
      const here = distance[node] ?? Infinity;
      for (const step of this.steps[node] ?? []) {
        if (done[step.to] === 1 || step.cell === of) continue;
        const through = here + cost(step.cell, step.grows);
        if (through >= (distance[step.to] ?? Infinity)) continue;
        distance[step.to] = through;
        cameBy.set(step.to, { ...step, from: node });
      }
    }
    return undefined;
  }

  /** A way of the fewest cells, breadth first. */
  private anyWay(
    from: number,
    to: number,
    isOpen: (cell: number, grows: boolean) => boolean,
  ): Step[] | undefined {
    const cameBy = new Map<number, Step & { readonly from: number }>();
    const queue = [from];
    for (const node of queue) {
      if (node === to) return wayBack(cameBy, to);
      for (const step of this.steps[node] ?? []) {
        if (step.to === from || cameBy.has(step.to) || !isOpen(step.cell, step.grows)) continue;
        cameBy.set(step.to, { ...step, from: node });
        queue.push(step.to);
      }
    }
    return undefined;
  }

  /** From where to where the others have to carry what a cell gains. */
  private around(cell: number, grows: boolean): { readonly from: number; readonly to: number } {
    const row = Math.floor(cell / (this.columns + 1));
    const { tail, head } = this.arcOf({ row, column: cell % (this.columns + 1) });
    return grows ? { from: head, to: tail } : { from: tail, to: head };
  }

  /** Which nodes a cell's arc joins; both margins are turned round, so that sums are conserved. */
  private arcOf({ row, column }: Place): { readonly tail: number; readonly head: number } {
    const columnNode = this.rows + 1 + column;
    const isTurned = (row === this.rows) !== (column === this.columns);
    return isTurned ? { tail: columnNode, head: row } : { tail: row, head: columnNode };
  }

  private stepsFrom(node: number): Step[] {
    const isRow = node <= this.rows;
    const places = isRow
      ? Array.from({ length: this.columns + 1 }, (_, column) => ({ row: node, column }))
      : Array.from({ length: this.rows + 1 }, (_, row) => ({ row, column: node - this.rows - 1 }));
    return places.map((place) => {
      const { tail, head } = this.arcOf(place);
      const grows = tail === node;
      return { cell: this.numberOf(place), grows, to: grows ? head : tail };
    });
  }
}

function nearest(distance: Float64Array, done: Uint8Array): number | undefined {
  let best: number | undefined;
  for (let node = 0; node < distance.length; node += 1) {
    const here = distance[node] ?? Infinity;
    if (done[node] === 1 || here === Infinity) continue;
    if (best === undefined || here < (distance[best] ?? Infinity)) best = node;
  }
  return best;
}

function wayBack(
  cameBy: ReadonlyMap<number, Step & { readonly from: number }>,
  to: number,
): Step[] {
  const path: Step[] = [];
  for (let at = cameBy.get(to); at; at = cameBy.get(at.from)) path.push(at);
  return path.toReversed();
}
