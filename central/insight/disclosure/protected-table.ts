import { MarginNetwork, type Place } from './margin-network.ts';
import { type CellFacts, type DisclosureRules, isEmpty, isEnough, isSafe } from './rules.ts';

/** Cells by row and column; the last row and the last column are the sums, and the corner is the sum of all. */
export type MarginTable = readonly (readonly CellFacts[])[];

/** Which cells of a table may be told, in its layout. */
export type ShownCells = readonly (readonly boolean[])[];

/** A sum that another table hides, and by how much it must stay in doubt, in the first measure. */
export interface HiddenElsewhere {
  readonly place: Place;
  readonly by: number;
}

/** A cell that has to be kept from those who can add and subtract, and how wide the doubt about it must be. */
interface Need {
  /** The cell's number. */
  readonly of: number;
  readonly measure: number;
  readonly grows: boolean;
  readonly by: number;
}

/**
 * Decides which cells of a table are told: those that are safe by themselves, less as few others as it takes that no hidden
 * one can be worked out from the sums. A cell of too few people could then still be empty, and as well twice as large and
 * large enough to be told; of a dominated cell, p % of the largest contributor stay in doubt on either side.
 *
 * A hidden cell is made up for by others along a cheapest way through the network of rows and columns, measure by measure
 * (Kelly, Golden and Assad 1992, *Cell suppression*, Networks 22:397); empty cells, which everybody may know to be empty, hide
 * nothing.
 *
 * @param options.hidden sums that another table shares and hides
 */
export function protectTable(
  table: MarginTable,
  {
    rules,
    hidden = [],
  }: { readonly rules: DisclosureRules; readonly hidden?: readonly HiddenElsewhere[] },
): ShownCells {
  const rows = table.length - 1;
  const columns = (table[0]?.length ?? 1) - 1;
  const network = new MarginNetwork({ rows, columns });
  const cells = table.flat();
  const shown = cells.map((cell) => isSafe(cell, rules));
  const layOut = (flat: readonly boolean[]): boolean[][] =>
    table.map((_, row) => flat.slice(row * (columns + 1), (row + 1) * (columns + 1)));
  const needs = [
    ...cells.flatMap((cell, i) => (shown[i] ? [] : needsOf(cell, i, rules))),
    ...hidden.flatMap(({ place, by }) => needsOfHidden(network.numberOf(place), by)),
  ].toSorted((a, b) => b.by - a.by);
  for (const { place } of hidden) shown[network.numberOf(place)] = false;
  for (const { of, measure, grows, by } of needs) {
    const valueOf = (cell: number): number => cells[cell]?.measures[measure]?.total ?? 0;
    const room = (cell: number, up: boolean): number => (up ? Infinity : valueOf(cell));
    const capacity = (cell: number, up: boolean): number => (shown[cell] ? 0 : room(cell, up));
    const isHidden = (): boolean => network.mostChange(of, grows, { capacity, enough: by }) >= by;
    for (let through = by; through >= 1 && !isHidden(); through = Math.floor(through / 2)) {
      const way = network.cheapestWay(of, grows, (cell, up) => {
        if (room(cell, up) < through) return Infinity;
        if (!shown[cell]) return 0;
        const value = cells[cell]?.measures[0]?.total ?? 0;
        return value === 0 ? Infinity : 1 + value;
      });
      for (const cell of way ?? []) shown[cell] = false;
    }
    // what does not fit through any way: nothing is told at all
    if (!isHidden()) return layOut(cells.map(isEmpty));
  }
  return layOut(shown);
}

function needsOfHidden(of: number, by: number): Need[] {
  return [true, false].map((grows) => ({ of, measure: 0, grows, by }));
}

/** What is to stay in doubt about a cell that is unsafe by itself. */
function needsOf(cell: CellFacts, of: number, rules: DisclosureRules): Need[] {
  return cell.measures.flatMap(({ total, largest }, measure) => {
    if (!isEnough(cell.people, rules)) {
      return [
        { of, measure, grows: true, by: Math.max(total, rules.leastPeople) },
        { of, measure, grows: false, by: total },
      ];
    }
    const by = Math.ceil(rules.leastRest * largest);
    return [true, false].map((grows) => ({ of, measure, grows, by }));
  });
}
