import { getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core';
import type { Executor } from './database.ts';

/**
 * Inserts many rows with one parameter a column, an array that PostgreSQL unfolds. A statement with a parameter for each value
 * takes several times as long, most of it in this process, and rows as one JSON text twice as long.
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
  const columns = columnsOf(rows);
  return sql`
    insert into ${rows.into} (${list(columns.map(({ into }) => into))})
    select ${list(columns.map(({ taken }) => taken))}
    from unnest(${list(columns.map(({ values }) => values))}) as given(${list(columns.map(({ into }) => into))})`;
}

/**
 * The same for a table with a column of JSON texts, one for each row, which have quotes in them that an array would escape.
 *
 * @param texts.of each a JSON text as it was accepted by a parser
 */
export async function bulkInsertWithTexts<Table extends PgTable>(
  tx: Executor,
  rows: BulkRows<Table>,
  texts: { readonly column: PgColumn; readonly of: readonly string[] },
): Promise<void> {
  if (rows.values.length === 0) return;
  const columns = columnsOf(rows);
  const text = sql`${sql.identifier(texts.column.name)}`;
  const into = list([...columns.map((column) => column.into), text]);
  await tx.execute(sql`
    insert into ${rows.into} (${into})
    select ${list([...columns.map(({ taken }) => taken), text])} from unnest(
      ${list(columns.map(({ values }) => values))},
      string_to_array(${texts.of.join(BETWEEN_TEXTS)}, ${BETWEEN_TEXTS})
    ) as given(${into})`);
}

/** The record separator: no JSON text has a control character but white space. */
const BETWEEN_TEXTS = '\u001e';

interface BulkColumn {
  readonly into: SQL;
  readonly values: SQL;
  /** Its value of a row. */
  readonly taken: SQL;
}

function columnsOf<Table extends PgTable>({ into: table, values }: BulkRows<Table>): BulkColumn[] {
  const given = new Set(Object.keys(values[0] ?? {}));
  const columns = Object.entries(getTableColumns(table)).filter(([key]) => given.has(key));
  return columns.map(([key, column]) => {
    const into = sql`${sql.identifier(column.name)}`;
    const type = sql.raw(column.getSQLType());
    const literal = arrayLiteral(
      values.map((row: Record<string, unknown>) => textOf(column, row[key])),
    );
    // unnest takes arrays of arrays apart to the last element
    const isArray = column.dataType === 'array';
    return {
      into,
      values: sql`${literal}::text::${isArray ? sql`text` : type}[]`,
      taken: isArray ? sql`${into}::${type}` : into,
    };
  });
}

/** A value as PostgreSQL reads it; null where there is none. */
function textOf(column: PgColumn, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (column.dataType === 'json') return wellFormedJson(value);
  return String(column.mapToDriverValue(value));
}

/** PostgreSQL refuses half of a surrogate pair in JSON. */
function wellFormedJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'string' ? part.toWellFormed() : part,
  );
}

function arrayLiteral(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : `"${escaped(value)}"`)).join(',')}}`;
}

function escaped(value: string): string {
  return /["\\]/.test(value) ? value.replaceAll(/["\\]/g, '\\$&') : value;
}

/** An array as one parameter, for `= any(…)`. @param values without commas */
export function arrayOf(
  values: readonly (string | number)[],
  type: 'bigint' | 'text' | 'uuid',
): SQL {
  return sql`string_to_array(${values.join(',')}, ',')::${sql.raw(type)}[]`;
}

function list(parts: readonly SQL[]): SQL {
  return sql.join([...parts], sql`, `);
}
