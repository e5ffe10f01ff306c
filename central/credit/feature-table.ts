/** A feature of the companies scored: one value a company, in the table's order. */
export type Feature = NumberFeature | CategoryFeature;

export interface NumberFeature {
  readonly kind: 'number';
  readonly name: string;
  /** NaN where nothing is known. */
  readonly values: Float64Array;
}

export interface CategoryFeature {
  readonly kind: 'category';
  readonly name: string;
  /** undefined where nothing is known. */
  readonly values: readonly (string | undefined)[];
}

/** What was known of companies, and whether each went bad. */
export interface LabelledTable {
  readonly features: readonly Feature[];
  /** 1 where the company went bad, else 0. */
  readonly bad: Uint8Array;
}

/** What stands for "not known" in files. */
const MISSING = new Set(['', '?', 'na', 'n/a', 'nan', 'null', 'none']);

/**
 * A column of text as a feature: numbers where every known value is one, else categories.
 *
 * @param kind what the column is where that is settled already, by the table a model was learnt on: a
 *   text among numbers is then not known
 */
export function featureOf(
  name: string,
  texts: readonly (string | null)[],
  kind?: Feature['kind'],
): Feature {
  const known = texts.map(knownText);
  const numbers = (kind ?? kindOf(known)) === 'number';
  if (!numbers) return { kind: 'category', name, values: known };
  return { kind: 'number', name, values: Float64Array.from(known, numberOf) };
}

/** Rows of a feature, in the order given. */
export function rowsOfFeature(feature: Feature, rows: ArrayLike<number>): Feature {
  if (feature.kind === 'number') {
    const values = Float64Array.from(rows, (row) => feature.values[row] ?? Number.NaN);
    return { ...feature, values };
  }
  return { ...feature, values: Array.from(rows, (row) => feature.values[row]) };
}

/** Rows of a table, in the order given. */
export function rowsOfTable(table: LabelledTable, rows: ArrayLike<number>): LabelledTable {
  return {
    features: table.features.map((feature) => rowsOfFeature(feature, rows)),
    bad: Uint8Array.from(rows, (row) => table.bad[row] ?? 0),
  };
}

function knownText(text: string | null): string | undefined {
  const trimmed = text?.trim();
  return trimmed === undefined || MISSING.has(trimmed.toLowerCase()) ? undefined : trimmed;
}

function kindOf(values: readonly (string | undefined)[]): Feature['kind'] {
  const known = values.filter((value) => value !== undefined);
  return known.every((value) => Number.isFinite(Number(value))) ? 'number' : 'category';
}

function numberOf(text: string | undefined): number {
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}
