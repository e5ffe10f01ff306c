import { describe, expect, it } from 'vitest';
import { BusinessDays } from './business-days.ts';

const days = new BusinessDays(['2026-11-30']);

describe('business days', () => {
  it.each([
    ['an ordinary day', '2026-11-27', '2026-11-27'],
    ['a weekend and a day of the operator’s', '2026-11-28', '2026-12-01'],
    ['the national holiday', '2026-10-01', '2026-10-08'],
    ['a Saturday that makes up for it', '2026-10-10', '2026-10-10'],
    ['the turn of the year', '2026-01-01', '2026-01-04'],
  ])('%s: %s is paid on %s', (_what, day, paid) => {
    expect(days.onOrAfter(day)).toBe(paid);
  });
});
