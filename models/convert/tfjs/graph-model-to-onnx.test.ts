import { describe, expect, test } from 'vitest';
import { UnsupportedOperatorError } from '../conversion-error.ts';
import {
  convertAndRun,
  type FixtureWeight,
  floats,
  fused,
  graphModel,
  halves,
  integers,
  quantised,
  spatial,
  text,
  whole,
} from './graph-model-fixture.ts';
import { graphModelToOnnx } from './graph-model-to-onnx.ts';

type Dims4 = readonly [number, number, number, number];
type Picture = { readonly dims: Dims4; readonly data: Float32Array };

/** Values without any regularity a wrong order of axes could hide behind. */
const numbers = (count: number, seed = 1): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * 12.9898 * seed));

const picture = (...dims: Dims4): Picture => ({
  dims,
  data: numbers(dims[0] * dims[1] * dims[2] * dims[3]),
});

type Convolution = {
  readonly filter: { readonly dims: Dims4; readonly data: ArrayLike<number> };
  readonly stride: number;
  readonly dilation?: number;
  readonly padding: 'SAME' | 'VALID';
  readonly depthwise?: boolean;
};

/** A convolution by TensorFlow's definition, pixel by pixel, channels last. */
function convolveByDefinition(input: Picture, convolution: Convolution) {
  const { filter, stride, dilation = 1, padding, depthwise = false } = convolution;
  const [, height, width, channels] = input.dims;
  const [kh, kw, ci, co] = filter.dims;
  const reach = (kernel: number) => (kernel - 1) * dilation + 1;
  const out = (size: number, kernel: number) =>
    padding === 'SAME' ? Math.ceil(size / stride) : Math.floor((size - reach(kernel)) / stride) + 1;
  const before = (size: number, kernel: number) =>
    padding === 'SAME'
      ? Math.floor(Math.max(0, (out(size, kernel) - 1) * stride + reach(kernel) - size) / 2)
      : 0;
  const [outHeight, outWidth] = [out(height, kh), out(width, kw)];
  const outChannels = depthwise ? ci * co : co;
  const data: number[] = [];
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      for (let o = 0; o < outChannels; o++) {
        let sum = 0;
        for (let i = 0; i < kh; i++) {
          for (let j = 0; j < kw; j++) {
            const row = y * stride + i * dilation - before(height, kh);
            const column = x * stride + j * dilation - before(width, kw);
            if (row < 0 || column < 0 || row >= height || column >= width) continue;
            for (let c = 0; c < channels; c++) {
              if (depthwise && c !== Math.floor(o / co)) continue;
              const weightAt = ((i * kw + j) * ci + c) * co + (depthwise ? o % co : o);
              const value = input.data[(row * width + column) * channels + c] ?? Number.NaN;
              sum += value * (filter.data[weightAt] ?? Number.NaN);
            }
          }
        }
        data.push(sum);
      }
    }
  }
  return { dims: [1, outHeight, outWidth, outChannels], data };
}

type Tensor = { readonly dims: readonly number[]; readonly data: ArrayLike<number> };

/** The largest difference between two values; infinite for tensors of different shapes. */
function distanceBetween(actual: Tensor, expected: Tensor): number {
  if (actual.dims.join() !== expected.dims.join()) return Number.POSITIVE_INFINITY;
  const differences = Array.from(actual.data, (value, i) =>
    Math.abs(value - (expected.data[i] ?? Number.NaN)),
  );
  return Math.max(...differences);
}

const convolutionAttributes = (stride: number, padding: string, dilation = 1) => ({
  strides: spatial(stride, stride),
  dilations: spatial(dilation, dilation),
  padding: text(padding),
  data_format: text('NHWC'),
});

const pooling = (op: string) => ({
  name: 'out',
  op,
  input: ['picture'],
  attr: { ksize: spatial(2, 2), strides: spatial(2, 2), padding: text('SAME') },
});

