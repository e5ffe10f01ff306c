import { type AnalyticsStore, cellText } from '../analytics-store.ts';
import { BOOKED_NUMBERS, type BookedEvents, PLACE_TEXTS } from './event-columns.ts';
import type { Pseudonyms } from './pseudonyms.ts';

/** From when on PostgreSQL counts, microseconds since the Unix epoch. */
const POSTGRES_EPOCH_US = Date.UTC(2000, 0, 1) * 1_000;

/** The shopper's id as text, of the halves of it. */
const SHOPPER = '(hex(upper::BIT::BLOB) || hex(lower::BIT::BLOB))::UUID::VARCHAR';
/** HMAC-SHA256 (RFC 2104) of a shopper's id, its first 64 bits as a signed integer: as `Pseudonyms` says. */
const PSEUDONYM =
  'unhex(left(sha256(outer_pad || unhex(sha256(inner_pad || encode(shopper)))), 16))::BIT::BIGINT';

/**
 * A window of a hub's chain, laid out in the engine's memory, many events at a time. What stands for a shopper is worked out
 * by the engine, once for each merchant's customer.
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
    const numbers = BOOKED_NUMBERS.map((name) => `${name} BIGINT`);
    const texts = PLACE_TEXTS.map((name) => `${name} VARCHAR`);
    await this.engine.run(`
      DROP TABLE IF EXISTS pseudonymous;
      CREATE OR REPLACE TEMP TABLE told (${numbers.join(', ')});
      CREATE OR REPLACE TEMP TABLE places (place BIGINT, ${texts.join(', ')});
      CREATE OR REPLACE TEMP TABLE pads (merchant VARCHAR, inner_pad BLOB, outer_pad BLOB)`);
  }

  async add({ count, numbers, places }: BookedEvents): Promise<void> {
    await this.engine.append(
      'told',
      count,
      BOOKED_NUMBERS.map((name) => numbers[name]),
    );
    const texts = PLACE_TEXTS.map((name) => unfolded(name, 'VARCHAR'));
    await this.engine.run(
      `INSERT INTO places SELECT ${[unfolded('place', 'BIGINT'), ...texts].join(', ')}`,
      Object.fromEntries(
        (['place', ...PLACE_TEXTS] as const).map((name) => [
          name,
          JSON.stringify(places.map((each) => each[name])),
        ]),
      ),
    );
  }

  async isEmpty(): Promise<boolean> {
    return (await this.engine.rows('SELECT 1 FROM told LIMIT 1')).length === 0;
  }

  /**
   * Makes the table `pseudonymous` of the events: pseudonyms in the place of shoppers, times, and the city's day and hour. Keys
   * are told as parameters, so that no text of a query has them.
   */
  async makePseudonymous(pseudonyms: Pseudonyms): Promise<void> {
    const rows = await this.engine.rows('SELECT DISTINCT merchant FROM places');
    const merchants = rows.map((row) => cellText(row['merchant']));
    // nobody's are the city's
    const pads = [pseudonyms.cityPads(), ...merchants.map((each) => pseudonyms.merchantPads(each))];
    await this.engine.run(
      `INSERT INTO pads SELECT merchant, unhex(inner_hex), unhex(outer_hex) FROM (
         SELECT ${unfolded('merchant', 'VARCHAR')} AS merchant, ${unfolded('inner', 'VARCHAR')} AS inner_hex,
           ${unfolded('outer', 'VARCHAR')} AS outer_hex)`,
      {
        merchant: JSON.stringify([null, ...merchants]),
        inner: JSON.stringify(pads.map(({ inner }) => inner.toString('hex'))),
        outer: JSON.stringify(pads.map(({ outer }) => outer.toString('hex'))),
      },
    );
    await this.engine.run(`CREATE TEMP TABLE pseudonymous AS
      WITH events AS (FROM told JOIN places USING (place)),
      visitors AS (
        SELECT upper, lower, shopper, ${PSEUDONYM} AS visitor
        FROM (SELECT upper, lower, ${SHOPPER} AS shopper
              FROM (SELECT DISTINCT upper, lower FROM told WHERE upper <> 0 OR lower <> 0)),
          pads WHERE merchant IS NULL
      ), customers AS (
        SELECT merchant, upper, lower, visitor, ${PSEUDONYM} AS customer
        FROM (SELECT DISTINCT merchant, upper, lower FROM events)
        JOIN visitors USING (upper, lower) JOIN pads USING (merchant)
      )
      SELECT seq AS event_seq, paymentSeq AS payment_seq, kind, ${inTime('atUs')} AS occurred_at,
        ${inTime('paidUs')} AS paid_at, ${inTime('localUs')}::DATE AS day, hour(${inTime('localUs')})::UTINYINT AS hour, merchant, shop, terminal, customer, visitor,
        amountMinor AS amount_minor, currency
      FROM events LEFT JOIN customers USING (merchant, upper, lower)`);
  }
}

/** A time that PostgreSQL tells. */
function inTime(column: string): string {
  return `make_timestamp(${column} + ${POSTGRES_EPOCH_US})`;
}

/** A parameter, a JSON array, as rows. */
function unfolded(parameter: string, type: 'BIGINT' | 'VARCHAR'): string {
  return `unnest(from_json($${parameter}, '["${type}"]'))`;
}
