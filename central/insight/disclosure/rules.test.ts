import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inSteps, sumInSteps } from './rounding.ts';
import { isDominated, isSafe, DISCLOSURE_RULES as rules } from './rules.ts';

const wide = { total: 1_000, largest: 300, second: 200 };

describe('the rules of disclosure', () => {
  it.each([
    [10, wide, true],
    [9, wide, false],
    // (1, k): one brings more than three quarters
    [500, { total: 1_000, largest: 751, second: 10 }, false],
    [500, { total: 1_000, largest: 750, second: 10 }, true],
    // p %: the second largest can work out the largest to within a tenth
    [500, { total: 1_000, largest: 500, second: 451 }, false],
    [500, { total: 1_000, largest: 500, second: 450 }, true],
    // two merchants always know one another
    [500, { total: 1_000, largest: 600, second: 400 }, false],
  ])('%i people, %o: told is %s', (people, measure, told) => {
    expect(isSafe({ people, measures: [measure] }, rules)).toBe(told);
  });

  it('tell a cell with nothing in it, but not one whose people were erased', () => {
    const nothing = { total: 0, largest: 0, second: 0 };
    expect(isSafe({ people: 0, measures: [nothing] }, rules)).toBe(true);
    expect(isSafe({ people: 0, measures: [wide] }, rules)).toBe(false);
  });

  it('never let the second largest contributor come closer to the largest than p %', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1 }), (brought) => {
        const [largest = 0, second = 0] = brought.toSorted((a, b) => b - a);
        const total = brought.reduce((sum, each) => sum + each, 0);
        fc.pre(!isDominated({ total, largest, second }, rules));
        // it knows its own and the total, and takes everything else for the largest's
        expect(total - second - largest).toBeGreaterThanOrEqual(rules.leastRest * largest);
      }),
    );
  });
});

describe('rounding', () => {
  it('hides what is less than a step', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 4 }), (count, more) => {
        const differ = inSteps(count + more, 5) - inSteps(count, 5);
        expect([0, 5]).toContain(differ);
      }),
    );
    expect(sumInSteps('199999')).toBe('100000');
    expect(sumInSteps('-199999')).toBe('-100000');
  });
});
