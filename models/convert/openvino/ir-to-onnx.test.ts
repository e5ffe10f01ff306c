import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { UnsupportedOperatorError } from '../conversion-error.ts';
import { irToOnnx } from './ir-to-onnx.ts';

type Layer = {
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
  /** Indices of the layers that feed this one. */
  readonly from?: readonly number[];
  readonly shape: readonly number[];
};

const port = (id: number, shape: readonly number[]) =>
  `<port id="${id}">${shape.map((size) => `<dim>${size}</dim>`).join('')}</port>`;

/** An IR document whose layers are numbered in the order given. */
function irDocument(layers: readonly Layer[]): string {
  const shapeOf = (index: number) => layers[index]?.shape ?? [];
  const elements = layers.map(({ type, data = {}, from = [], shape }, id) => {
    const attributes = Object.entries(data).map(([key, value]) => `${key}="${value}"`);
    const inputs = from.map((source, index) => port(index, shapeOf(source)));
    const output = type === 'Result' ? '' : `<output>${port(from.length, shape)}</output>`;
    return `<layer id="${id}" name="layer ${id}" type="${type}" version="opset1">
      <data ${attributes.join(' ')}/><input>${inputs.join('')}</input>${output}</layer>`;
  });
  const edges = layers.flatMap(({ from = [] }, to) =>
    from.map(
      (source, index) =>
        `<edge from-layer="${source}" from-port="0" to-layer="${to}" to-port="${index}"/>`,
    ),
  );
  return `<?xml version="1.0"?><net name="n" version="11">
    <layers>${elements.join('\n')}</layers><edges>${edges.join('')}</edges></net>`;
}

const parameter = (...shape: number[]): Layer => ({
  type: 'Parameter',
  data: { shape: shape.join(','), element_type: 'f32' },
  shape,
});

const constant = (elementType: string, shape: readonly number[], at: [number, number]): Layer => ({
  type: 'Const',
  data: {
    element_type: elementType,
    shape: shape.join(', '),
    offset: String(at[0]),
    size: String(at[1]),
  },
  shape,
});

const floatBytes = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);

async function run(xml: string, bin: Uint8Array, input: { dims: number[]; data: number[] }) {
  const session = await InferenceSession.create(irToOnnx({ xml, bin }));
  const tensor = new Tensor('float32', Float32Array.from(input.data), input.dims);
  const { output } = await session.run({ input: tensor });
  if (!(output?.data instanceof Float32Array)) throw new Error('no float output');
  return { dims: [...output.dims], data: Array.from(output.data) };
}

const windows = (strides: string) => ({
  strides,
  dilations: '1, 1',
  pads_begin: '0, 0',
  pads_end: '0, 0',
});

