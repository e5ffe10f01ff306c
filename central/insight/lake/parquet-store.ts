import { AnalyticsStore, cellText, quotedText } from '../analytics-store.ts';
import type { BookedEvents } from './event-columns.ts';
import { EventWindow } from './event-window-store.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** A Parquet file that was just written, under its temporary name. */
export interface WrittenFile {
  readonly path: string;
  /** 2026-11-02 */
  readonly day: string;
  readonly rows: number;
}

/** One thread writes one file a day; the other is the intake's. */
const LIMITS = { threads: 1, memoryMb: 1_024 };
/** Files that are written at a time: each takes memory until it ends, ten years of days more than there is. */
const MOST_DAYS = 500;
/** Before the engine closes and reopens files. */
const MOST_OPEN_FILES = 1_024;

/** What a file's rows are, in this order. Times are UTC; `hour` is the city's. */
const COLUMNS = `event_seq, payment_seq, kind, occurred_at, paid_at, hour, merchant, shop, terminal, customer, visitor,
  amount_minor, currency`;

/** A window of one hub's chain. */
export interface WindowOfHub {
  readonly hubId: string;
  readonly streetId: string;
  readonly pseudonyms: Pseudonyms;
}

/** A window that was just written. */
export interface WrittenWindow {
  readonly files: readonly WrittenFile[];
  /** All of it once more in one file, which is read many times as quickly as one for each day. */
  readonly whole: string | undefined;
}

/** Writes the lake's Parquet files. */
export class ParquetStore {
  private readonly engine: AnalyticsStore;
  private readonly window: EventWindow;

  private constructor(engine: AnalyticsStore, window: EventWindow) {
    this.engine = engine;
    this.window = window;
  }

  static async open(): Promise<ParquetStore> {
    const engine = await AnalyticsStore.open(LIMITS);
    // what is not pseudonymous yet stays in memory, whatever happens
    await engine.run(
      `SET temp_directory = ''; SET partitioned_write_max_open_files = ${MOST_OPEN_FILES}`,
    );
    return new ParquetStore(engine, await EventWindow.open(engine));
  }

  /** Begins a window, of which nothing is written yet. */
  async begin(): Promise<void> {
    await this.window.clear();
  }

  /** Adds events to the window. */
  async add(events: BookedEvents): Promise<void> {
    await this.window.add(events);
  }

  /**
   * Writes the window's events, a file for each day that they are about.
   *
   * @param folder one that is not there yet
   */
  async write(
    folder: string,
    { hubId, streetId, pseudonyms }: WindowOfHub,
  ): Promise<WrittenWindow> {
    if (await this.window.isEmpty()) return { files: [], whole: undefined };
    await this.window.makePseudonymous(pseudonyms);
    const files: WrittenFile[] = [];
    for (const days of await this.daysOfWindow()) {
      files.push(
        ...(await this.copy(
          `SELECT ${quotedText(hubId)} AS hub, ${COLUMNS}, strftime(day, '%Y-%m-%d') AS day FROM pseudonymous
           WHERE day BETWEEN ${quotedText(days.first)} AND ${quotedText(days.last)}`,
          folder,
        )),
      );
    }
    const whole = files.length > 1 ? `${folder}.parquet` : undefined;
    if (whole !== undefined) {
      await this.engine.run(`COPY (SELECT *, ${quotedText(streetId)} AS street FROM pseudonymous)
        TO ${quotedText(whole)} (FORMAT parquet, COMPRESSION snappy)`);
    }
    await this.window.clear();
    return { files, whole };
  }

  /**
   * Writes what is in some files of a day anew, as one file, without whoever is to be forgotten: their payments stay, nobody's.
   *
   * @param visitors the city's pseudonyms of those to be forgotten
   * @param folder one that is not there yet
   */
  async rewriteDay(
    folder: string,
    files: readonly string[],
    { day, visitors }: { readonly day: string; readonly visitors: readonly bigint[] },
  ): Promise<WrittenFile[]> {
    const forgotten = visitors.length === 0 ? 'false' : `visitor IN (${visitors.join(', ')})`;
    return this.copy(
      `SELECT * REPLACE (
         CASE WHEN ${forgotten} THEN NULL ELSE customer END AS customer,
         CASE WHEN ${forgotten} THEN NULL ELSE visitor END AS visitor),
         ${quotedText(day)} AS day
       FROM read_parquet([${files.map(quotedText).join(', ')}], hive_partitioning = false)
       ORDER BY event_seq`,
      folder,
    );
  }

  close(): void {
    this.engine.close();
  }

  /** Stretches of the window's days, none with more of them than may be written at a time. */
  private async daysOfWindow(): Promise<{ readonly first: string; readonly last: string }[]> {
    const rows = await this.engine.rows(`
      SELECT strftime(min(day), '%Y-%m-%d') AS first, strftime(max(day), '%Y-%m-%d') AS last
      FROM (SELECT day, (row_number() OVER (ORDER BY day) - 1) // ${MOST_DAYS} AS part FROM (SELECT DISTINCT day FROM pseudonymous))
      GROUP BY part ORDER BY part`);
    return rows.map((row) => ({ first: cellText(row['first']), last: cellText(row['last']) }));
  }

  private async copy(select: string, folder: string): Promise<WrittenFile[]> {
    const rows = await this.engine.rows(`COPY (${select}) TO ${quotedText(folder)}
      (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (day), OVERWRITE_OR_IGNORE, RETURN_STATS)`);
    return rows.map((row) => {
      const path = cellText(row['filename']);
      return { path, day: /day=([\d-]+)/.exec(path)?.[1] ?? '', rows: Number(row['count']) };
    });
  }
}
