/** A place in a table with margins: the last row and the last column are sums of the others. */
export interface Place {
  readonly row: number;
  readonly column: number;
}

/** An arc of the network, followed forwards (the cell grows) or backwards (it shrinks). */
interface Step {
  readonly to: number;
  readonly place: Place;
  readonly grows: boolean;
}

/** How far a cell may grow or shrink while others make up for it. */
export type Capacity = (place: Place, grows: boolean) => number;
/** What it costs to go through a cell; infinite where one may not. */
export type Cost = (place: Place, grows: boolean) => number;

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

  /** Every place, margins included, row by row. */
  places(): Place[] {
    return Array.from({ length: this.rows + 1 }, (_, row) =>
      Array.from({ length: this.columns + 1 }, (__, column) => ({ row, column })),
    ).flat();
  }

  /** How much a cell can grow (or shrink) at most when the others follow, counted no further than to `enough`. */
  mostChange(
    of: Place,
    grows: boolean,
    { capacity, enough }: { readonly capacity: Capacity; readonly enough: number },
  ): number {
    const { from, to } = this.around(of, grows);
    const flow = new Map<string, number>();
    // what goes through a cell uses up its way, and opens the way back
    const left = (place: Place, up: boolean): number => {
      if (isSame(place, of)) return 0;
      const used = flow.get(key(place)) ?? 0;
      return up ? capacity(place, true) - used : capacity(place, false) + used;
    };
    const wanted = Math.min(enough, capacity(of, grows));
    let missing = wanted;
    while (missing > 0) {
      const path = this.cheapest(from, to, (place, up) => (left(place, up) > 0 ? 1 : Infinity));
      if (!path) break;
      const through = Math.min(missing, ...path.map((step) => left(step.place, step.grows)));
      for (const { place, grows: up } of path) {
        flow.set(key(place), (flow.get(key(place)) ?? 0) + (up ? through : -through));
      }
      missing -= through;
    }
    return wanted - missing;
  }

  /** The cells through which a cell's growing (or shrinking) is made up for at the least cost; undefined where there are none. */
  cheapestWay(of: Place, grows: boolean, cost: Cost): Place[] | undefined {
    const { from, to } = this.around(of, grows);
    const path = this.cheapest(from, to, (place, up) =>
      isSame(place, of) ? Infinity : cost(place, up),
    );
    return path?.map(({ place }) => place);
  }

  /** From where to where the others have to carry what a cell gains. */
  private around(place: Place, grows: boolean): { readonly from: number; readonly to: number } {
    const { tail, head } = this.arcOf(place);
    return grows ? { from: head, to: tail } : { from: tail, to: head };
  }

  /** Which nodes a cell's arc joins; both margins are turned round, so that sums are conserved. */
  private arcOf({ row, column }: Place): { readonly tail: number; readonly head: number } {
    const rowNode = row;
    const columnNode = this.rows + 1 + column;
    const isTurned = (row === this.rows) !== (column === this.columns);
    return isTurned ? { tail: columnNode, head: rowNode } : { tail: rowNode, head: columnNode };
  }

  private stepsFrom(node: number): Step[] {
    const isRow = node <= this.rows;
    const places = isRow
      ? Array.from({ length: this.columns + 1 }, (_, column) => ({ row: node, column }))
      : Array.from({ length: this.rows + 1 }, (_, row) => ({ row, column: node - this.rows - 1 }));
    return places.map((place) => {
      const { tail, head } = this.arcOf(place);
      return { place, grows: tail === node, to: tail === node ? head : tail };
    });
  }

  /** Dijkstra's. */
  private cheapest(from: number, to: number, cost: Cost): Step[] | undefined {
    const nodes = this.steps.length;
    const distance = new Float64Array(nodes).fill(Infinity);
    const cameBy = new Map<number, { readonly step: Step; readonly from: number }>();
    const done = new Uint8Array(nodes);
    distance[from] = 0;
    for (;;) {
      const node = nearest(distance, done);
      if (node === undefined) return undefined;
      if (node === to) return wayBack(cameBy, to);
      done[node] = 1;
      const here = distance[node] ?? Infinity;
      for (const step of this.steps[node] ?? []) {
        if (done[step.to] === 1) continue;
        const through = here + cost(step.place, step.grows);
        if (through >= (distance[step.to] ?? Infinity)) continue;
        distance[step.to] = through;
        cameBy.set(step.to, { step, from: node });
      }
    }
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
  cameBy: ReadonlyMap<number, { readonly step: Step; readonly from: number }>,
  to: number,
): Step[] {
  const path: Step[] = [];
  for (let at = cameBy.get(to); at; at = cameBy.get(at.from)) path.push(at.step);
  return path.toReversed();
}

function isSame(one: Place, other: Place): boolean {
  return one.row === other.row && one.column === other.column;
}

function key({ row, column }: Place): string {
  return `${row} ${column}`;
}
