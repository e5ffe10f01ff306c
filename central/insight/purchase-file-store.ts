import { type AnalyticsStore, cellText } from './analytics-store.ts';
import {
  type ColumnRole,
  type DataFile,
  DataFileError,
  dayIn,
  findColumn,
  needColumn,
  numberIn,
  openDataFile,
  textIn,
} from './data-file-store.ts';
import type { Purchase } from './lifetime-value/purchase-history.ts';

export const CUSTOMER_COLUMN: ColumnRole = {
  option: 'customer',
  usualNames: ['customer', 'customer_id', 'household_id', 'household', 'client_id', 'id'],
};
export const DATE_COLUMN: ColumnRole = {
  option: 'date',
  usualNames: [
    'date',
    'day',
    'invoice_date',
    'transaction_timestamp',
    'transaction_date',
    'occurred_at',
  ],
};
const AMOUNT_COLUMN: ColumnRole = { option: 'amount', usualNames: [] };

/** Which columns of a file are what; undefined where a usual name will do. */
export interface PurchaseColumns {
  readonly customer: string | undefined;
  readonly date: string | undefined;
  readonly amount: string | undefined;
}

/**
 * Reads purchases from a CSV or Parquet file. Rows without a customer are left out.
 *
 * @throws DataFileError also where a row with a customer has no day that can be read
 */
export async function readPurchases(
  store: AnalyticsStore,
  path: string,
  columns: PurchaseColumns,
): Promise<Purchase[]> {
  const file = await openDataFile(store, path);
  const customer = textIn(needColumn(file, CUSTOMER_COLUMN, columns.customer));
  const dateColumn = needColumn(file, DATE_COLUMN, columns.date);
  const amountColumn = findColumn(file, AMOUNT_COLUMN, columns.amount);
  const day = dayIn(dateColumn);
  await refuseUnreadable(store, file, {
    unless: `${day} IS NOT NULL`,
    among: customer,
    what: `day in ${dateColumn.name}`,
  });
  const amount = amountColumn ? numberIn(amountColumn) : 'NULL';
  const [customers = [], days = [], amounts = []] = await store.columns(
    `SELECT ${customer}, datediff('day', DATE '1970-01-01', ${day})::INTEGER, ${amount}::DOUBLE
     FROM ${file.relation} WHERE ${customer} IS NOT NULL`,
  );
  return customers.map((name, i) => ({
    customer: cellText(name),
    day: Number(days[i]),
    amount: typeof amounts[i] === 'number' ? amounts[i] : undefined,
  }));
}

/** @throws DataFileError where rows that count hold something that cannot be read */
export async function refuseUnreadable(
  store: AnalyticsStore,
  { path, relation }: DataFile,
  {
    unless,
    among,
    what,
  }: { readonly unless: string; readonly among: string; readonly what: string },
): Promise<void> {
  const [row] = await store.rows(
    `SELECT count(*)::INTEGER AS bad FROM ${relation} WHERE ${among} IS NOT NULL AND NOT (${unless})`,
  );
  const bad = Number(row?.['bad'] ?? 0);
  if (bad > 0) throw new DataFileError(`${path}: ${bad} rows have no readable ${what}`);
}
