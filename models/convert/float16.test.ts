import { expect, test } from 'vitest';
import { float16ToFloat32 } from './float16.ts';

test('widens the landmarks of binary16 exactly', () => {
  const bits = [0x0000, 0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x3555];
  const expected = [0, 1, -2, 65_504, 2 ** -14, 2 ** -24, 0.333_251_953_125];
  expect(Array.from(float16ToFloat32(Uint16Array.from(bits)))).toEqual(expected);
});

test('keeps infinities, not-a-number and the sign of zero', () => {
  const [infinity, minus, nan, negativeZero] = float16ToFloat32(
    Uint16Array.of(0x7c00, 0xfc00, 0x7e00, 0x8000),
  );
  expect(infinity).toBe(Number.POSITIVE_INFINITY);
  expect(minus).toBe(Number.NEGATIVE_INFINITY);
  expect(nan).toBeNaN();
  expect(negativeZero).toBe(-0);
});

test('all positive finite values are in the order of their bits', () => {
  const values = float16ToFloat32(Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits));
  for (let i = 1; i < values.length; i++) {
    expect(values[i]).toBeGreaterThan(values[i - 1] ?? Number.NaN);
  }
});
