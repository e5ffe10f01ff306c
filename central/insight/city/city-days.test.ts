import { describe, expect, it } from 'vitest';
import { CityDays } from './city-days.ts';
import { planCity } from './city-plan.ts';

const SIZE = { streets: 2, shopsAStreet: 5, peopleAStreet: 120, days: 98 };
const LAST_DAY = '2026-11-22';

const plan = planCity(SIZE, 7, LAST_DAY);
const days = [...new CityDays(plan).play()];

/** Payments a day of a street between two days. */
function perDay(street: number, from: number, to: number): number {
  const counts = days.slice(from, to).map(({ streets }) => streets[street]?.length ?? 0);
  return counts.reduce((sum, count) => sum + count, 0) / counts.length;
}

describe('a simulated city', () => {
  it('is the same for the same seed, and another for another', () => {
    expect([...new CityDays(planCity(SIZE, 7, LAST_DAY)).play()]).toEqual(days);
    expect([...new CityDays(planCity(SIZE, 8, LAST_DAY)).play()]).not.toEqual(days);
  });

  it('ends on its last day, and each street’s payments are in the order of time', () => {
    expect([days.length, days.at(-1)?.day]).toEqual([98, LAST_DAY]);
    const minutes = days[3]?.streets[0]?.map(({ minute }) => minute) ?? [];
    expect(minutes).toEqual(minutes.toSorted((a, b) => a - b));
  });

  it('has a week of tourists in one street, and not in the other', () => {
    const { fromDay, days: length } = plan.peak;
    const factor = (street: number): number =>
      perDay(street, fromDay, fromDay + length) / perDay(street, 0, fromDay);
    expect(factor(0)).toBeGreaterThan(2);
    expect(factor(1)).toBeLessThan(1.6);
  });

  it('has a shop that its regulars leave', () => {
    const shop = plan.shops[plan.dying.shop]?.shop;
    const count = (from: number, to: number): number =>
      days
        .slice(from, to)
        .flatMap(({ streets }) => streets.flat())
        .filter((payment) => payment.shop.shop === shop).length /
      (to - from);
    expect(count(80, 98)).toBeLessThan(0.7 * count(0, plan.dying.fromDay));
  });

  it('has an evening whose payments are booked the next morning, and no other', () => {
    const late = days.flatMap(({ streets }, day) =>
      streets.flat().flatMap(({ lateHours }) => (lateHours > 0 ? [day] : [])),
    );
    expect(late.length).toBeGreaterThan(3);
    expect(new Set(late)).toEqual(new Set([plan.outage.day]));
  });
});
