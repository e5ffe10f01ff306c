import { describe, expect, it } from 'vitest';
import { type RulesDraft, readRules } from './rules-draft.ts';

const draft: RulesDraft = {
  kind: 'subsidy',
  title: ' 旺季补贴 ',
  from: '2026-12-01',
  to: '2026-12-31',
  award: '500.00',
  budget: '12000',
  mostCompanies: '20',
  eligibility: [
    { key: 'a', measure: 'street_taken_minor', atLeast: '1000.5', atMost: '' },
    { key: 'b', measure: 'street_back_share', atLeast: '', atMost: '5.7' },
  ],
  weights: [{ key: 'c', measure: 'standing_score', weight: '-3' }],
};

describe('rules as they are written', () => {
  it('are yuan and per cent in the form, minor units and shares in the rules', () => {
    expect(readRules(draft)).toEqual({
      ok: true,
      rules: {
        kind: 'subsidy',
        title: '旺季补贴',
        currency: 'CNY',
        from: '2026-12-01',
        to: '2026-12-31',
        awardMinor: '50000',
        budgetMinor: '1200000',
        mostCompanies: 20,
        eligibility: [
          { measure: 'street_taken_minor', atLeast: 100_050 },
          { measure: 'street_back_share', atMost: 0.057 },
        ],
        weights: [{ measure: 'standing_score', weight: -3 }],
      },
    });
  });

  it.each<[Partial<RulesDraft>, string]>([
    [{ title: ' ' }, 'title'],
    [{ to: '2026-11-30' }, 'to'],
    [{ from: '' }, 'from'],
    [{ award: '0' }, 'award'],
    [{ award: '-5' }, 'award'],
    [{ budget: '12.345' }, 'budget'],
    [{ mostCompanies: '1.5' }, 'mostCompanies'],
    [{ weights: [] }, 'weights'],
    [{ weights: [{ key: 'c', measure: 'standing_score', weight: '101' }] }, 'weights'],
    [
      { eligibility: [{ key: 'a', measure: 'street_months', atLeast: '', atMost: '' }] },
      'eligibility',
    ],
    [
      { eligibility: [{ key: 'a', measure: 'street_months', atLeast: 'six', atMost: '' }] },
      'eligibility',
    ],
  ])('%j is told as %s', (change, field) => {
    expect(readRules({ ...draft, ...change })).toEqual({ ok: false, wrong: [field] });
  });
});
