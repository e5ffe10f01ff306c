import { describe, expect, it } from 'vitest';
import {
  assignBins,
  binCount,
  binOfValue,
  binsOf,
  describeRange,
  rangeOfBin,
} from './feature-bins.ts';
import { featureOf } from './feature-table.ts';

const NONE_BAD = { bad: new Uint8Array(100), mostBins: 4 };

describe('bins of numbers', () => {
  it('hold about equally many, never part of a value, and what is not known apart', () => {
    const feature = featureOf('x', ['1', '1', '1', '2', '3', '4', '5', '', 'NA']);
    const bins = binsOf(feature, NONE_BAD);
    expect(bins).toEqual({ kind: 'number', name: 'x', cuts: [1.5, 2.5, 4.5] });
    expect([...assignBins(bins, feature)]).toEqual([1, 1, 1, 2, 3, 3, 4, 0, 0]);
    expect(binCount(bins)).toBe(5);
    expect([0, 1, 2, 4].map((bin) => describeRange(rangeOfBin(bins, bin)))).toEqual([
      'not known',
      'below 1.5',
      '1.5 to 2.5',
      'from 4.5',
    ]);
  });

  it('give a value the bin that its column got', () => {
    const texts = ['-3', '0', '0.5', '9', '9', '1e3', '?'];
    const feature = featureOf('x', texts);
    const bins = binsOf(feature, NONE_BAD);
    const values = feature.kind === 'number' ? [...feature.values] : [];
    const each = values.map((value) => binOfValue(bins, value));
    expect(each).toEqual([...assignBins(bins, feature)]);
    expect(binOfValue(bins, 'text')).toBe(0);
    expect(binOfValue(bins, undefined)).toBe(0);
  });
});

describe('bins of categories', () => {
  const texts = Array.from({ length: 100 }, (_, i) =>
    i < 30 ? 'a' : i < 60 ? 'b' : i < 98 ? 'c' : i === 98 ? 'rare' : '',
  );
  const feature = featureOf('trade', texts);
  const bad = Uint8Array.from(texts, (level, i) =>
    level === 'b' && i % 2 === 0 ? 1 : level === 'a' && i % 5 === 0 ? 1 : 0,
  );
  const bins = binsOf(feature, { bad, mostBins: 64 });

  it('are in the order of their risk, rare levels together', () => {
    expect(bins).toMatchObject({
      kind: 'category',
      levels: [['c'], ['a'], [], ['b']],
      otherBin: 3,
    });
    expect(describeRange(rangeOfBin(bins, 3))).toBe('other');
    expect(describeRange(rangeOfBin(bins, 4))).toBe('b');
  });

  it('give a value the bin that its column got', () => {
    const each =
      feature.kind === 'category' ? feature.values.map((value) => binOfValue(bins, value)) : [];
    expect(each).toEqual([...assignBins(bins, feature)]);
    expect(binOfValue(bins, 'never seen')).toBe(3);
    expect(binOfValue(bins, undefined)).toBe(0);
  });
});
