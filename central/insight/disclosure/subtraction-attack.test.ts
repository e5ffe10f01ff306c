import { describe, expect, it } from 'vitest';
import { type Bounds, tightenedBounds } from './subtraction-attack.ts';

const exactly = (value: number): Bounds => [value, value];

describe('an attack by subtraction', () => {
  it('works out a single hidden cell', () => {
    const bounds = tightenedBounds([
      [undefined, exactly(20), exactly(27)],
      [exactly(30), exactly(40), exactly(70)],
      [exactly(37), exactly(60), exactly(97)],
    ]);
    expect(bounds[0]?.[0]).toEqual([7, 7]);
  });

  it('knows no more than the smaller sum where four cells make up for one another', () => {
    const bounds = tightenedBounds([
      [undefined, undefined, exactly(27)],
      [undefined, undefined, exactly(70)],
      [exactly(37), exactly(60), exactly(97)],
    ]);
    expect(bounds[0]?.[0]).toEqual([0, 27]);
  });
});
