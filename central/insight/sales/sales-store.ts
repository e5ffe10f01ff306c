import { rmSync } from 'node:fs';
import { type AnalyticsRow, AnalyticsStore, cellText, quotedText } from '../analytics-store.ts';
import type { Projected } from '../lake/projection.ts';

/** What the store has taken in. */
export interface SalesMarks {
  /** The epoch of the pseudonyms in it. */
  readonly epoch: number;
  readonly erasureNo: number;
  /** Sequence of the hub's chain, by hub. */
  readonly hubs: ReadonlyMap<string, number>;
}

/** Files of a hub that hold what is after its mark, and up to where they do. */
export interface SalesLoad {
  readonly hubId: string;
  readonly from: number;
  readonly to: number;
  readonly files: readonly string[];
}

const LIMITS = { threads: 2, memoryMb: 1_024 };
/** Of the tables below; a store of another version is made anew from the lake. */
const VERSION = 1;
/** What panels count in; payments in other currencies stay in the lake. */
const CURRENCY = 'CNY';

/**
 * Payments as panels ask for them: one row for each that stands, net of what was given back. A cache of the lake's files in
 * the engine's own format, which is read many times faster; it can be thrown away at any time and is then made again.
 */
export class SalesStore {
  private readonly engine: AnalyticsStore;

  private constructor(engine: AnalyticsStore) {
    this.engine = engine;
  }

  /** @param path of the engine's file; what is no such file, or of another version, is made anew */
  static async open(path: string): Promise<SalesStore> {
    try {
      return await SalesStore.openFile(path);
    } catch {
      for (const end of ['', '.wal']) rmSync(`${path}${end}`, { force: true });
      return SalesStore.openFile(path);
    }
  }

  private static async openFile(path: string): Promise<SalesStore> {
    const engine = await AnalyticsStore.open({ ...LIMITS, path });
    try {
      await engine.run(`
        CREATE TABLE IF NOT EXISTS mark (version INTEGER, epoch INTEGER, erasure_no BIGINT);
        CREATE TABLE IF NOT EXISTS hub_mark (hub VARCHAR, seq BIGINT);
        CREATE TABLE IF NOT EXISTS sale (
          hub VARCHAR, seq BIGINT, street VARCHAR, merchant VARCHAR, shop VARCHAR, day DATE, hour UTINYINT,
          customer BIGINT, visitor BIGINT, amount BIGINT);
        INSERT INTO mark SELECT ${VERSION}, 0, 0 WHERE NOT EXISTS (FROM mark)`);
      const [row] = await engine.rows('SELECT version FROM mark');
      if (Number(row?.['version']) !== VERSION) throw new Error('of another version');
    } catch (error) {
      engine.close();
      throw error;
    }
    return new SalesStore(engine);
  }

  async marks(): Promise<SalesMarks> {
    const [mark] = await this.engine.rows('SELECT epoch, erasure_no FROM mark');
    const hubs = await this.engine.rows('SELECT hub, seq FROM hub_mark');
    return {
      epoch: Number(mark?.['epoch']),
      erasureNo: Number(mark?.['erasure_no']),
      hubs: new Map(hubs.map((row) => [cellText(row['hub']), Number(row['seq'])])),
    };
  }

  /** Empties the store for an epoch of pseudonyms. */
  async begin(epoch: number, erasureNo: number): Promise<void> {
    await this.together([
      'DELETE FROM sale',
      'DELETE FROM hub_mark',
      `UPDATE mark SET epoch = ${epoch}, erasure_no = ${erasureNo}`,
    ]);
  }

  /** Takes in what a hub's files hold after its mark, all of it or nothing. */
  async load({ hubId, from, to, files }: SalesLoad): Promise<void> {
    const into = files.length === 0 ? [] : await this.incoming({ hubId, from, to, files });
    await this.together([...into, ...movedMark(hubId, to)]);
  }

  /**
   * Takes in a window that was just projected, if it follows what is here; otherwise the lake will tell.
   *
   * @returns whether it was taken in
   */
  async take({ hubId, from, to, epoch, files }: Projected): Promise<boolean> {
    const marks = await this.marks();
    if (marks.epoch !== epoch || (marks.hubs.get(hubId) ?? 0) !== from) return false;
    await this.load({ hubId, from, to, files });
    return true;
  }

  /** Looks at what comes in. @returns what is to be done with it */
  private async incoming({ hubId, from, to, files }: SalesLoad): Promise<string[]> {
    const hub = quotedText(hubId);
    const incoming = await this.readable({ from, to, files });
    const given = `(SELECT payment_seq, sum(amount_minor) AS amount FROM ${incoming} WHERE kind <> 'capture' GROUP BY payment_seq)`;
    const insert = `INSERT INTO sale
      SELECT ${hub}, event_seq, street, merchant, shop, day, hour, customer, visitor, amount_minor + coalesce(given.amount, 0)
      FROM ${incoming} LEFT JOIN ${given} AS given ON given.payment_seq = event_seq
      WHERE kind = 'capture' AND amount_minor + coalesce(given.amount, 0) > 0`;
    const [earlier] = await this.engine.rows(
      `SELECT 1 FROM ${incoming} WHERE kind <> 'capture' AND payment_seq <= ${from} LIMIT 1`,
    );
    if (!earlier) return [insert];
    return [
      insert,
      `UPDATE sale SET amount = sale.amount + given.amount FROM ${given} AS given
       WHERE sale.hub = ${hub} AND sale.seq <= ${from} AND sale.seq = given.payment_seq`,
      `DELETE FROM sale WHERE hub = ${hub} AND seq <= ${from} AND amount <= 0`,
    ];
  }

  /** What comes in, as it lies in its file; of many files a copy, since each takes long to open. */
  private async readable({ from, to, files }: Omit<SalesLoad, 'hubId'>): Promise<string> {
    const rows = `
      (SELECT kind, event_seq, payment_seq, street, merchant, shop, day::DATE AS day, hour, customer, visitor, amount_minor
      FROM read_parquet([${files.map(quotedText).join(', ')}], hive_partitioning = true)
      WHERE event_seq > ${from} AND event_seq <= ${to} AND currency = ${quotedText(CURRENCY)})`;
    if (files.length === 1) return rows;
    await this.engine.run(`CREATE OR REPLACE TEMP TABLE incoming AS FROM ${rows}`);
    return 'incoming';
  }

  /** Forgets people: their payments stay, nobody's. */
  async forget(visitors: readonly bigint[], erasureNo: number): Promise<void> {
    await this.together([
      `UPDATE sale SET customer = NULL, visitor = NULL WHERE visitor IN (${visitors.join(', ')})`,
      `UPDATE mark SET erasure_no = ${erasureNo}`,
    ]);
  }

  /** Answers a question about what is loaded; any number of them go on beside a load. */
  rows(sql: string): Promise<readonly AnalyticsRow[]> {
    return this.engine.aside(sql);
  }

  close(): void {
    this.engine.close();
  }

  private async together(statements: readonly string[]): Promise<void> {
    await this.engine.run('BEGIN');
    try {
      for (const statement of statements) await this.engine.run(statement);
      await this.engine.run('COMMIT');
    } catch (error) {
      await this.engine.run('ROLLBACK');
      throw error;
    }
  }
}

function movedMark(hubId: string, to: number): string[] {
  const hub = quotedText(hubId);
  return [`DELETE FROM hub_mark WHERE hub = ${hub}`, `INSERT INTO hub_mark VALUES (${hub}, ${to})`];
}