describe('convolution', () => {
  test.each([
    { height: 6, width: 8, kernel: 3, stride: 2, dilation: 1, padding: 'SAME' as const },
    { height: 7, width: 5, kernel: 3, stride: 2, dilation: 1, padding: 'SAME' as const },
    { height: 7, width: 6, kernel: 5, stride: 2, dilation: 1, padding: 'SAME' as const },
    { height: 6, width: 6, kernel: 2, stride: 1, dilation: 1, padding: 'SAME' as const },
    { height: 9, width: 8, kernel: 3, stride: 1, dilation: 2, padding: 'SAME' as const },
    { height: 7, width: 8, kernel: 3, stride: 2, dilation: 1, padding: 'VALID' as const },
  ])(
    '$height x $width, kernel $kernel, stride $stride, dilation $dilation, $padding',
    async (c) => {
      const input = picture(1, c.height, c.width, 3);
      const filter = {
        dims: [c.kernel, c.kernel, 3, 4] as const,
        data: numbers(c.kernel ** 2 * 12, 2),
      };
      const source = graphModel({
        inputShape: input.dims,
        weights: [floats('w', filter.dims, filter.data)],
        nodes: [
          {
            name: 'out',
            op: 'Conv2D',
            input: ['picture', 'w'],
            attr: convolutionAttributes(c.stride, c.padding, c.dilation),
          },
        ],
      });
      expect(
        distanceBetween(
          await convertAndRun(source, input),
          convolveByDefinition(input, { filter, ...c }),
        ),
      ).toBeLessThan(1e-5);
    },
  );

  test('depthwise with a multiplier, stride 2 on an even size', async () => {
    const input = picture(1, 6, 6, 3);
    const filter = { dims: [3, 3, 3, 2] as const, data: numbers(54, 3) };
    const source = graphModel({
      inputShape: input.dims,
      weights: [floats('w', filter.dims, filter.data)],
      nodes: [
        {
          name: 'out',
          op: 'DepthwiseConv2dNative',
          input: ['picture', 'w'],
          attr: convolutionAttributes(2, 'SAME'),
        },
      ],
    });
    expect(
      distanceBetween(
        await convertAndRun(source, input),
        convolveByDefinition(input, { filter, stride: 2, padding: 'SAME', depthwise: true }),
      ),
    ).toBeLessThan(1e-5);
  });

  test('fused bias and PRelu', async () => {
    const input = picture(1, 5, 5, 2);
    const filter = { dims: [3, 3, 2, 3] as const, data: numbers(54, 4) };
    const bias = [0.5, -0.25, 0.1];
    const slopes = [0.1, 0.5, 2];
    const source = graphModel({
      inputShape: input.dims,
      weights: [
        floats('w', filter.dims, filter.data),
        floats('b', [3], bias),
        floats('slopes', [1, 1, 3], slopes),
      ],
      nodes: [
        {
          name: 'out',
          op: '_FusedConv2D',
          input: ['picture', 'w', 'b', 'slopes'],
          attr: { ...convolutionAttributes(1, 'SAME'), fused_ops: fused('BiasAdd', 'Prelu') },
        },
      ],
    });
    const plain = convolveByDefinition(input, { filter, stride: 1, padding: 'SAME' });
    const data = plain.data.map((value, i) => {
      const sum = value + (bias[i % 3] ?? 0);
      return sum < 0 ? sum * (slopes[i % 3] ?? 0) : sum;
    });
    expect(
      distanceBetween(await convertAndRun(source, input), { dims: plain.dims, data }),
    ).toBeLessThan(1e-5);
  });

  const filterValues = [1, 0.5, -2, 0.25, 0.75, -1];
  const quantisedFilters: readonly { kind: string; weight: FixtureWeight }[] = [
    {
      kind: 'float16',
      weight: halves('w', [1, 1, 2, 3], [0x3c00, 0x3800, 0xc000, 0x3400, 0x3a00, 0xbc00]),
    },
    {
      kind: 'uint8',
      weight: quantised(
        { name: 'w', shape: [1, 1, 2, 3] },
        Uint8Array.from(filterValues, (v) => (v + 2) / 0.25),
        { scale: 0.25, min: -2 },
      ),
    },
    {
      kind: 'uint16',
      weight: quantised(
        { name: 'w', shape: [1, 1, 2, 3] },
        Uint16Array.from(filterValues, (v) => (v + 2) / (1 / 1024)),
        { scale: 1 / 1024, min: -2 },
      ),
    },
  ];
  test.each(quantisedFilters)('$kind weights', async ({ weight }) => {
    const input = picture(1, 3, 3, 2);
    // A weight of odd length before it: what follows is not aligned in the file.
    const spacer = quantised({ name: 'unused', shape: [1] }, Uint8Array.of(9), {
      scale: 1,
      min: 0,
    });
    const source = graphModel({
      inputShape: input.dims,
      weights: [spacer, weight],
      nodes: [
        {
          name: 'out',
          op: 'Conv2D',
          input: ['picture', 'w'],
          attr: convolutionAttributes(1, 'VALID'),
        },
      ],
    });
    const filter = { dims: [1, 1, 2, 3] as const, data: filterValues };
    expect(
      distanceBetween(
        await convertAndRun(source, input),
        convolveByDefinition(input, { filter, stride: 1, padding: 'VALID' }),
      ),
    ).toBeLessThan(1e-5);
  });
});

const poolingModel = (op: string) =>
  graphModel({ inputShape: [1, 3, 3, 1], weights: [], nodes: [pooling(op)] });

