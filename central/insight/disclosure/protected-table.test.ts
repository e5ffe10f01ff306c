import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protectTable, type ShownCells } from './protected-table.ts';
import { type CellFacts, DISCLOSURE_RULES, isSafe } from './rules.ts';
import { type Bounds, tightenedBounds } from './subtraction-attack.ts';

const rules = DISCLOSURE_RULES;

/** A payment of a person's to a merchant, in a row and a column. */
interface Paid {
  readonly row: number;
  readonly column: number;
  readonly person: number;
  readonly merchant: number;
  readonly amount: number;
}

function factsOf(paid: readonly Paid[]): CellFacts {
  const sums = (amount: (each: Paid) => number) => {
    const byMerchant = Map.groupBy(paid, ({ merchant }) => merchant);
    const brought = [...byMerchant.values()].map((those) =>
      those.reduce((sum, each) => sum + amount(each), 0),
    );
    const [largest = 0, second = 0] = brought.toSorted((a, b) => b - a);
    return { total: brought.reduce((sum, each) => sum + each, 0), largest, second };
  };
  return {
    people: new Set(paid.map(({ person }) => person)).size,
    measures: [sums(() => 1), sums(({ amount }) => amount)],
  };
}

/** The table with its margins. */
function tableOf(paid: readonly Paid[], rows: number, columns: number): CellFacts[][] {
  return Array.from({ length: rows + 1 }, (_, row) =>
    Array.from({ length: columns + 1 }, (__, column) =>
      factsOf(
        paid.filter(
          (each) =>
            (row === rows || each.row === row) && (column === columns || each.column === column),
        ),
      ),
    ),
  );
}

function toldOf(
  table: readonly (readonly CellFacts[])[],
  shown: ShownCells,
  measure: number,
): (Bounds | undefined)[][] {
  return table.map((line, row) =>
    line.map((cell, column) => {
      const value = cell.measures[measure]?.total ?? 0;
      return shown[row]?.[column] ? [value, value] : undefined;
    }),
  );
}

const SIZE = { rows: 4, columns: 3 };
const paidArbitrary = fc.array(
  fc.record({
    row: fc.nat(SIZE.rows - 1),
    column: fc.nat(SIZE.columns - 1),
    person: fc.nat(30),
    merchant: fc.nat(5),
    amount: fc.integer({ min: 1, max: 400 }),
  }),
  { minLength: 40, maxLength: 400 },
);

describe('a protected table', () => {
  it('tells no cell that is unsafe, and none of which sums tell more than the rules allow', () => {
    let hiddenOnes = 0;
    fc.assert(
      fc.property(paidArbitrary, (paid) => {
        const table = tableOf(paid, SIZE.rows, SIZE.columns);
        const shown = protectTable(table, { rules });
        for (const measure of [0, 1]) {
          const bounds = tightenedBounds(toldOf(table, shown, measure));
          for (const [row, line] of table.entries()) {
            for (const [column, cell] of line.entries()) {
              if (isSafe(cell, rules)) continue;
              expect(shown[row]?.[column]).toBe(false);
              hiddenOnes += 1;
              const [from, to] = bounds[row]?.[column] ?? [0, 0];
              const { total = 0, largest = 0 } = cell.measures[measure] ?? {};
              if (cell.people < rules.leastPeople) {
                // it may be empty, and it may be large enough to be told
                expect(from).toBe(0);
                expect(to).toBeGreaterThanOrEqual(total + rules.leastPeople);
              } else {
                expect(to).toBeGreaterThanOrEqual(total + rules.leastRest * largest);
                expect(from).toBeLessThanOrEqual(total - rules.leastRest * largest);
              }
            }
          }
        }
      }),
      { numRuns: 150 },
    );
    expect(hiddenOnes).toBeGreaterThan(100);
  });

  it('shows what there is no reason to hide', () => {
    const crowd = Array.from({ length: 2_400 }, (_, i) => ({
      row: i % 4,
      column: Math.floor(i / 4) % 3,
      person: i % 97,
      merchant: i % 5,
      amount: 10 + (i % 7),
    }));
    const shown = protectTable(tableOf(crowd, 4, 3), { rules });
    expect(shown.flat().every(Boolean)).toBe(true);
    // one cell of nine people: it and one more in its row, one in its column, and their corner, but no sum
    const few = crowd.filter(({ row, column, person }) => row > 0 || column > 0 || person < 9);
    const hiding = protectTable(tableOf(few, 4, 3), { rules });
    expect(hiding.flat().filter((isShown) => !isShown)).toHaveLength(4);
    expect(hiding.every((line) => line.at(-1))).toBe(true);
    expect(hiding.at(-1)?.every(Boolean)).toBe(true);
  });

  it('hides with another table what that hides of the sums they share', () => {
    const crowd = Array.from({ length: 1_200 }, (_, i) => ({
      row: i % 4,
      column: Math.floor(i / 4) % 3,
      person: i % 97,
      merchant: i % 5,
      amount: 10,
    }));
    const table = tableOf(crowd, 4, 3);
    const shown = protectTable(table, {
      rules,
      hidden: [{ place: { row: 1, column: 3 }, by: 40 }],
    });
    expect(shown[1]?.[3]).toBe(false);
    const [from, to] = tightenedBounds(toldOf(table, shown, 0))[1]?.[3] ?? [0, 0];
    expect([from <= 260, to >= 340]).toEqual([true, true]);
  });
});
