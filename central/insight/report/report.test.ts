import { describe, expect, it } from 'vitest';
import type { BureauWeek } from '../../../shared/contracts/http-bureau.ts';
import { seriesOf } from '../bureau/week-series.ts';
import { daysAfter } from '../panels/city-time.ts';
import { reportFigures } from './report-figures.ts';
import { reportPdf } from './report-pdf.ts';
import { dueReports, weeksOf } from './report-period.ts';

const FIRST = '2026-09-07';
const mondays = Array.from({ length: 12 }, (_, i) => daysAfter(FIRST, 7 * i));

function week(monday: string, payments: number): BureauWeek {
  const figures = { payments, sumMinor: String(payments * 2_000) };
  const street = { street: 's-1', people: 40, terminals: 2, latePayments: 3, lateHours: 1 };
  const hidden = { payments: null, sumMinor: null };
  return {
    week: monday,
    releasedAt: `${daysAfter(monday, 8)}T00:00:00.000Z`,
    city: figures,
    streets: [
      { ...street, ...figures },
      { ...street, ...hidden, street: 's-2', people: null, latePayments: 0, lateHours: 0 },
    ],
    trades: [{ trade: 'food', ...figures }],
    cells: [],
    slots: [{ weekday: 6, fromHour: 15, payments }],
    streetSlots: [],
    flows: [{ from: 's-1', to: 's-2', people: 15 }],
  };
}

describe('reports', () => {
  it('are due of every released week, and of a month with its last week', () => {
    const due = (weeks: readonly string[]) =>
      dueReports(weeks).map(({ kind, period }) => `${kind} ${period}`);
    expect(due([])).toEqual([]);
    expect(due(mondays.slice(0, 3))).toEqual(mondays.slice(0, 3).map((each) => `week ${each}`));
    expect(due(mondays.slice(0, 4)).at(-1)).toBe('month 2026-09');
    expect(due(mondays).filter((each) => each.startsWith('month'))).toEqual([
      'month 2026-09',
      'month 2026-10',
    ]);
    expect(due(mondays)).toHaveLength(8 + 2);
    expect(weeksOf({ kind: 'month', period: '2026-10' }, mondays)).toEqual([
      '2026-10-05',
      '2026-10-12',
      '2026-10-19',
      '2026-10-26',
    ]);
  });

  const weeks = mondays.map((monday, i) => week(monday, 100 + 10 * i));
  const series = seriesOf(weeks);

  it('say what the weeks say, and nothing that they do not', () => {
    const october = weeks.slice(4, 8);
    const figures = reportFigures({ kind: 'month', period: '2026-10' }, october, series);
    expect(figures).toMatchObject({ from: '2026-10-05', to: '2026-11-01', weeks: 4 });
    expect(figures.city).toMatchObject({ payments: 620, sumMinor: 1_240_000n, people: null });
    const [open, shut] = figures.streets;
    expect(open).toMatchObject({ id: 's-1', payments: 620 });
    expect(open?.index).toBeGreaterThan(90);
    expect(shut).toMatchObject({ id: 's-2', payments: null, sumMinor: null, index: null });
    expect(figures.slots[5]?.[5]).toBe(620);
    expect(figures.slots.flat().filter((payments) => payments !== null)).toEqual([620]);
    expect(figures.flows).toEqual([{ from: 's-1', to: 's-2', people: 60 }]);
    expect(figures.outages).toEqual([{ street: 's-1', hours: 4, payments: 12 }]);
    const one = reportFigures({ kind: 'week', period: FIRST }, weeks.slice(0, 1), series);
    expect(one.streets[0]?.people).toBe(40);
  });

  it('are the same file for the same figures', async () => {
    const figures = reportFigures({ kind: 'week', period: FIRST }, weeks.slice(0, 1), series);
    const nameOf = (street: string): string => `五马街 ${street}`;
    const [first, again] = [await reportPdf(figures, nameOf), await reportPdf(figures, nameOf)];
    expect(first.subarray(0, 5).toString()).toBe('%PDF-');
    expect(first.equals(again)).toBe(true);
  });
});