describe('networks', () => {
  test('compressed float16 filter, bias, PReLU with a single slope', async () => {
    // 1 x 1 filter [[1, 2], [-1, 0.5]] as binary16, biases and slope as float32
    const halves = Buffer.from(Uint16Array.of(0x3c00, 0x4000, 0xbc00, 0x3800).buffer);
    const bin = Buffer.concat([halves, floatBytes(0.5, -0.5, 0.1)]);
    const xml = irDocument([
      parameter(1, 2, 1, 2),
      constant('f16', [2, 2, 1, 1], [0, 8]),
      { type: 'Convert', data: { destination_type: 'f32' }, from: [1], shape: [2, 2, 1, 1] },
      { type: 'Convolution', data: windows('1, 1'), from: [0, 2], shape: [1, 2, 1, 2] },
      constant('f32', [1, 2, 1, 1], [8, 8]),
      { type: 'Add', data: { auto_broadcast: 'numpy' }, from: [3, 4], shape: [1, 2, 1, 2] },
      constant('f32', [1], [16, 4]),
      { type: 'PReLU', from: [5, 6], shape: [1, 2, 1, 2] },
      { type: 'Result', from: [7], shape: [] },
    ]);
    const { dims, data } = await run(xml, bin, { dims: [1, 2, 1, 2], data: [1, 2, 3, 4] });
    expect(dims).toEqual([1, 2, 1, 2]);
    // channel 0: a + 2b + 0.5; channel 1: -a + b/2 - 0.5 = 0, -0.5 -> slope 0.1
    const expected = [7.5, 10.5, 0, -0.05];
    for (const [i, value] of expected.entries()) expect(data[i]).toBeCloseTo(value, 5);
  });

  test('groups, same_upper on an even size, pooling over everything, reshape', async () => {
    // Two groups of one channel; 1 x 3 filters that pick the right and the left neighbour.
    const bin = floatBytes(0, 0, 1, 1, 0, 0);
    const xml = irDocument([
      parameter(1, 2, 1, 4),
      constant('f32', [2, 1, 1, 1, 3], [0, 24]),
      {
        type: 'GroupConvolution',
        data: { ...windows('1, 2'), auto_pad: 'same_upper' },
        from: [0, 1],
        shape: [1, 2, 1, 2],
      },
      {
        type: 'AvgPool',
        data: { kernel: '1, 2', ...windows('1, 1'), 'exclude-pad': 'true' },
        from: [2],
        shape: [1, 2, 1, 1],
      },
      { type: 'Reshape', from: [3], shape: [1, 2] },
      { type: 'Result', from: [4], shape: [] },
    ]);
    const input = { dims: [1, 2, 1, 4], data: [1, 2, 3, 4, 5, 6, 7, 8] };
    // Nothing is padded before, one after: windows (1 2 3) and (3 4 -).
    const { dims, data } = await run(xml, bin, input);
    expect(dims).toEqual([1, 2]);
    expect(data).toEqual([(3 + 0) / 2, (5 + 7) / 2]);
  });

  test.each([
    { excludePad: 'true', expected: [1, 2] },
    { excludePad: 'false', expected: [0.5, 2] },
  ])('average with exclude-pad $excludePad', async ({ excludePad, expected }) => {
    const xml = irDocument([
      parameter(1, 1, 1, 3),
      {
        type: 'AvgPool',
        data: {
          kernel: '1, 2',
          strides: '1, 2',
          pads_begin: '0, 1',
          pads_end: '0, 0',
          'exclude-pad': excludePad,
        },
        from: [0],
        shape: [1, 1, 1, 2],
      },
      { type: 'Result', from: [1], shape: [] },
    ]);
    const input = { dims: [1, 1, 1, 3], data: [1, 1, 3] };
    expect((await run(xml, Buffer.of(), input)).data).toEqual(expected);
  });
});

describe('what it refuses', () => {
  test('an unknown layer, by its type and name', () => {
    const xml = irDocument([
      parameter(1, 2),
      { type: 'LSTMSequence', from: [0], shape: [1, 2] },
      { type: 'Result', from: [1], shape: [] },
    ]);
    expect(() => irToOnnx({ xml, bin: Buffer.of() })).toThrow(UnsupportedOperatorError);
    expect(() => irToOnnx({ xml, bin: Buffer.of() })).toThrow(
      'unsupported operator LSTMSequence at node "layer 1"',
    );
  });

  test('an element type it does not read', () => {
    const xml = irDocument([parameter(1), constant('bf16', [1], [0, 2])]);
    expect(() => irToOnnx({ xml, bin: Buffer.of(0, 0) })).toThrow('element type bf16');
  });

  test('weights that are cut short', () => {
    const xml = irDocument([parameter(1), constant('f32', [2], [0, 8])]);
    expect(() => irToOnnx({ xml, bin: Buffer.alloc(7) })).toThrow('8 bytes at 0 for [2]');
  });

  test('a document of another version', () => {
    const xml = irDocument([parameter(1)]).replace('version="11"', 'version="7"');
    expect(() => irToOnnx({ xml, bin: Buffer.of() })).toThrow('version 10 or 11');
  });
});
