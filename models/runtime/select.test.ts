import fc from 'fast-check';
import { expect, it } from 'vitest';
import { quantile, selectRank } from './select.ts';

it('finds what sorting would put there', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(65_535), { minLength: 1, maxLength: 200 }),
      fc.nat(199),
      (values, at) => {
        const rank = at % values.length;
        const sorted = values.toSorted((p, q) => p - q);
        expect(selectRank(Uint16Array.from(values), values.length, rank)).toBe(sorted[rank]);
      },
    ),
  );
});

it('knows only the values that are asked for, and of none nothing', () => {
  expect(quantile(Float64Array.of(5, 1, 3, -9), 3, 0.5)).toBe(3);
  expect(quantile(Float64Array.of(5, 1, 3), 3, 1)).toBe(5);
  expect(quantile(new Float64Array(4), 0, 0.5)).toBeNaN();
});
