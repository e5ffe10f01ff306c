import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../shared/kernel/seeded-random.ts';
import { featureOf } from './feature-table.ts';
import { woeBins } from './woe-bins.ts';

const random = new SeededRandom('woe');
const ages = Array.from({ length: 4_000 }, () => random.next() * 100);
const drawn = (risk: (age: number) => number): Uint8Array =>
  Uint8Array.from(ages, (age) => (random.next() < risk(age) ? 1 : 0));
const feature = featureOf('age', ages.map(String));

describe('weights of evidence', () => {
  it('find the one step there is', () => {
    const { bins, weights } = woeBins(feature, { bad: drawn((age) => (age < 40 ? 0.4 : 0.1)) });
    if (bins.kind !== 'number') throw new Error('numbers');
    expect(bins.cuts).toHaveLength(1);
    expect(Math.abs((bins.cuts[0] ?? 0) - 40)).toBeLessThan(3);
    expect((weights[1] ?? 0) - (weights[2] ?? 0)).toBeCloseTo(Math.log(0.4 / 0.6 / (0.1 / 0.9)), 0);
  });

  it('only rise or only fall, even where the risk does both', () => {
    const bad = drawn((age) => 0.1 + 0.3 * Math.sin((age / 100) * Math.PI));
    const known = (weights: Float64Array): number[] => [...weights].slice(1);
    for (const direction of [1, -1] as const) {
      const weights = known(woeBins(feature, { bad, direction }).weights);
      expect(weights.length).toBeGreaterThan(1);
      expect(weights).toEqual(weights.toSorted((a, b) => direction * (a - b)));
    }
  });

  it('are nothing where there is nothing', () => {
    const { informationValue } = woeBins(feature, { bad: drawn(() => 0.2) });
    expect(informationValue).toBeLessThan(0.02);
  });

  it('join levels of like risk, and put those never seen with the rare ones', () => {
    const trades = ['tea', 'noodles', 'silk', 'gold'];
    const texts = Array.from({ length: 4_000 }, (_, i) => trades[i % 4] ?? '');
    const bad = Uint8Array.from(texts, (trade) =>
      random.next() < (trade === 'gold' || trade === 'silk' ? 0.4 : 0.1) ? 1 : 0,
    );
    const { bins } = woeBins(featureOf('trade', texts), { bad });
    if (bins.kind !== 'category') throw new Error('categories');
    const groups = bins.levels
      .map((levels) => levels.toSorted().join('+'))
      .filter((group) => group !== '');
    expect(groups).toEqual(['noodles+tea', 'gold+silk']);
    expect(bins.otherBin).toBeGreaterThan(0);
  });
});
