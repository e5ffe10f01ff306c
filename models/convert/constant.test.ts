import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementCount, transposeConstant } from './constant.ts';
import { MalformedModelError } from './conversion-error.ts';

test('moves the channel to the front', () => {
  const picture = { dims: [1, 2, 2, 3], data: Float32Array.from({ length: 12 }, (_, i) => i) };
  const { dims, data } = transposeConstant(picture, [0, 3, 1, 2]);
  expect(dims).toEqual([1, 3, 2, 2]);
  expect(Array.from(data)).toEqual([0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
});

test('a transposition and its inverse give back the constant', () => {
  const shapes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  const cases = shapes.chain((dims) =>
    fc.tuple(
      fc.constant(dims),
      fc.shuffledSubarray(
        dims.map((_, axis) => axis),
        { minLength: dims.length },
      ),
    ),
  );
  fc.assert(
    fc.property(cases, ([dims, permutation]) => {
      const data = Float32Array.from({ length: elementCount(dims) }, (_, i) => i);
      const inverse = permutation.map((_, axis) => permutation.indexOf(axis));
      const back = transposeConstant(transposeConstant({ dims, data }, permutation), inverse);
      expect(back).toEqual({ dims, data });
    }),
  );
});

test('refuses a permutation of another rank', () => {
  const vector = { dims: [3], data: Float32Array.of(1, 2, 3) };
  expect(() => transposeConstant(vector, [1, 0])).toThrow(MalformedModelError);
});
