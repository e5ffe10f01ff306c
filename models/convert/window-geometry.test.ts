import fc from 'fast-check';
import { expect, test } from 'vitest';
import { explicitPadding, samePadding } from './window-geometry.ts';

const request = (inputSize: number, kernel: number, stride: number) => ({
  inputSize,
  kernel,
  stride,
  dilation: 1,
});

test.each([
  // TensorFlow pads more at the end: an even input with stride 2 gets nothing at the beginning.
  { inputSize: 256, kernel: 5, stride: 2, expected: [1, 2, 128] },
  { inputSize: 256, kernel: 3, stride: 2, expected: [0, 1, 128] },
  { inputSize: 225, kernel: 3, stride: 2, expected: [1, 1, 113] },
  { inputSize: 7, kernel: 3, stride: 1, expected: [1, 1, 7] },
  { inputSize: 4, kernel: 1, stride: 2, expected: [0, 0, 2] },
])(
  'SAME for $inputSize, kernel $kernel, stride $stride',
  ({ inputSize, kernel, stride, expected }) => {
    const { padBegin, padEnd, outputSize } = samePadding(request(inputSize, kernel, stride));
    expect([padBegin, padEnd, outputSize]).toEqual(expected);
  },
);

test('same_lower pads more at the beginning', () => {
  expect(samePadding(request(256, 3, 2), 'begin')).toEqual({
    padBegin: 1,
    padEnd: 0,
    outputSize: 128,
  });
});

test('SAME padding, given explicitly, yields the same output size', () => {
  const small = fc.integer({ min: 1, max: 5 });
  const requests = fc.record({
    inputSize: fc.integer({ min: 1, max: 64 }),
    kernel: small,
    stride: small,
    dilation: small,
  });
  fc.assert(
    fc.property(requests, (wanted) => {
      const same = samePadding(wanted);
      const explicit = explicitPadding(wanted, { begin: same.padBegin, end: same.padEnd });
      expect(same.outputSize).toBe(Math.ceil(wanted.inputSize / wanted.stride));
      expect(explicit.outputSize).toBe(same.outputSize);
      expect(same.padEnd - same.padBegin).toBeOneOf([0, 1]);
    }),
  );
});
