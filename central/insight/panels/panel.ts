import type { PanelName, PanelOf } from '../../../shared/contracts/http-insight.ts';
import type { CityTime } from './city-time.ts';

/** Panels of the sales in the lake; what sells together is asked of the books. */
export type SalesPanelName = Exclude<PanelName, 'together'>;

/** Whose sales a panel is about. */
export type Scope =
  | { readonly kind: 'city' }
  | { readonly kind: 'merchant'; readonly merchantId: string };

/** A row as either engine answers: numbers may come as bigint or as text. */
export type PanelRow = Readonly<Record<string, unknown>>;

/** Whoever answers a question in SQL. */
export interface Answering {
  rows(sql: string): Promise<readonly PanelRow[]>;
}

/** A panel: what it asks of the sales, and what the answers mean. */
export interface PanelMaker<Name extends PanelName> {
  readonly name: Name;
  queries(scope: Scope, at: CityTime): readonly string[];
  /** @param answers rows of each query */
  make(answers: readonly (readonly PanelRow[])[], at: CityTime): PanelOf<Name>;
}

/** A count or a mean. */
export function numberOf(row: PanelRow, column: string): number {
  const value = row[column];
  return value === null || value === undefined ? 0 : Number(value);
}

/** A sum of money, in minor units. */
export function minorOf(row: PanelRow, column: string): bigint {
  const value = row[column];
  if (typeof value === 'bigint') return value;
  return typeof value === 'string' || typeof value === 'number' ? BigInt(value) : 0n;
}

/** A name, or a day as YYYY-MM-DD. */
export function textOf(row: PanelRow, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : '';
}

/** 0.314 as 31 %. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A share of a whole; 0 of nothing. */
export function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The value below which the given share of the values lies, interpolated. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] ?? 0;
  const above = sorted[Math.ceil(at)] ?? below;
  return below + (above - below) * (at - Math.floor(at));
}
