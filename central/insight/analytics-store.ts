import {
  BIGINT,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  type JS,
} from '@duckdb/node-api';

/** What the engine may use of the machine. */
export interface AnalyticsLimits {
  readonly threads: number;
  /** Of its buffers; the process needs some more. */
  readonly memoryMb: number;
  /** A database's file; without one everything is in memory. */
  readonly path?: string;
}

/** What the engine takes at a time. */
const CHUNK_ROWS = 2_048;

const DEFAULT_LIMITS: AnalyticsLimits = { threads: 2, memoryMb: 1_024 };

/** A row of an answer, by column. */
export type AnalyticsRow = Readonly<Record<string, JS>>;

/**
 * DuckDB, in memory or on a file: questions over tables, Parquet and CSV files. It never loads anything from the network,
 * and counts dates in UTC.
 */
export class AnalyticsStore {
  private readonly instance: DuckDBInstance;
  private readonly connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.instance = instance;
    this.connection = connection;
  }

  /** Asks one question beside whatever else is going on: it sees what is committed. */
  async aside(sql: string): Promise<readonly AnalyticsRow[]> {
    const connection = await this.instance.connect();
    try {
      return (await connection.runAndReadAll(sql)).getRowObjectsJS();
    } finally {
      connection.closeSync();
    }
  }

  /** @throws where the file is no database, or another process has it */
  static async open({
    threads,
    memoryMb,
    path = ':memory:',
  }: AnalyticsLimits = DEFAULT_LIMITS): Promise<AnalyticsStore> {
    const instance = await DuckDBInstance.create(path, {
      threads: `${threads}`,
      memory_limit: `${memoryMb}MB`,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new AnalyticsStore(instance, connection);
  }

  /** Appends rows of whole numbers, given column by column in the table's order. */
  async append(table: string, rows: number, columns: readonly BigInt64Array[]): Promise<void> {
    const appender = await this.connection.createAppender(table);
    const types = columns.map(() => BIGINT);
    for (let from = 0; from < rows; from += CHUNK_ROWS) {
      const length = Math.min(CHUNK_ROWS, rows - from);
      const chunk = DuckDBDataChunk.create(types, length);
      for (const [at, column] of columns.entries()) {
        const vector = chunk.getColumnVector(at);
        for (let row = 0; row < length; row += 1) vector.setItem(row, column[from + row] ?? 0n);
        vector.flush();
      }
      appender.appendDataChunk(chunk);
    }
    appender.closeSync();
  }

  /** Does something that has no answer. @param values of the statement's parameters, by name */
  async run(sql: string, values?: Readonly<Record<string, string>>): Promise<void> {
    await this.connection.run(sql, values);
  }

  /** @returns every row; 64-bit numbers come as bigint, dates as Date */
  async rows(sql: string): Promise<readonly AnalyticsRow[]> {
    const reader = await this.connection.runAndReadAll(sql);
    return reader.getRowObjectsJS();
  }

  /** @returns the answer column by column, in the order selected */
  async columns(sql: string): Promise<readonly (readonly JS[])[]> {
    const reader = await this.connection.runAndReadAll(sql);
    return reader.getColumnsJS();
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

/** A cell that holds text, or a number as text. */
export function cellText(cell: JS | undefined): string {
  if (typeof cell === 'string') return cell;
  if (typeof cell === 'number' || typeof cell === 'bigint') return `${cell}`;
  throw new TypeError(`neither text nor number: ${typeof cell}`);
}

/** A name as SQL reads it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL reads it. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
