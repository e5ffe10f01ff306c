import { expect, test } from 'vitest';
import { differenceFromGolden, type Golden } from './golden.ts';
import { findPackManifest } from './pack-catalogue.ts';
import { SYNTHETIC_PICTURE, syntheticPicture } from './synthetic-picture.ts';

const golden: Golden = {
  madeBy: 'by hand',
  picture: SYNTHETIC_PICTURE,
  tolerance: { absolute: 0.01, relative: 0.001 },
  outputs: [{ name: 'out', length: 5, step: 2, values: [1, -100, 0] }],
};
const difference = (...values: number[]) =>
  differenceFromGolden(golden, new Map([['out', Float32Array.from(values)]]));

test('looks at every step-th value within tolerance', () => {
  expect(difference(1, 77, -100, 77, 0)).toBeUndefined();
  expect(difference(1.009, 77, -100.1, 77, -0.009)).toBeUndefined();
});

test('tells where it differs', () => {
  expect(difference(1, 0, -100.2, 0, 0)).toMatch(
    /^output out\[2\] is -100\.19\d* instead of -100$/,
  );
  expect(difference(Number.NaN, 0, -100, 0, 0)).toBe('output out[0] is NaN instead of 1');
});

test('another length, or no such output, differs', () => {
  expect(difference(1, 77, -100, 77)).toBe('output out: 4 values instead of 5');
  expect(differenceFromGolden(golden, new Map())).toBe('output out: no values instead of 5');
});

test('the synthetic picture is the same picture in both layouts', () => {
  const input = findPackManifest('open').detect.model.input;
  const last = syntheticPicture(input);
  const first = syntheticPicture({ ...input, layout: 'nchw' });
  const { width, height } = input;
  for (const [x, y, c] of [
    [0, 0, 0],
    [17, 100, 1],
    [255, 255, 2],
  ] as const) {
    expect(first[(c * height + y) * width + x]).toBe(last[(y * width + x) * 3 + c]);
  }
  expect(last.every((value) => Math.abs(value) <= 1)).toBe(true);
});
