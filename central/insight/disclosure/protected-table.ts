import { present } from '../../../shared/kernel/assert.ts';
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
  readonly place: Place;
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
  const at = ({ row, column }: Place): CellFacts => present(table[row]?.[column], 'a cell');
  const shown = table.map((cells) => cells.map((cell) => isSafe(cell, rules)));
  const hide = ({ row, column }: Place): void => {
    const line = shown[row];
    if (line) line[column] = false;
  };
  const isShown = ({ row, column }: Place): boolean => shown[row]?.[column] ?? false;
  const primary = network.places().filter((place) => !isShown(place));
  for (const { place } of hidden) hide(place);
  const needs = [...needsOf(primary, at, rules), ...hidden.flatMap(needsOfHidden)];
  for (const { place, measure, grows, by } of needs.toSorted((a, b) => b.by - a.by)) {
    const valueOf = (cell: Place): number => at(cell).measures[measure]?.total ?? 0;
    const room = (cell: Place, up: boolean): number => (up ? Infinity : valueOf(cell));
    const capacity = (cell: Place, up: boolean): number => (isShown(cell) ? 0 : room(cell, up));
    const isHidden = (): boolean =>
      network.mostChange(place, grows, { capacity, enough: by }) >= by;
    for (let through = by; through >= 1 && !isHidden(); through = Math.floor(through / 2)) {
      const way = network.cheapestWay(place, grows, (cell, up) => {
        if (room(cell, up) < through) return Infinity;
        if (!isShown(cell)) return 0;
        return isEmpty(at(cell)) ? Infinity : 1 + (at(cell).measures[0]?.total ?? 0);
      });
      for (const cell of way ?? []) hide(cell);
    }
    // what does not fit through any way: nothing is told at all
    if (!isHidden()) return table.map((cells) => cells.map(isEmpty));
  }
  return shown;
}

function needsOfHidden({ place, by }: HiddenElsewhere): Need[] {
  return [true, false].map((grows) => ({ place, measure: 0, grows, by }));
}

/** What is to stay in doubt about each cell that is unsafe by itself. */
function needsOf(
  places: readonly Place[],
  at: (place: Place) => CellFacts,
  rules: DisclosureRules,
): Need[] {
  return places.flatMap((place) => {
    const cell = at(place);
    return cell.measures.flatMap(({ total, largest }, measure) => {
      if (!isEnough(cell.people, rules)) {
        return [
          { place, measure, grows: true, by: Math.max(total, rules.leastPeople) },
          { place, measure, grows: false, by: total },
        ];
      }
      const by = Math.ceil(rules.leastRest * largest);
      return [true, false].map((grows) => ({ place, measure, grows, by }));
    });
  });
}
