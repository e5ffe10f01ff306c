import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Panel, PanelOf } from '../../../shared/contracts/http-insight.ts';
import { panelSchema } from '../../../shared/contracts/http-insight.ts';
import { AnalyticsStore } from '../analytics-store.ts';
import { makePanel } from './catalogue.ts';
import { forTheCity } from './for-the-city.ts';
import { LifetimeFits } from './lifetime-fits.ts';
import type { SalesPanelName, Scope } from './panel.ts';

/** A Wednesday, three in the afternoon. */
const AT = { day: '2026-11-25', hour: 15 };
const TEA: Scope = { kind: 'merchant', merchantId: 'm-tea' };
const CITY: Scope = { kind: 'city' };

let engine: AnalyticsStore;
const fits = new LifetimeFits();

beforeAll(async () => {
  engine = await AnalyticsStore.open({ threads: 1, memoryMb: 256 });
  await engine.run(`
    CREATE TABLE sale (street VARCHAR, merchant VARCHAR, shop VARCHAR, day DATE, hour UTINYINT, customer BIGINT,
      visitor BIGINT, amount BIGINT);
    -- the tea house: 10 payments an hour from 9 to 18, a year and a half, each customer every tenth day
    INSERT INTO sale SELECT 'wuma', 'm-tea', 'tea', DATE '2026-11-25' - d::INTEGER, 9 + h, 1000 + (d * 100 + h * 10 + n) % 1000,
      5000 + (d * 100 + h * 10 + n) % 1000, 1000
    FROM range(1, 520) days(d), range(10) hours(h), range(10) people(n);
    -- Saturdays from 15 to 18 thirty more
    INSERT INTO sale SELECT 'wuma', 'm-tea', 'tea', DATE '2026-11-25' - d::INTEGER, 15 + h, 1000 + n, 5000 + n, 1000
    FROM range(1, 520) days(d), range(3) hours(h), range(30) people(n)
    WHERE isodow(DATE '2026-11-25' - d::INTEGER) = 6;
    -- a year ago the coming week brought twice as much
    INSERT INTO sale SELECT street, merchant, shop, day, hour, customer, visitor, amount FROM sale
    WHERE day BETWEEN DATE '2025-11-26' AND DATE '2025-12-02';
    -- today half as much as usual
    INSERT INTO sale SELECT 'wuma', 'm-tea', 'tea', DATE '2026-11-25', 9 + h, 1000 + n, 5000 + n, 1000
    FROM range(6) hours(h), range(5) people(n);
    -- a silk house with 64 of the tea house's customers, and a tailor with nine
    INSERT INTO sale SELECT 'wuma', 'm-silk', 'silk', DATE '2026-11-15', 12, 90000 + n, 5000 + n, 20000 FROM range(64) people(n);
    INSERT INTO sale SELECT 'wuma', 'm-tailor', 'tailor', DATE '2026-11-15', 12, 80000 + n, 5000 + n, 9000 FROM range(9) people(n);
    -- a new shop last week: 30 customers, 12 of them twice; one big spender
    INSERT INTO sale SELECT 'wuma', 'm-new', 'new', DATE '2026-09-14' + (n % 7)::INTEGER, 12, n, 70000 + n, 100 FROM range(40) people(n);
    INSERT INTO sale SELECT 'wuma', 'm-new', 'new', DATE '2026-10-14', 12, n, 70000 + n, 100 FROM range(12) people(n);
    INSERT INTO sale SELECT 'wuma', 'm-new', 'new', DATE '2026-11-16', 12, n, 70000 + n, CASE n WHEN 100 THEN 9000 ELSE 100 END
    FROM range(35, 105) people(n)`);
});
afterAll(() => engine.close());

async function panelOf<Name extends SalesPanelName>(
  panel: Name,
  scope: Scope,
): Promise<PanelOf<Name>> {
  const made = await makePanel(engine, { panel, scope, at: AT, fits });
  // every panel keeps its contract
  expect(panelSchema.parse(made)).toEqual(made);
  if (!isPanelOf(made, panel)) throw new Error(`not ${panel}`);
  return made;
}

function isPanelOf<Name extends SalesPanelName>(made: Panel, name: Name): made is PanelOf<Name> {
  return made.panel === name;
}