describe('pooling', () => {
  const input = {
    dims: [1, 3, 3, 1],
    data: Float32Array.of(-1, -2, -3, -4, -5, -6, -7, -8, -9),
  };

  test('the padding never wins a maximum', async () => {
    expect(
      distanceBetween(await convertAndRun(poolingModel('MaxPool'), input), {
        dims: [1, 2, 2, 1],
        data: [-1, -3, -7, -9],
      }),
    ).toBeLessThan(1e-5);
  });

  test('the padding does not count in an average', async () => {
    expect(
      distanceBetween(await convertAndRun(poolingModel('AvgPool'), input), {
        dims: [1, 2, 2, 1],
        data: [-3, -4.5, -7.5, -9],
      }),
    ).toBeLessThan(1e-5);
  });
});

describe('layout', () => {
  /** A 1 x 1 convolution that changes nothing, so that its output is channels-first inside. */
  const asConvolved = {
    name: 'convolved',
    op: 'Conv2D',
    input: ['picture', 'unit'],
    attr: { strides: spatial(1, 1), padding: text('SAME') },
  };
  const unit = floats('unit', [1, 1, 2, 2], [1, 0, 0, 1]);
  const input = picture(1, 2, 3, 2);

  const afterConvolution = (
    weights: readonly FixtureWeight[],
    ...nodes: Parameters<typeof graphModel>[0]['nodes']
  ) =>
    graphModel({
      inputShape: input.dims,
      weights: [unit, ...weights],
      nodes: [asConvolved, ...nodes],
    });

  test('a reshape sees the values channels last', async () => {
    const source = afterConvolution([whole('shape', [1, -1])], {
      name: 'out',
      op: 'Reshape',
      input: ['convolved', 'shape'],
    });
    expect(
      distanceBetween(await convertAndRun(source, input), { dims: [1, 12], data: input.data }),
    ).toBeLessThan(1e-5);
  });

  test('a tensor meets one of the other layout', async () => {
    const source = afterConvolution([], {
      name: 'out',
      op: 'AddV2',
      input: ['picture', 'convolved'],
    });
    const data = input.data.map((value) => value + value);
    expect(
      distanceBetween(await convertAndRun(source, input), { dims: input.dims, data }),
    ).toBeLessThan(1e-5);
  });

  test('a constant by channel, on either side', async () => {
    const source = afterConvolution(
      [floats('c', [2], [10, 20])],
      { name: 'sum', op: 'AddV2', input: ['convolved', 'c'] },
      { name: 'out', op: 'Sub', input: ['c', 'sum'] },
    );
    const data = input.data.map((value) => -value);
    expect(
      distanceBetween(await convertAndRun(source, input), { dims: input.dims, data }),
    ).toBeLessThan(1e-5);
  });

  test('channels are padded and concatenated', async () => {
    const source = afterConvolution(
      [whole('pads', [0, 0, 0, 0, 0, 0, 0, 1]), whole('axis', [-1])],
      { name: 'padded', op: 'Pad', input: ['convolved', 'pads'] },
      { name: 'out', op: 'ConcatV2', input: ['padded', 'convolved', 'axis'] },
    );
    const pairs = Array.from({ length: 6 }, (_, i) => input.data.subarray(2 * i, 2 * i + 2));
    const data = pairs.flatMap(([a = 0, b = 0]) => [a, b, 0, a, b]);
    expect(
      distanceBetween(await convertAndRun(source, input), { dims: [1, 2, 3, 5], data }),
    ).toBeLessThan(1e-5);
  });

  test('a mean over the picture, then a dense layer with fused bias and Relu', async () => {
    const source = afterConvolution(
      [whole('axes', [1, 2]), floats('w', [2, 1], [3, -1]), floats('b', [1], [4])],
      { name: 'mean', op: 'Mean', input: ['convolved', 'axes'] },
      {
        name: 'out',
        op: '_FusedMatMul',
        input: ['mean', 'w', 'b'],
        attr: { fused_ops: fused('BiasAdd', 'Relu') },
      },
    );
    const mean = (channel: number) =>
      [0, 1, 2, 3, 4, 5].reduce((sum, i) => sum + (input.data[2 * i + channel] ?? 0) / 6, 0);
    const data = [Math.max(0, 3 * mean(0) - mean(1) + 4)];
    expect(
      distanceBetween(await convertAndRun(source, input), { dims: [1, 1], data }),
    ).toBeLessThan(1e-5);
  });

  test('batch normalisation uses the stored statistics', async () => {
    const source = afterConvolution(
      [
        floats('scale', [2], [2, 3]),
        floats('offset', [2], [1, -1]),
        floats('mean', [2], [0.5, 0.25]),
        floats('variance', [2], [4, 9]),
      ],
      {
        name: 'out',
        op: 'FusedBatchNormV3',
        input: ['convolved', 'scale', 'offset', 'mean', 'variance'],
        attr: { epsilon: { f: 0 }, is_training: { b: false } },
      },
    );
    const data = input.data.map((v, i) => (i % 2 === 0 ? v - 0.5 + 1 : v - 0.25 - 1));
    expect(
      distanceBetween(await convertAndRun(source, input), { dims: input.dims, data }),
    ).toBeLessThan(1e-5);
  });

  test('a shape computed from a shape', async () => {
    const source = afterConvolution(
      [whole('0', [0]), whole('1', [1]), whole('rest', [-1])],
      { name: 'shape', op: 'Shape', input: ['convolved'] },
      {
        name: 'batch',
        op: 'StridedSlice',
        input: ['shape', '0', '1', '1'],
        attr: { shrink_axis_mask: { i: '1' } },
      },
      { name: 'wanted', op: 'Pack', input: ['batch', 'rest'] },
      { name: 'out', op: 'Reshape', input: ['convolved', 'wanted'] },
    );
    expect(
      distanceBetween(await convertAndRun(source, input), { dims: [1, 12], data: input.data }),
    ).toBeLessThan(1e-5);
  });
});

