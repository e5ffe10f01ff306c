import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Executor } from './database.ts';

/**
 * Inserts many rows with one parameter, a JSON text that PostgreSQL unfolds. A statement with a parameter
 * for each value takes several times as long, most of it in this process.
 *
 * @param rows all with the same properties
 * @param tail what follows: `on conflict …`, `returning …`
 * @returns what `returning` names
 */
export async function bulkInsert<Table extends PgTable>(
  tx: Executor,
  rows: BulkRows<Table>,
  tail: SQL = sql.empty(),
): Promise<Record<string, unknown>[]> {
  if (rows.values.length === 0) return [];
  return [...(await tx.execute(sql`${insertOf(rows)} ${tail}`))];
}

export interface BulkRows<Table extends PgTable> {
  readonly into: Table;
  readonly values: readonly Table['$inferInsert'][];
}

/** The statement by itself, to be part of another one. */
export function insertOf<Table extends PgTable>(rows: BulkRows<Table>): SQL {
  const { into, from, types } = columnsOf(rows);
  return sql`
    insert into ${rows.into} (${list(into)})
    select ${list(from)} from json_to_recordset(${asJson(rows.values)}::text::json) as given(${list(types)})`;
}

/**
 * The same for a table with a column of JSON texts, one for each row, which are not wrapped into JSON once more.
 *
 * @param texts.of each a JSON text as it was accepted by a parser
 */
export async function bulkInsertWithTexts<Table extends PgTable>(
  tx: Executor,
  rows: BulkRows<Table>,
  texts: { readonly column: PgColumn; readonly of: readonly string[] },
): Promise<void> {
  if (rows.values.length === 0) return;
  const { into, from, types } = columnsOf(rows);
  const column = sql.identifier(texts.column.name);
  await tx.execute(sql`
    insert into ${rows.into} (${list([...into, column])})
    select ${list([...from, column])} from rows from (
      json_to_recordset(${asJson(rows.values)}::text::json) as (${list(types)}),
      unnest(string_to_array(${texts.of.join(BETWEEN_TEXTS)}, ${BETWEEN_TEXTS}))
    ) as given(${list([...from, column])})`);
}

/** The record separator: no JSON text has a control character but white space. */
const BETWEEN_TEXTS = '\u001e';

function columnsOf<Table extends PgTable>({ into: table, values }: BulkRows<Table>) {
  const given = new Set(Object.keys(values[0] ?? {}));
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => given.has(key));
  return {
    into: columns.map(([, column]) => sql.identifier(column.name)),
    from: columns.map(([key]) => sql.identifier(key)),
    types: columns.map(
      ([key, column]) => sql`${sql.identifier(key)} ${sql.raw(column.getSQLType())}`,
    ),
  };
}

/** An array as one parameter, for `= any(…)`. @param values without commas */
export function arrayOf(
  values: readonly (string | number)[],
  type: 'bigint' | 'text' | 'uuid',
): SQL {
  return sql`string_to_array(${values.join(',')}, ',')::${sql.raw(type)}[]`;
}

function list(parts: readonly SQL[] | readonly ReturnType<typeof sql.identifier>[]): SQL {
  return sql.join([...parts], sql`, `);
}

function asJson(rows: readonly unknown[]): string {
  return JSON.stringify(rows, (_key, value: unknown) => {
    if (typeof value === 'bigint') return value.toString();
    // PostgreSQL refuses half of a surrogate pair in JSON
    return typeof value === 'string' ? value.toWellFormed() : value;
  });
}
