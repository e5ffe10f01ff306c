import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type OpenDatabase, openDatabase } from '../../central/db/database.ts';
import { Enrolment } from '../../central/enrolment/enrolment.ts';
import { AnalyticsStore } from '../../central/insight/analytics-store.ts';
import { Lake } from '../../central/insight/lake/lake.ts';
import type { Projected } from '../../central/insight/lake/projection.ts';
import { PseudonymKeys } from '../../central/insight/lake/pseudonym-keys.ts';
import { listReleases } from '../../central/insight/publication/release-store.ts';
import { publishVisitors } from '../../central/insight/publication/visitor-publication.ts';
import { loadSales } from '../../central/insight/sales/sales-loader.ts';
import { SalesStore } from '../../central/insight/sales/sales-store.ts';
import { readDelivery } from '../../central/intake/hub-chain.ts';
import { IntakeBooking } from '../../central/intake/intake-booking.ts';
import { addHubs } from '../../central/intake/intake-store.ts';
import { Phones } from '../../central/phones/phones.ts';
import { Wallets } from '../../central/wallet/wallets.ts';
import { present } from '../../shared/kernel/assert.ts';
import { systemClock } from '../../shared/kernel/clock.ts';
import { ChainWriter, newId, type WrittenEvent } from '../support/chain-writer.ts';
import { withoutLoneWrites } from '../support/lone-writes.ts';
import { TestPostgres } from '../support/postgres.ts';

const HUB = 'hub-wuma';
const toEnd = { isStopping: () => false };

let postgres: TestPostgres;
let engine: AnalyticsStore;
let database: OpenDatabase;
let dir: string;
let chain: ChainWriter;
let lake: Lake;

beforeAll(async () => {
  [postgres, engine] = await Promise.all([TestPostgres.start(), AnalyticsStore.open()]);
  database = await openDatabase(withoutLoneWrites(await postgres.createDatabase()));
});
afterAll(async () => {
  engine.close();
  await database.close();
  await postgres.stop();
});
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-test-lake-'));
  await emptyBooks();
  await database.transact((tx) => addHubs(tx, [HUB]));
  chain = new ChainWriter(HUB);
  lake = await openLake(database);
});
afterEach(async () => {
  lake.close();
  rmSync(dir, { recursive: true });
});

/** Quicker than a database for each test. Books are append-only, hence the role of a replica. */
async function emptyBooks(): Promise<void> {
  await database.transact(async (tx) => {
    await tx.execute('set local session_replication_role = replica');
    await tx.execute(
      'truncate hubs, inbox, payments, journal_entries, postings, lake_state, lake_erasures, public_releases cascade',
    );
  });
}

function openLake(on: OpenDatabase, pseudonymDays = 365): Promise<Lake> {
  const folders = { folder: join(dir, 'lake'), keysFolder: join(dir, 'keys') };
  const settings = { ...folders, city: 'wenzhou', timeZone: 'Asia/Shanghai', pseudonymDays };
  return Lake.open({ settings, database: on, clock: systemClock });
}

async function book(...events: readonly WrittenEvent[]): Promise<void> {
  const enrolment = new Enrolment({ authorities: [], clock: systemClock, newId });
  const settings = { currency: 'CNY', limitMinor: 0n } as const;
  const wallets = new Wallets({ settings, clock: systemClock, newId });
  const phones = new Phones({ clock: systemClock, newId });
  const parts = { database, clock: systemClock, enrolment, wallets, phones };
  const booking = new IntakeBooking(parts);
  const from = present(await booking.position(HUB), HUB);
  const deliveries = events.map(({ seq, text }) => readDelivery({ streamSeq: seq, text }));
  await booking.book({ hubId: HUB, fence: 0, from, streamCreated: 'once', deliveries });
}

