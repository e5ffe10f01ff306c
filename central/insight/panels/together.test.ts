import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../../shared/kernel/seeded-random.ts';
import { togetherPanel } from './together.ts';

const DAY = '2026-11-28';

/** Baskets of things that have nothing to do with one another, but that most who take tea take cake as well. */
function drawn(count: number): string[][] {
  const random = new SeededRandom(3, 'baskets');
  return Array.from({ length: count }, () => {
    const basket = ['rice', 'soap', 'salt', 'oil'].filter(() => random.next() < 0.3);
    if (random.next() < 0.2) basket.push('tea', ...(random.next() < 0.8 ? ['cake'] : []));
    else if (random.next() < 0.1) basket.push('cake');
    return basket.length === 0 ? ['rice'] : basket;
  });
}

describe('what sells together', () => {
  it('is what was planted, in both directions, and nothing that is chance', () => {
    const { rules, sentence } = togetherPanel(DAY, drawn(3_000));
    expect(rules.slice(0, 2).map(({ given, also }) => [...given, also])).toEqual([
      ['cake', 'tea'],
      ['tea', 'cake'],
    ]);
    expect(rules.filter(({ given, also }) => ![...given, also].includes('tea'))).toEqual([]);
    const [, tea] = rules;
    expect(tea?.confidence).toBeCloseTo(0.8, 1);
    expect(tea?.lift).toBeGreaterThan(2.5);
    expect(sentence.en).toContain('Of those who buy cake');
  });

  it('is nothing where no items are sent, where there are too few, and where all is chance', () => {
    expect(togetherPanel(DAY, [])).toMatchObject({ baskets: 0, rules: [] });
    expect(togetherPanel(DAY, []).sentence.en).toContain('No items are sent');
    const few = Array.from({ length: 9 }, () => ['tea', 'cake']);
    expect(togetherPanel(DAY, few)).toMatchObject({ baskets: 9, rules: [] });
    const same = Array.from({ length: 50 }, () => ['tea', 'cake']);
    expect(togetherPanel(DAY, same).rules).toEqual([]);
  });

  it('of too many things at once is of those that are bought more often', () => {
    const things = Array.from({ length: 400 }, (_, i) => `thing ${i}`);
    const all = [...Array.from({ length: 30 }, () => things), ...drawn(600)];
    expect(togetherPanel(DAY, all).rules[0]?.given).toEqual(['cake']);
  });
});