describe('panels', () => {
  it('see that today brings half of what is usual', async () => {
    const today = await panelOf('today', TEA);
    expect(today).toMatchObject({ payments: 30, usualPayments: 60, index: 50, comparedDays: 8 });
    expect(today.sentence.en).toBe(
      'Until 15:00 there were 30 payments, 50 % fewer than on a usual Wednesday (60); that is outside the usual ups and downs.',
    );
    expect(today.hours.find(({ hour }) => hour === 16)).toMatchObject({ payments: null });
  });

  it('find the busy hours that were planted', async () => {
    const hours = await panelOf('hours', TEA);
    expect(hours.sentence.en).toContain('Saturday 15–18 h');
    expect(hours.cells.find(({ weekday, hour }) => weekday === 6 && hour === 16)?.payments).toBe(
      40,
    );
    expect(hours.cells.find(({ weekday, hour }) => weekday === 5 && hour === 16)?.payments).toBe(
      10,
    );
  });

  it('forecast the season of a year ago, and know how wrong they were', async () => {
    const forecast = await panelOf('forecast', TEA);
    expect(forecast.season).toBeGreaterThan(1.5);
    expect(forecast.error).toBeLessThan(1e-9);
    const peak = forecast.hours.toSorted((a, b) => b.expected - a.expected)[0];
    expect(peak).toMatchObject({ day: '2026-11-28' });
    expect(peak?.from).toBeLessThan(peak?.expected ?? 0);
    expect(peak?.to).toBeGreaterThan(peak?.expected ?? 0);
  });

  it('show the shops that share customers, in fives, and none that shares fewer than ten', async () => {
    const covisits = await panelOf('covisits', TEA);
    expect(covisits.pairs).toMatchObject([{ other: 'silk', shared: 60 }]);
    const pairs = await panelOf('covisits', CITY);
    expect(pairs.pairs.map(({ shop, other }) => `${shop} ${other}`)).toEqual(['silk tea']);
  });

  it('tell new customers from those who come again', async () => {
    const { weeks } = await panelOf('returning', { kind: 'merchant', merchantId: 'm-new' });
    expect(weeks.map(({ monday, fresh, returning }) => [monday, fresh, returning])).toEqual([
      ['2026-09-14', 40, 0],
      ['2026-10-12', 0, 12],
      ['2026-11-16', 65, 5],
    ]);
  });

  it('follow those who first came in a month', async () => {
    const { cohorts } = await panelOf('cohorts', { kind: 'merchant', merchantId: 'm-new' });
    expect(cohorts).toEqual([
      { month: '2026-09', active: [40, 12, 5] },
      { month: '2026-11', active: [65] },
    ]);
  });

  it('group customers by how often and how long ago they came, and what they spend', async () => {
    const habits = await panelOf('habits', { kind: 'merchant', merchantId: 'm-new' });
    expect(habits.people).toBe(105);
    const of = (timesFrom: number, daysAgoFrom: number): number =>
      habits.groups.find(
        (group) => group.timesFrom === timesFrom && group.daysAgoFrom === daysAgoFrom,
      )?.people ?? 0;
    expect([of(1, 7), of(2, 7), of(1, 30), of(2, 30)]).toEqual([65, 5, 23, 12]);
    expect(habits.tenths[0]).toBeGreaterThan(0.4);
    expect(habits.tenths.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1);
  });

  it('know who has slipped away', async () => {
    // 60 came every week for half a year and then no more; 60 still do
    await engine.run(`
      INSERT INTO sale SELECT 'wuma', 'm-noodles', 'noodles', DATE '2026-05-04' + (7 * w)::INTEGER, 12, n, 60000 + n, 600 + (n * 37) % 1800 + (w * 61) % 300
      FROM range(28) weeks(w), range(120) people(n) WHERE (n < 60 OR w < 14) AND (w + n) % 3 > 0`);
    const { model, people } = await panelOf('lifetime', {
      kind: 'merchant',
      merchantId: 'm-noodles',
    });
    expect(people).toBe(120);
    expect(model?.slipping).toBe(60);
    expect(model?.slippingShare).toBeCloseTo(1 / 3, 1);
    expect(model?.alive).toBeGreaterThan(50);
    expect(model?.alive).toBeLessThan(75);
    expect(Number(model?.sumMinor) / (model?.purchases ?? 1)).toBeGreaterThan(1000);
  });

  it('say so where there is nothing yet', async () => {
    const nobody: Scope = { kind: 'merchant', merchantId: 'm-none' };
    const names: readonly SalesPanelName[] = [
      'today',
      'returning',
      'habits',
      'cohorts',
      'hours',
      'covisits',
      'forecast',
      'lifetime',
    ];
    for (const name of names) {
      const { sentence } = await panelOf(name, nobody);
      expect(sentence.en).not.toContain('NaN');
      expect(sentence['zh-CN']).not.toContain('NaN');
    }
  });
});

describe('a panel of the whole city', () => {
  it('has no cell of fewer than ten people', async () => {
    const scope: Scope = { kind: 'merchant', merchantId: 'm-new' };
    const cohorts = forTheCity(await panelOf('cohorts', scope));
    expect(cohorts).toMatchObject({ cohorts: [{ active: [40, 10, null] }, { active: [65] }] });
    const habits = forTheCity(await panelOf('habits', scope));
    expect(habits.panel === 'habits' && habits.groups.every(({ people }) => people >= 10)).toBe(
      true,
    );
    expect(habits.panel === 'habits' && habits.tenths).toHaveLength(10);
  });

  it('shows no tenths of so few customers that one is fewer than ten people, nor tells of them', async () => {
    const habits = await panelOf('habits', { kind: 'merchant', merchantId: 'm-new' });
    const shown = forTheCity({ ...habits, people: 99 });
    expect(shown).toMatchObject({ people: 95, tenths: [] });
    expect(shown.sentence.en).not.toContain('%');
    expect(forTheCity({ ...habits, people: 9 })).toMatchObject({ people: 0, tenths: [] });
  });

  it('tells today in tens, so that no payment can be found by looking twice', async () => {
    const today = forTheCity({ ...(await panelOf('today', TEA)), payments: 39 });
    expect(today).toMatchObject({ payments: 30 });
    expect(today.sentence.en).toContain('30 payments');
    expect(today.sentence.en).not.toContain('39');
  });
});