/** A payment of one whose day and place are known. */
function pay(on: { at: string; shopper?: string; merchant?: string; amountMinor?: string }) {
  const paymentId = newId();
  const shopperId = on.shopper ?? newId();
  const merchantId = on.merchant ?? 'm-tea';
  const amountMinor = on.amountMinor ?? '1000';
  const event = chain.capture({
    paymentId,
    shopperId,
    merchantId,
    amountMinor,
    capturedAt: on.at,
    shopId: `shop-${merchantId}`,
  });
  const back = (type: 'refunded' | 'reversed', minor: string): WrittenEvent =>
    chain.write(`payment.${type}`, {
      paymentId,
      shopperId,
      merchantId,
      terminalId: `${HUB}-t1`,
      shopId: `shop-${merchantId}`,
      amountMinor: minor,
      currency: 'CNY',
      [type === 'refunded' ? 'refundId' : 'reversalId']: newId(),
      [`${type}At`]: '2026-11-20T04:00:00.000Z',
      reference: 'WM-9',
    });
  return { event, back };
}

const erase = (shopperId: string): WrittenEvent =>
  chain.write('shopper.erased', { shopperId, requestedAt: new Date().toISOString() });

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
    path.endsWith('.parquet'),
  );
const lakeFiles = (): string[] => filesIn(join(dir, 'lake', 'sales'));
const events = (): string =>
  `read_parquet('${join(dir, 'lake')}/sales/*/*/*/*.parquet', hive_partitioning = true)`;

async function sales<T>(work: (store: AnalyticsStore) => Promise<T>): Promise<T> {
  const path = join(dir, 'sales.duckdb');
  const store = await SalesStore.open(path);
  await loadSales(store, { lake, database });
  store.close();
  const reader = await AnalyticsStore.open({ threads: 1, memoryMb: 256, path });
  try {
    return await work(reader);
  } finally {
    reader.close();
  }
}

/** What the engine finds in the files as they lie. */
const inFiles = (what: string, tail = ''): ReturnType<AnalyticsStore['rows']> =>
  engine.rows(`SELECT ${what} FROM ${events()} ${tail}`);

