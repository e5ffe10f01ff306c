import type { HiddenElsewhere, MarginTable, ShownCells } from '../disclosure/protected-table.ts';
import { type CellFacts, DISCLOSURE_RULES, isEnough } from '../disclosure/rules.ts';
import { numberOf, type PanelRow, textOf } from '../panels/panel.ts';

/** A cell of streets by another column, with what the rules need to know. */
export interface CrossedCell {
  readonly facts: CellFacts;
  readonly payments: number;
  readonly amount: number;
}

/** A street whose sum is hidden. */
export interface HiddenSum {
  readonly row: number;
  readonly by: number;
}

const NOTHING: CrossedCell = {
  facts: { people: 0, measures: [{ total: 0, largest: 0, second: 0 }] },
  payments: 0,
  amount: 0,
};

/** Streets by trades, or streets by slots, with their sums: the answer to `crossedQuery` laid out. */
export class CrossedTable {
  readonly streets: readonly string[];
  readonly others: readonly string[];
  private readonly cells: ReadonlyMap<string, CrossedCell>;

  /** @param told which measures are told of: how many payments, and how much money */
  constructor(rows: readonly PanelRow[], told: 'payments' | 'payments and money') {
    const names = (column: string): string[] =>
      [...new Set(rows.map((row) => nameOf(row, column)).filter((name) => name !== ''))].toSorted();
    this.streets = names('street');
    this.others = names('other');
    this.cells = new Map(
      rows.map((row) => [
        `${nameOf(row, 'street')} ${nameOf(row, 'other')}`,
        cellOf(row, told === 'payments and money'),
      ]),
    );
  }

  /** @param street undefined for all of them, as with the other */
  cell(street: string | undefined, other: string | undefined): CrossedCell {
    return this.cells.get(`${street ?? ''} ${other ?? ''}`) ?? NOTHING;
  }

  /** As disclosure control takes it: sums last. */
  margins(): MarginTable {
    return [...this.streets, undefined].map((street) =>
      [...this.others, undefined].map((other) => this.cell(street, other).facts),
    );
  }

  /** The streets (by their row, the city last) whose sums are hidden, and by how much these have to stay in doubt. */
  hiddenSums(shown: ShownCells): HiddenSum[] {
    const sums = [...this.streets, undefined].map((street) => this.cell(street, undefined));
    const unsafe = sums.filter(({ facts }) => !isEnough(facts.people, DISCLOSURE_RULES));
    const most = Math.max(DISCLOSURE_RULES.leastPeople, ...unsafe.map(({ payments }) => payments));
    return sums.flatMap(({ payments }, row) =>
      shown[row]?.[this.others.length] === false ? [{ row, by: Math.min(most, payments) }] : [],
    );
  }

  /** Hides sums that another table of the same streets hides. */
  placesOf(sums: readonly HiddenSum[]): HiddenElsewhere[] {
    return sums.map(({ row, by }) => ({ place: { row, column: this.others.length }, by }));
  }
}

function nameOf(row: PanelRow, column: string): string {
  const value = row[column];
  return typeof value === 'bigint' || typeof value === 'number' ? `${value}` : textOf(row, column);
}

function cellOf(row: PanelRow, withMoney: boolean): CrossedCell {
  const payments = numberOf(row, 'payments');
  const amount = numberOf(row, 'amount');
  const measure = (total: number, column: string) => ({
    total,
    largest: numberOf(row, `${column}_1`),
    second: numberOf(row, `${column}_2`),
  });
  const measures = [measure(payments, 'merchant_payments')];
  if (withMoney) {
    measures.push(measure(amount, 'merchant_amount'), measure(amount, 'visitor_amount'));
  }
  return { facts: { people: numberOf(row, 'people'), measures }, payments, amount };
}
