import { AnalyticsStore, cellText, quotedText } from '../analytics-store.ts';
import type { BookedEvents } from './booked-events-store.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** A Parquet file that was just written, under its temporary name. */
export interface WrittenFile {
  readonly path: string;
  /** 2026-11-02 */
  readonly day: string;
  readonly rows: number;
}

/** One thread writes one file a day; the other is the intake's. */
const LIMITS = { threads: 1, memoryMb: 512 };
/** Days that a batch may spread over before the engine closes and reopens files. */
const MOST_OPEN_FILES = 1_024;

/** What a file's rows are, in this order. Times are UTC; `hour` is the city's. */
const COLUMNS = `hub, seq AS event_seq, payment_seq, kind, epoch_ms(at_ms) AS occurred_at, epoch_ms(paid_ms) AS paid_at,
  hour(epoch_ms(local_ms))::UTINYINT AS hour, merchant, shop, terminal, customer, visitor,
  amount AS amount_minor, currency`;

/** Writes the lake's Parquet files. */
export class ParquetStore {
  private readonly engine: AnalyticsStore;

  private constructor(engine: AnalyticsStore) {
    this.engine = engine;
  }

  static async open(): Promise<ParquetStore> {
    const engine = await AnalyticsStore.open(LIMITS);
    await engine.run(`SET partitioned_write_max_open_files = ${MOST_OPEN_FILES}`);
    return new ParquetStore(engine);
  }

  /**
   * Writes booked events, a file for each day that they are about. Shoppers become pseudonyms here.
   *
   * @param folder one that is not there yet
   */
  async writeEvents(
    folder: string,
    events: BookedEvents,
    pseudonyms: Pseudonyms,
  ): Promise<WrittenFile[]> {
    await this.engine.run(`CREATE OR REPLACE TEMP TABLE batch (
      seq BIGINT, payment_seq BIGINT, at_ms BIGINT, paid_ms BIGINT, local_ms BIGINT, customer BIGINT, visitor BIGINT, amount BIGINT,
      hub VARCHAR, kind VARCHAR, merchant VARCHAR, shop VARCHAR, terminal VARCHAR, currency VARCHAR)`);
    const { shopper, merchant } = events;
    await this.engine.append('batch', [
      numbers(events.seq),
      numbers(events.paymentSeq),
      numbers(events.atMs),
      numbers(events.paidMs),
      numbers(events.localMs),
      {
        type: 'bigint',
        values: shopper.map((id, i) =>
          id === null ? null : pseudonyms.ofCustomer(merchant[i] ?? '', id),
        ),
      },
      {
        type: 'bigint',
        values: shopper.map((id) => (id === null ? null : pseudonyms.ofVisitor(id))),
      },
      numbers(events.amountMinor),
      texts(events.seq.map(() => events.hubId)),
      texts(events.kind),
      texts(merchant),
      texts(events.shop),
      texts(events.terminal),
      texts(events.currency),
    ]);
    return this.copy(
      `SELECT ${COLUMNS}, strftime(epoch_ms(local_ms), '%Y-%m-%d') AS day FROM batch ORDER BY seq`,
      folder,
    );
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

  private async copy(select: string, folder: string): Promise<WrittenFile[]> {
    const rows = await this.engine.rows(`COPY (${select}) TO ${quotedText(folder)}
      (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (day), OVERWRITE_OR_IGNORE, RETURN_STATS)`);
    return rows.map((row) => {
      const path = cellText(row['filename']);
      return { path, day: /day=([\d-]+)/.exec(path)?.[1] ?? '', rows: Number(row['count']) };
    });
  }
}

function numbers(values: readonly number[]) {
  return { type: 'bigint', values: values.map(BigInt) } as const;
}

function texts(values: readonly string[]) {
  return { type: 'varchar', values } as const;
}
