import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { associationRules, countRules, mineBaskets, type RuleLimits } from './association-rules.ts';
import { BasketCollector, type Baskets } from './baskets.ts';

function basketsOf(baskets: readonly (readonly string[])[]): Baskets {
  const collector = new BasketCollector();
  for (const basket of baskets) collector.add(basket);
  return collector.finish();
}

function rulesIn(baskets: readonly (readonly string[])[], limits: RuleLimits) {
  const mined = mineBaskets(basketsOf(baskets), limits);
  if (!mined.ok) throw new Error(mined.error);
  const rules = [...associationRules(mined.value)];
  expect(countRules(mined.value)).toBe(rules.length);
  return rules;
}

const told = ({ given, also, count }: { given: readonly string[]; also: string; count: number }) =>
  `${given.toSorted().join('+')}>${also} ${count}`;

/** Every set of items there is, counted basket by basket. */
function byBruteForce(baskets: readonly (readonly string[])[], limits: RuleLimits): string[] {
  const filled = baskets.filter((basket) => basket.length > 0);
  const items = [...new Set(filled.flat())].toSorted();
  const count = (set: readonly string[]): number =>
    filled.filter((basket) => set.every((item) => basket.includes(item))).length;
  const rules: string[] = [];
  for (let mask = 1; mask < 1 << items.length; mask += 1) {
    const set = items.filter((_, i) => (mask & (1 << i)) !== 0);
    const together = count(set);
    if (set.length < 2 || together === 0 || together < limits.support * filled.length - 1e-9)
      continue;
    for (const also of set) {
      const given = set.filter((item) => item !== also);
      if (together < limits.confidence * count(given) - 1e-9) continue;
      rules.push(told({ given, also, count: together }));
    }
  }
  return rules.toSorted();
}

describe('association rules', () => {
  it('are those of a small street', () => {
    const baskets = [
      ['noodles', 'tea'],
      ['noodles', 'tea', 'egg'],
      ['noodles', 'egg'],
      ['tea'],
      ['noodles', 'tea', 'tea'],
    ];
    const rules = rulesIn(baskets, { support: 0.4, confidence: 0.75 });
    expect(rules.map(told).toSorted()).toEqual(['egg>noodles 2', 'noodles>tea 3', 'tea>noodles 3']);
    expect(rules.find(({ also }) => also === 'tea')).toEqual({
      given: ['noodles'],
      also: 'tea',
      count: 3,
      support: 0.6,
      confidence: 0.75,
      lift: 0.9375,
    });
  });

  it('are what counting every set gives', () => {
    const basket = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { maxLength: 7 });
    const log = fc.array(basket, { minLength: 1, maxLength: 70 });
    const share = fc.constantFrom(0.03, 0.1, 0.2, 0.34, 0.5);
    fc.assert(
      fc.property(log, share, share, (baskets, support, confidence) => {
        const limits = { support, confidence };
        expect(rulesIn(baskets, limits).map(told).toSorted()).toEqual(
          byBruteForce(baskets, limits),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('give up beyond the bound', () => {
    const items = Array.from({ length: 30 }, (_, i) => `${i}`);
    const mined = mineBaskets(basketsOf([items, items]), {
      support: 1,
      confidence: 1,
      mostItemsets: 5_000,
    });
    expect(mined).toEqual({ ok: false, error: 'too-many' });
  });

  it('are none where there are no baskets', () => {
    expect(rulesIn([[], []], { support: 0.1, confidence: 0 })).toEqual([]);
  });
});
