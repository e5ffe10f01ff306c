import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
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
  rows: { readonly into: Table; readonly values: readonly Table['$inferInsert'][] },
  tail: SQL = sql.empty(),
): Promise<Record<string, unknown>[]> {
  const [first] = rows.values;
  if (first === undefined) return [];
  const given = new Set(Object.keys(first));
  const columns = Object.entries(getTableColumns(rows.into)).filter(([key]) => given.has(key));
  const into = columns.map(([, column]) => sql.identifier(column.name));
  const from = columns.map(([key]) => sql.identifier(key));
  const types = columns.map(
    ([key, column]) => sql`${sql.identifier(key)} ${sql.raw(column.getSQLType())}`,
  );
  const inserted = await tx.execute(sql`
    insert into ${rows.into} (${list(into)})
    select ${list(from)} from json_to_recordset(${asJson(rows.values)}::text::json) as given(${list(types)})
    ${tail}`);
  return [...inserted];
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
