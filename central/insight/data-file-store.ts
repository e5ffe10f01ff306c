import { access } from 'node:fs/promises';
import { type AnalyticsStore, cellText, quotedName, quotedText } from './analytics-store.ts';

/** A file of rows and columns, opened for questions. */
export interface DataFile {
  readonly path: string;
  /** What stands for the file in SQL. */
  readonly relation: string;
  readonly columns: readonly FileColumn[];
}

export interface FileColumn {
  readonly name: string;
  /** DuckDB's type; every column of a CSV file is text. */
  readonly type: string;
}

/** A file that cannot be read, or does not have what was asked for. The message is for the person who named it. */
export class DataFileError extends Error {
  override readonly name = 'DataFileError';
}

const PARQUET = /\.(parquet|pq)$/i;

/**
 * Opens a Parquet file (by its name's ending), or CSV with any of the usual separators; a first line of names is
 * recognised, without one the columns are column0, column1 and so on. CSV stays text: what is a number or a date is the
 * question's to say.
 *
 * @throws DataFileError
 */
export async function openDataFile(store: AnalyticsStore, path: string): Promise<DataFile> {
  try {
    await access(path);
  } catch (error) {
    throw new DataFileError(`${path} cannot be read`, { cause: error });
  }
  const relation = quotedName(`file ${path}`);
  const reader = PARQUET.test(path)
    ? `read_parquet(${quotedText(path)})`
    : `read_csv(${quotedText(path)}, all_varchar = true, null_padding = true)`;
  try {
    await store.run(`CREATE OR REPLACE TEMP TABLE ${relation} AS SELECT * FROM ${reader}`);
    const rows = await store.rows(`DESCRIBE ${relation}`);
    const columns = rows.map((row) => ({
      name: cellText(row['column_name']),
      type: cellText(row['column_type']),
    }));
    return { path, relation, columns };
  } catch (error) {
    throw new DataFileError(`${path} is no table: ${firstLine(error)}`, { cause: error });
  }
}

/** What a column is for, and the names it usually has. */
export interface ColumnRole {
  readonly option: string;
  readonly usualNames: readonly string[];
}

/**
 * Finds a column: the one named, whatever its case; without a name the one that is called as such columns
 * usually are.
 *
 * @returns undefined where none was named and there is none of the usual names
 * @throws DataFileError where the one named does not exist
 */
export function findColumn(
  { path, columns }: DataFile,
  { option, usualNames }: ColumnRole,
  named: string | undefined,
): FileColumn | undefined {
  const called = (name: string): FileColumn | undefined =>
    columns.find((column) => column.name === name) ??
    columns.find((column) => plain(column.name) === plain(name));
  if (named === undefined) return usualNames.map(called).find((column) => column !== undefined);
  const column = called(named);
  if (column) return column;
  const names = columns.map(({ name }) => name).join(', ');
  throw new DataFileError(`${path} has no column ${named} for --${option}; it has ${names}`);
}

/** The same, for a column that must be there. */
export function needColumn(
  file: DataFile,
  role: ColumnRole,
  named: string | undefined,
): FileColumn {
  const column = findColumn(file, role, named);
  if (column) return column;
  const names = file.columns.map(({ name }) => name).join(', ');
  throw new DataFileError(`--${role.option} is needed: which of ${names}?`);
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Days are written in one of these ways, unless the file has dates by type. */
const DAY_FORMATS = [
  '%Y-%m-%d',
  '%Y%m%d',
  '%Y/%m/%d',
  '%Y-%m-%d %H:%M:%S',
  '%Y-%m-%dT%H:%M:%S',
  '%Y-%m-%d %H:%M',
  '%Y-%m-%dT%H:%M:%SZ',
  '%Y-%m-%dT%H:%M:%S.%gZ',
  '%Y-%m-%d %H:%M:%S.%g',
  '%d.%m.%Y',
];

/** SQL for the day in a column, whether it is a date, a time or text; NULL where it is none. */
export function dayIn({ name, type }: FileColumn): string {
  const column = quotedName(name);
  if (/^(DATE|TIMESTAMP)/.test(type)) return `CAST(${column} AS DATE)`;
  const formats = DAY_FORMATS.map(quotedText).join(', ');
  return `CAST(try_strptime(trim(CAST(${column} AS VARCHAR)), [${formats}]) AS DATE)`;
}

/** SQL for the number in a column; NULL where it is none. */
export function numberIn({ name }: FileColumn): string {
  return `TRY_CAST(${quotedName(name)} AS DOUBLE)`;
}

/** SQL for the text in a column, NULL where there is nothing. */
export function textIn({ name }: FileColumn): string {
  return `NULLIF(trim(CAST(${quotedName(name)} AS VARCHAR)), '')`;
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
