import { type AnalyticsStore, cellText } from '../analytics-store.ts';
import type { BookedColumn, BookedEvents } from './booked-events-store.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** The types in which the engine takes booked events. */
const COLUMNS: Readonly<Record<BookedColumn, string>> = {
  seq: 'BIGINT',
  paymentSeq: 'BIGINT',
  kind: 'VARCHAR',
  atMs: 'BIGINT',
  paidMs: 'BIGINT',
  localMs: 'BIGINT',
  shopper: 'UUID',
  merchant: 'VARCHAR',
  shop: 'VARCHAR',
  terminal: 'VARCHAR',
  amountMinor: 'BIGINT',
  currency: 'VARCHAR',
};

/** HMAC-SHA256 (RFC 2104) of a shopper's id, its first 64 bits as a signed integer: as `Pseudonyms` says. */
const PSEUDONYM =
  'unhex(left(sha256(outer_pad || unhex(sha256(inner_pad || encode(shopper::VARCHAR)))), 16))::BIT::BIGINT';

/**
 * A window of a hub's chain, laid out in the engine's memory. Events come as PostgreSQL made them, many at a time; what stands
 * for a shopper is worked out by the engine, once for each merchant's customer.
 */
export class EventWindow {
  private readonly engine: AnalyticsStore;

  private constructor(engine: AnalyticsStore) {
    this.engine = engine;
  }

  static async open(engine: AnalyticsStore): Promise<EventWindow> {
    const window = new EventWindow(engine);
    await window.clear();
    return window;
  }

  /** Forgets what is in it. Tables are made anew: the engine keeps the memory of rows that are deleted. */
  async clear(): Promise<void> {
    const columns = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`);
    await this.engine.run(`
      CREATE OR REPLACE TEMP TABLE told (${columns.join(', ')});
      CREATE OR REPLACE TEMP TABLE pads (merchant VARCHAR, inner_pad BLOB, outer_pad BLOB)`);
  }

  async add({ columns }: BookedEvents): Promise<void> {
    const unfolded = Object.entries(COLUMNS).map(
      ([name, type]) => `unnest(from_json($${name}, '["${type}"]'))`,
    );
    await this.engine.run(`INSERT INTO told SELECT ${unfolded.join(', ')}`, columns);
  }

  async isEmpty(): Promise<boolean> {
    return (await this.engine.rows('SELECT 1 FROM told LIMIT 1')).length === 0;
  }

  /**
   * A query of the events with pseudonyms in the place of shoppers, with times and with the city's day and hour; to be asked
   * for once. Keys are told as parameters, so that no text of a query has them.
   */
  async withPseudonyms(pseudonyms: Pseudonyms): Promise<string> {
    const rows = await this.engine.rows('SELECT DISTINCT merchant FROM told');
    const merchants = rows.map((row) => cellText(row['merchant']));
    // nobody's are the city's
    const pads = [pseudonyms.cityPads(), ...merchants.map((each) => pseudonyms.merchantPads(each))];
    await this.engine.run(
      `INSERT INTO pads SELECT merchant, unhex(inner_hex), unhex(outer_hex) FROM (
         SELECT unnest(from_json($merchants, '["VARCHAR"]')) AS merchant, unnest(from_json($inner, '["VARCHAR"]')) AS inner_hex,
           unnest(from_json($outer, '["VARCHAR"]')) AS outer_hex)`,
      {
        merchants: JSON.stringify([null, ...merchants]),
        inner: JSON.stringify(pads.map(({ inner }) => inner.toString('hex'))),
        outer: JSON.stringify(pads.map(({ outer }) => outer.toString('hex'))),
      },
    );
    return `WITH customers AS (
        SELECT merchant, shopper, ${PSEUDONYM} AS customer
        FROM (SELECT DISTINCT merchant, shopper FROM told WHERE shopper IS NOT NULL) JOIN pads USING (merchant)
      ), visitors AS (
        SELECT shopper, ${PSEUDONYM} AS visitor
        FROM (SELECT DISTINCT shopper FROM told WHERE shopper IS NOT NULL), pads WHERE pads.merchant IS NULL
      )
      SELECT seq AS event_seq, paymentSeq AS payment_seq, kind, epoch_ms(atMs) AS occurred_at, epoch_ms(paidMs) AS paid_at,
        epoch_ms(localMs)::DATE AS day, hour(epoch_ms(localMs))::UTINYINT AS hour, merchant, shop, terminal, customer, visitor,
        amountMinor AS amount_minor, currency
      FROM told LEFT JOIN customers USING (merchant, shopper) LEFT JOIN visitors USING (shopper)`;
  }
}