describe('what it refuses', () => {
  const inputShape = [1, 2, 2, 1];

  test('an unknown operator, by its name and node', () => {
    const source = graphModel({
      inputShape,
      weights: [],
      nodes: [{ name: 'model/where', op: 'NonMaxSuppressionV5', input: ['picture'] }],
    });
    expect(() => graphModelToOnnx(source)).toThrow(UnsupportedOperatorError);
    expect(() => graphModelToOnnx(source)).toThrow(
      'unsupported operator NonMaxSuppressionV5 at node "model/where"',
    );
  });

  test('an unknown fused step', () => {
    const source = graphModel({
      inputShape,
      weights: [floats('w', [1, 1, 1, 1], [1])],
      nodes: [
        {
          name: 'out',
          op: '_FusedConv2D',
          input: ['picture', 'w'],
          attr: {
            strides: spatial(1, 1),
            padding: text('SAME'),
            fused_ops: fused('FusedBatchNorm'),
          },
        },
      ],
    });
    expect(() => graphModelToOnnx(source)).toThrow(
      'unsupported operator _FusedConv2D at node "out": fused step FusedBatchNorm',
    );
  });

  test('strides along the channels', () => {
    const source = graphModel({
      inputShape,
      weights: [],
      nodes: [
        {
          name: 'out',
          op: 'MaxPool',
          input: ['picture'],
          attr: { ksize: integers(1, 2, 2, 2), strides: spatial(1, 1), padding: text('SAME') },
        },
      ],
    });
    expect(() => graphModelToOnnx(source)).toThrow('ksize [1,2,2,2]');
  });

  test('a weight file that is cut short', () => {
    const source = graphModel({
      inputShape,
      weights: [floats('w', [3], [1, 2, 3])],
      nodes: [{ name: 'out', op: 'AddV2', input: ['picture', 'w'] }],
    });
    const readWeightFile = (path: string) => source.readWeightFile(path).subarray(0, 11);
    expect(() => graphModelToOnnx({ ...source, readWeightFile })).toThrow(
      'weight "w" ends at byte 12 of a file of 11',
    );
  });

  test('a graph that goes in circles', () => {
    const source = graphModel({
      inputShape,
      weights: [],
      nodes: [
        { name: 'a', op: 'AddV2', input: ['picture', 'b'] },
        { name: 'b', op: 'Relu', input: ['a'] },
      ],
    });
    expect(() => graphModelToOnnx(source)).toThrow('depends on itself');
  });

  test('something that is no graph model', () => {
    const source = { modelJson: '{"format":"layers-model"}', outputs: ['x'] };
    expect(() => graphModelToOnnx({ ...source, readWeightFile: () => Buffer.of() })).toThrow(
      'not a TensorFlow.js graph model',
    );
  });
});

test('the same source gives the same bytes, and what an output does not need is left out', () => {
  const fixture = {
    inputShape: [1, 4, 4, 1],
    weights: [floats('w', [1, 1, 1, 1], [2]), floats('big', [1, 1, 1, 5000], numbers(5000))],
    nodes: [
      {
        name: 'wanted',
        op: 'Conv2D',
        input: ['picture', 'w'],
        attr: { strides: spatial(1, 1), padding: text('SAME') },
      },
      {
        name: 'other',
        op: 'Conv2D',
        input: ['picture', 'big'],
        attr: { strides: spatial(1, 1), padding: text('SAME') },
      },
    ],
  };
  const convert = (outputs: readonly string[]) =>
    graphModelToOnnx(graphModel({ ...fixture, outputs }));
  expect(convert(['wanted'])).toEqual(convert(['wanted']));
  expect(convert(['wanted']).length).toBeLessThan(2000);
  expect(convert(['wanted', 'other']).length).toBeGreaterThan(20_000);
});