describe('the lake', () => {
  it('has every booked event once, on the city’s day, however late it comes', async () => {
    await book(
      pay({ at: '2026-11-03T03:00:00.000Z' }).event,
      // midnight has passed in Wenzhou
      pay({ at: '2026-11-03T16:30:00.000Z' }).event,
    );
    expect(await lake.pass(toEnd)).toMatchObject({ rows: 2, files: 2, behind: { [HUB]: 0 } });
    expect(await lake.pass(toEnd)).toMatchObject({ rows: 0, files: 0 });
    await book(pay({ at: '2026-11-02T03:00:00.000Z' }).event);
    await lake.pass(toEnd);
    const rows = await inFiles(
      'day::VARCHAR AS day, hour, event_seq, street',
      'ORDER BY event_seq',
    );
    expect(rows).toEqual([
      { day: '2026-11-03', hour: 11, event_seq: 1n, street: HUB },
      { day: '2026-11-04', hour: 0, event_seq: 2n, street: HUB },
      { day: '2026-11-02', hour: 11, event_seq: 3n, street: HUB },
    ]);
  });

  it('corrects the day of the payment that is given back', async () => {
    const whole = pay({ at: '2026-11-01T03:00:00.000Z' });
    const part = pay({ at: '2026-11-02T03:00:00.000Z' });
    const reversed = pay({ at: '2026-11-03T03:00:00.000Z' });
    await book(whole.event, part.event, reversed.event);
    await lake.pass(toEnd);
    await sales((store) => store.rows('FROM sale'));
    await book(
      whole.back('refunded', '1000'),
      part.back('refunded', '300'),
      reversed.back('reversed', '1000'),
    );
    await lake.pass(toEnd);
    const days = await inFiles(
      'day::VARCHAR AS day, sum(amount_minor)::INTEGER AS net',
      'GROUP BY day ORDER BY day',
    );
    expect(days).toEqual([
      { day: '2026-11-01', net: 0 },
      { day: '2026-11-02', net: 700 },
      { day: '2026-11-03', net: 0 },
    ]);
    expect(await sales((store) => store.rows('SELECT amount FROM sale'))).toEqual([
      { amount: 700n },
    ]);
  });

  it('counts nothing twice when a process ends between the files and the record', async () => {
    await book(...chain.captures(50));
    const failing: OpenDatabase = {
      ...database,
      transact: (work) =>
        database.transact(async (tx) => {
          const done = await work(tx);
          if (lakeFiles().length > 0) throw new Error('the power went');
          return done;
        }),
    };
    const cut = await openLake(failing);
    await expect(cut.pass(toEnd)).rejects.toThrow('the power went');
    cut.close();
    expect(lakeFiles()).toHaveLength(1);
    const again = await openLake(database);
    expect(lakeFiles()).toEqual([]);
    expect(await again.pass(toEnd)).toMatchObject({ rows: 50 });
    again.close();
    expect(
      await inFiles('count(*)::INTEGER AS n, count(DISTINCT event_seq)::INTEGER AS d'),
    ).toEqual([{ n: 50, d: 50 }]);
  });

  it('counts nothing twice when two processes project at once', async () => {
    await book(...chain.captures(5));
    const other = await openLake(database);
    // whichever comes second finds the watermark moved
    await Promise.allSettled([lake.pass(toEnd), other.pass(toEnd)]);
    other.close();
    expect(await sales((store) => store.rows('SELECT count(*)::INTEGER AS n FROM sale'))).toEqual([
      { n: 5 },
    ]);
  });

  it('has no customer of two merchants, nor anybody’s id', async () => {
    const shopper = newId();
    const merchants = ['m-tea', 'm-silk', 'm-tea'];
    await book(
      ...merchants.map(
        (merchant) => pay({ at: '2026-11-03T03:00:00.000Z', shopper, merchant }).event,
      ),
    );
    await lake.pass(toEnd);
    const rows = await inFiles('customer, visitor', 'ORDER BY event_seq');
    expect(new Set(rows.map((row) => row['customer'])).size).toBe(2);
    expect(rows[0]?.['customer']).toBe(rows[2]?.['customer']);
    expect(new Set(rows.map((row) => row['visitor'])).size).toBe(1);
    expect(JSON.stringify(await inFiles('columns(*)::VARCHAR'))).not.toContain(shopper);
    // the engine’s are those that single people are looked for by
    const pseudonyms = present(new PseudonymKeys(join(dir, 'keys')).read(1), 'the key');
    expect(rows).toEqual(
      merchants.map((merchant) => ({
        customer: pseudonyms.ofCustomer(merchant, shopper),
        visitor: pseudonyms.ofVisitor(shopper),
      })),
    );
  });

  it('forgets whoever is erased, in the files, in the store, and for payments that come later', async () => {
    const shopper = newId();
    await book(
      pay({ at: '2026-11-03T03:00:00.000Z', shopper }).event,
      pay({ at: '2026-11-04T03:00:00.000Z', shopper, merchant: 'm-silk' }).event,
      pay({ at: '2026-11-04T03:00:00.000Z' }).event,
    );
    await lake.pass(toEnd);
    const known =
      'count(*)::INTEGER AS n, count(customer)::INTEGER AS c, count(visitor)::INTEGER AS v';
    expect(await sales((store) => store.rows(`SELECT ${known} FROM sale`))).toEqual([
      { n: 3, c: 3, v: 3 },
    ]);
    await book(erase(shopper), pay({ at: '2026-11-02T03:00:00.000Z', shopper }).event);
    expect(await lake.pass(toEnd)).toMatchObject({ erased: 1 });
    expect(await lake.pass(toEnd)).toMatchObject({ erased: 0 });
    const left = [{ n: 4, c: 1, v: 1 }];
    expect(await inFiles(known)).toEqual(left);
    expect(await sales((store) => store.rows(`SELECT ${known} FROM sale`))).toEqual(left);
  });

  it('writes everything anew under other pseudonyms when they are due, and loses the old key', async () => {
    await book(pay({ at: '2026-11-03T03:00:00.000Z', shopper: newId() }).event);
    await lake.pass(toEnd);
    const before = await inFiles('customer, visitor, amount_minor');
    await lake.rotate();
    expect(existsSync(join(dir, 'keys', 'pseudonyms-1.key'))).toBe(false);
    expect(lakeFiles()).toEqual([]);
    await lake.pass(toEnd);
    const [after] = await inFiles('customer, visitor, amount_minor');
    expect(after?.['amount_minor']).toBe(before[0]?.['amount_minor']);
    expect(after?.['customer']).not.toBe(before[0]?.['customer']);
    expect(after?.['visitor']).not.toBe(before[0]?.['visitor']);
    const stored = await sales((store) => store.rows('SELECT customer, visitor FROM sale'));
    expect(stored).toEqual([{ customer: after?.['customer'], visitor: after?.['visitor'] }]);
  });

  it('is written anew when its key is lost', async () => {
    await book(...chain.captures(3));
    await lake.pass(toEnd);
    rmSync(join(dir, 'keys'), { recursive: true });
    const again = await openLake(database);
    expect(again.epochNumber).toBe(2);
    expect(await again.pass(toEnd)).toMatchObject({ rows: 3 });
    again.close();
  });

  it('has every event of a window of more days than are written at a time', async () => {
    const first = Date.parse('2024-01-01T04:00:00.000Z');
    const at = Array.from({ length: 501 }, (_, day) => new Date(first + day * 86_400_000));
    await book(...at.map((day) => pay({ at: day.toISOString() }).event));
    await lake.pass(toEnd);
    expect(lakeFiles()).toHaveLength(501);
    const [row] = await inFiles('count(*) AS rows, count(DISTINCT event_seq) AS events');
    expect(row).toEqual({ rows: 501n, events: 501n });
  });

  it('puts a day’s many files together, and has the same rows', async () => {
    for (let i = 0; i < 18; i += 1) {
      await book(pay({ at: '2026-11-03T03:00:00.000Z' }).event);
      await lake.pass(toEnd);
    }
    expect(lakeFiles()).toHaveLength(2);
    expect(
      await inFiles('count(*)::INTEGER AS n, count(DISTINCT event_seq)::INTEGER AS d'),
    ).toEqual([{ n: 18, d: 18 }]);
  });

  it('hands over what it writes, and its store takes the same from it as from the files', async () => {
    const given = pay({ at: '2026-11-03T03:00:00.000Z' });
    const kept = pay({ at: '2026-11-04T03:00:00.000Z' });
    await book(given.event, kept.event, given.back('reversed', '1000'));
    const store = await SalesStore.open(join(dir, 'taken.duckdb'));
    await loadSales(store, { lake, database });
    let taken = false;
    const onProjected = async (projected: Projected): Promise<void> => {
      taken = await store.take(projected);
    };
    await lake.pass({ ...toEnd, onProjected });
    expect(taken).toBe(true);
    await loadSales(store, { lake, database });
    const rows = await store.rows('FROM sale');
    store.close();
    expect(rows).toHaveLength(1);
    expect(rows).toEqual(await sales((fromFiles) => fromFiles.rows('FROM sale')));
  });

  it('publishes a week’s visitors once, with noise, and never the same week with other noise', async () => {
    const shopper = newId();
    await book(
      ...chain.captures(1),
      // twice in the week, one visitor
      ...['2026-11-17', '2026-11-18'].map(
        (day) => pay({ at: `${day}T03:00:00.000Z`, shopper }).event,
      ),
      pay({ at: '2026-11-22T15:59:59.000Z' }).event,
      // Monday in Wenzhou
      pay({ at: '2026-11-22T16:00:00.000Z' }).event,
    );
    await lake.pass(toEnd);
    const store = await SalesStore.open(join(dir, 'sales.duckdb'));
    await loadSales(store, { lake, database });
    const now = new Date('2026-11-25T00:00:00.000Z');
    const publish = (day: string, uniform: (below: number) => number): Promise<boolean> =>
      publishVisitors(store, { database, at: { day, hour: 8 }, now, uniform });
    // draws that come to no noise
    expect(await publish('2026-11-23', () => 0)).toBe(false);
    const draws = [0, 0, 0, 1, 0];
    expect(await publish('2026-11-24', () => draws.shift() ?? 0)).toBe(true);
    expect(await publish('2026-11-25', () => 1)).toBe(false);
    store.close();
    expect(await listReleases(database.db, 'visitors')).toMatchObject([
      { week: '2026-11-16', epsilonMilli: 500, streets: [{ street: HUB, visitors: 2 }] },
    ]);
  });

  it('makes its store of sales anew from whatever lies in its place', async () => {
    await book(...chain.captures(3));
    await lake.pass(toEnd);
    writeFileSync(join(dir, 'sales.duckdb'), 'not a database');
    expect(await sales((store) => store.rows('SELECT count(*)::INTEGER AS n FROM sale'))).toEqual([
      { n: 3 },
    ]);
  });
});
