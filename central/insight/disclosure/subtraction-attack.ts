/** From and to, both included. */
export type Bounds = readonly [from: number, to: number];

/** More than anything that is counted. */
const ANYTHING = 1e15;
const MOST_ROUNDS = 200;

/**
 * What whoever adds and subtracts finds out about a table with sums (the last row and the last column): bounds of every cell
 * from what is told, tightened sum by sum until nothing moves (the shuttle algorithm, Buzzigoli and Giusti 1999). It shares
 * nothing with the protection that it attacks.
 *
 * @param told bounds of each cell; undefined where nothing is told
 */
export function tightenedBounds(told: readonly (readonly (Bounds | undefined)[])[]): Bounds[][] {
  const bounds = told.map((line) =>
    line.map((cell): [number, number] => (cell ? [cell[0], cell[1]] : [0, ANYTHING])),
  );
  const sums = [...bounds, ...columnsOf(bounds)].map((line) => ({
    parts: line.slice(0, -1),
    sum: line.at(-1) ?? [0, 0],
  }));
  for (let round = 0; round < MOST_ROUNDS && sums.some(tighten); round += 1);
  return bounds;
}

function columnsOf(bounds: readonly (readonly [number, number][])[]): [number, number][][] {
  const columns = bounds[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, column) =>
    bounds.map((line) => line[column] ?? [0, 0]),
  );
}

/** @returns whether anything moved */
function tighten({ parts, sum }: { parts: [number, number][]; sum: [number, number] }): boolean {
  const least = parts.reduce((all, [from]) => all + from, 0);
  const most = parts.reduce((all, [, to]) => all + to, 0);
  const before = [...sum, ...parts.flat()].join(' ');
  sum[0] = Math.max(sum[0], least);
  sum[1] = Math.min(sum[1], most);
  const [sumFrom, sumTo] = sum;
  for (const part of parts) {
    const [from, to] = part;
    part[0] = Math.max(from, sumFrom - (most - to));
    part[1] = Math.min(to, sumTo - (least - from));
  }
  return [...sum, ...parts.flat()].join(' ') !== before;
}
