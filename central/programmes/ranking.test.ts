import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, programmeRulesSchema } from '../../shared/contracts/http-programmes.ts';
import { programmeHash, rankCompanies } from './ranking.ts';

const rules = programmeRulesSchema.parse({
  kind: 'subsidy',
  title: '旺季补贴',
  from: '2026-12-01',
  to: '2027-02-28',
  awardMinor: '100000',
  budgetMinor: '250000',
  mostCompanies: 5,
  eligibility: [{ measure: 'street_months', atLeast: 6 }],
  weights: [
    { measure: 'street_payments', weight: 2 },
    { measure: 'street_back_share', weight: -1 },
  ],
});

const company = (
  merchantId: string,
  measures: Candidate['measures'],
  appliedAt = '2026-01-01T00:00:00.000Z',
): Candidate => ({ merchantId, appliedAt, measures });

describe('ranking companies', () => {
  const known = [
    company('m-a', { street_months: 12, street_payments: 900, street_back_share: 0.01 }),
    company('m-b', { street_months: 12, street_payments: 500, street_back_share: 0 }),
    company('m-c', { street_months: 2, street_payments: 5_000 }),
    company('m-d', { street_months: 7, street_payments: 100, street_back_share: 0.2 }),
    company('m-e', { street_payments: 800 }),
  ];

  it('is by weighted places among the eligible, and awards while the budget lasts', () => {
    const ranked = rankCompanies(rules, known);
    expect(ranked.map(({ merchantId, points, awarded }) => [merchantId, points, awarded])).toEqual([
      ['m-a', 1_500, true],
      ['m-b', 1_000, true],
      ['m-d', -1_000, false],
      ['m-c', 0, false],
      ['m-e', 0, false],
    ]);
    expect(ranked.slice(3).map(({ unmet }) => unmet)).toEqual([
      ['street_months'],
      ['street_months'],
    ]);
  });

  it('breaks ties by who applied first, then by a draw that says so', () => {
    const measures = { street_months: 8, street_payments: 10 };
    const late = '2026-05-01T00:00:00.000Z';
    const ranked = rankCompanies(rules, [
      company('m-x', measures, late),
      company('m-y', measures, late),
      company('m-z', measures),
    ]);
    expect(ranked[0]).toMatchObject({ merchantId: 'm-z', tie: 'applied' });
    expect(ranked[2]?.tie).toBe('draw');
  });

  it('does not depend on the order of what it is given, and reasons add up', () => {
    const measure = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined });
    const companies = fc.uniqueArray(
      fc.record({ id: fc.integer({ min: 0, max: 99 }), months: measure, payments: measure }),
      { selector: ({ id }) => id, maxLength: 30 },
    );
    fc.assert(
      fc.property(companies, (drawn) => {
        const given = drawn.map(({ id, months, payments }) =>
          company(`m-${id}`, {
            ...(months === undefined ? {} : { street_months: months }),
            ...(payments === undefined ? {} : { street_payments: payments }),
          }),
        );
        const ranked = rankCompanies(rules, given);
        expect(rankCompanies(rules, given.toReversed())).toEqual(ranked);
        expect(programmeHash(rules, given.toReversed())).toBe(programmeHash(rules, given));
        for (const { points, reasons } of ranked) {
          expect(reasons.reduce((sum, reason) => sum + reason.points, 0)).toBe(points);
        }
        expect(ranked.filter(({ awarded }) => awarded).length).toBeLessThanOrEqual(2);
      }),
    );
  });
});
