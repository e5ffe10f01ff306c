import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type BureauWeekBody,
  bureauWeekBodySchema,
} from '../../../shared/contracts/http-bureau.ts';
import { AnalyticsStore } from '../analytics-store.ts';
import { seasonWeek } from './tourist-season.ts';
import { weekCsv } from './week-files.ts';
import type { TradeOfMerchant } from './week-queries-store.ts';
import { makeWeek } from './week-release.ts';
import { seriesOf } from './week-series.ts';

const MONDAY = '2026-11-16';
const TRADES: TradeOfMerchant = Array.from({ length: 16 }, (_, i) => [
  `m-${i}`,
  i % 4 < 2 ? 'food' : i % 4 === 2 ? 'drinks' : 'crafts',
]);

let engine: AnalyticsStore;
let week: BureauWeekBody;

beforeAll(async () => {
  engine = await AnalyticsStore.open({ threads: 1, memoryMb: 256 });
  await engine.run(`
    CREATE TABLE sale (street VARCHAR, merchant VARCHAR, shop VARCHAR, day DATE, hour UTINYINT, customer BIGINT,
      visitor BIGINT, amount BIGINT);
    -- two streets, three merchants of each trade, 200 people, at noon and in the evening of every day
    INSERT INTO sale SELECT 'street-' || s, 'm-' || m, 'shop', DATE '2026-11-16' + (n % 7)::INTEGER, 12 + 6 * (n % 2), n, n % 200, 1000 + n % 50
    FROM range(1, 3) streets(s), range(12) merchants(m), range(140) people(n);
    -- a crafts shop at which seven people bought, the only one of its street
    DELETE FROM sale WHERE street = 'street-1' AND merchant IN ('m-3', 'm-7', 'm-11');
    INSERT INTO sale SELECT 'street-1', 'm-3', 'shop', DATE '2026-11-17', 12, n, n, 1000 FROM range(7) people(n);
    -- 23 people went from the first street to the second, nine back
    INSERT INTO sale SELECT 'street-1', 'm-0', 'shop', DATE '2026-11-18', 9, n, 900 + n, 1000 FROM range(23) people(n);
    INSERT INTO sale SELECT 'street-2', 'm-0', 'shop', DATE '2026-11-18', 10, n, 900 + n, 1000 FROM range(23) people(n);
    INSERT INTO sale SELECT 'street-1', 'm-0', 'shop', DATE '2026-11-18', 11, n, 900 + n, 1000 FROM range(9) people(n)`);
  week = await makeWeek(engine, MONDAY, {
    trades: TRADES,
    operations: [{ street: 'street-1', terminals: 12, latePayments: 57, lateHours: 3 }],
  });
});
afterAll(() => engine.close());

describe('a week of the bureau’s', () => {
  it('keeps its contract, and is the same whenever it is made', async () => {
    expect(bureauWeekBodySchema.parse(week)).toEqual(week);
    const again = await makeWeek(engine, MONDAY, { trades: TRADES, operations: [] });
    expect(again.cells).toEqual(week.cells);
  });

  it('tells sums in steps, and hides a shop of seven people with another of its street', () => {
    expect(week.city).toMatchObject({ payments: 3_000 });
    const hidden = week.cells.filter(({ payments }) => payments === null);
    expect(hidden).toContainEqual({
      street: 'street-1',
      trade: 'crafts',
      payments: null,
      sumMinor: null,
    });
    // it could be worked out from any single sum
    for (const street of ['street-1', 'street-2']) {
      expect(hidden.filter((cell) => cell.street === street).length).not.toBe(1);
    }
    expect(hidden.filter(({ trade }) => trade === 'crafts').length).not.toBe(1);
    expect(week.streets.map(({ payments, people }) => [payments, people])).toEqual([
      [1_290, 160],
      [1_700, 160],
    ]);
  });

  it('tells three hours of weekdays', () => {
    expect(week.slots).toHaveLength(14 + 1);
    expect(week.slots.find(({ weekday, fromHour }) => weekday === 2 && fromHour === 12)).toEqual({
      weekday: 2,
      fromHour: 12,
      payments: 210,
    });
  });

  it('follows people from street to street, but never fewer than ten', () => {
    expect(week.flows).toEqual([{ from: 'street-1', to: 'street-2', people: 20 }]);
  });

  it('knows of terminals and of an evening without a link', () => {
    expect(week.streets[0]).toMatchObject({ terminals: 12, latePayments: 50, lateHours: 3 });
  });

  it('can be taken along; what may not be told is empty', () => {
    const lines = weekCsv({ ...week, week: MONDAY, releasedAt: '' }).split('\r\n');
    expect(lines).toContain('2026-11-16,streets-trades,street-1 crafts,payments,');
    expect(lines).toContain('2026-11-16,streets,street-2,payments,1700');
  });
});

describe('series of weeks', () => {
  it('know the tourist season', () => {
    expect(seasonWeek('2026-09-28')).toMatchObject({ isSeason: true, holiday: '国庆节' });
    expect(seasonWeek('2026-07-13')).toMatchObject({ isSeason: true, holiday: null });
    expect(seasonWeek('2026-11-16')).toMatchObject({ isSeason: false, holiday: null });
  });

  it('are on an index whose hundred is an ordinary week, and show what the season adds', () => {
    const of = (monday: string, payments: number) => ({
      week: monday,
      city: { payments, sumMinor: '0' },
      streets: [],
      trades: [],
    });
    const weeks = ['2026-11-02', '2026-11-09', '2026-11-16', '2026-11-23'].map((monday, i) =>
      of(monday, 180 + 10 * i),
    );
    const { lines } = seriesOf([of('2026-09-28', 390), ...weeks]);
    expect(lines[0]).toMatchObject({ kind: 'city', seasonIndex: 200 });
    expect(lines[0]?.index).toEqual([200, 92.3, 97.4, 102.6, 107.7]);
  });
});
