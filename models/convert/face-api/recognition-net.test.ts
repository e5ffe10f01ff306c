import { expect, test } from 'vitest';
import { MalformedModelError } from '../conversion-error.ts';
import { recognitionNetToOnnx } from './recognition-net.ts';

// What the whole network computes is checked against face-api's own outputs whenever the pack is installed (golden).

const manifestOf = (weights: readonly object[]): string =>
  JSON.stringify([{ paths: ['face_recognition_model.bin'], weights }]);

test('weights of another network are refused by the name of what is missing', () => {
  const manifestJson = manifestOf([{ name: 'fc', shape: [1, 2], dtype: 'float32' }]);
  const convert = () => recognitionNetToOnnx({ manifestJson, weights: new Uint8Array(8) });
  expect(convert).toThrow(MalformedModelError);
  expect(convert).toThrow('the weights have no "conv32_down/conv/filters" of 4 dimensions');
});

test('weights cut short and a manifest that is none are refused', () => {
  const manifestJson = manifestOf([{ name: 'fc', shape: [256, 128], dtype: 'float32' }]);
  expect(() => recognitionNetToOnnx({ manifestJson, weights: new Uint8Array(8) })).toThrow(
    MalformedModelError,
  );
  expect(() =>
    recognitionNetToOnnx({ manifestJson: '{"format":1}', weights: new Uint8Array(8) }),
  ).toThrow('not a TensorFlow.js weights manifest');
});
