import { asFloats } from '../constant.ts';
import {
  constantInput,
  type IrLowering,
  inputShape,
  type LowerLayer,
  listAttribute,
  nameOfInput,
  tensorValue,
  unsupported,
} from './ir-lowering.ts';
import { irPads } from './ir-window.ts';

const elementwise =
  (op: string): LowerLayer =>
  (lowering) => {
    if ((lowering.layer.data['auto_broadcast'] ?? 'numpy') !== 'numpy') {
      throw unsupported(lowering.layer, 'auto_broadcast other than numpy');
    }
    const inputs = [nameOfInput(lowering, 0), nameOfInput(lowering, 1)];
    return tensorValue(lowering.graph.node({ op, inputs }));
  };

const unary =
  (op: string): LowerLayer =>
  (lowering) =>
    tensorValue(lowering.graph.node({ op, inputs: [nameOfInput(lowering, 0)] }));

/** A grouped filter is [groups, out, in, ...]; ONNX wants [groups * out, in, ...]. */
function convolution(lowering: IrLowering, isGrouped: boolean) {
  const { graph, layer } = lowering;
  const filter = constantInput(lowering, 1);
  const [groups = 1, ...rest] = isGrouped ? filter.dims : [1, ...filter.dims];
  const [outputs = 1, ...inner] = rest;
  const kernel = inner.slice(1);
  const strides = listAttribute(layer, 'strides');
  const dilations = listAttribute(layer, 'dilations');
  const weight = graph.weight({ dims: [groups * outputs, ...inner], data: filter.data });
  const name = graph.node({
    op: 'Conv',
    inputs: [nameOfInput(lowering, 0), weight],
    attributes: {
      group: groups,
      kernel_shape: kernel,
      strides,
      dilations,
      pads: irPads(layer, { kernel, strides, dilations }),
    },
  });
  return tensorValue(name);
}

/** A single slope holds for all channels. */
const prelu: LowerLayer = (lowering) => {
  const shape = inputShape(lowering.layer, 0);
  const channels = shape[1] ?? 1;
  const slopes = asFloats(constantInput(lowering, 1));
  if (slopes.length !== 1 && slopes.length !== channels) {
    throw unsupported(lowering.layer, `${slopes.length} slopes for ${channels} channels`);
  }
  const data =
    slopes.length === channels ? slopes : new Float32Array(channels).fill(slopes[0] ?? 0);
  const dims = [channels, ...Array<number>(shape.length - 2).fill(1)];
  const inputs = [nameOfInput(lowering, 0), lowering.graph.weight({ dims, data })];
  return tensorValue(lowering.graph.node({ op: 'PRelu', inputs }));
};

const pool =
  (op: 'AveragePool' | 'MaxPool'): LowerLayer =>
  (lowering) => {
    const { graph, layer } = lowering;
    const inputs = [nameOfInput(lowering, 0)];
    const kernel = listAttribute(layer, 'kernel');
    const strides = listAttribute(layer, 'strides');
    const pads = irPads(layer, { kernel, strides, dilations: kernel.map(() => 1) });
    const isWhole = kernel.join() === inputShape(layer, 0).slice(2).join();
    if (op === 'AveragePool' && isWhole && pads.every((pad) => pad === 0)) {
      return tensorValue(graph.node({ op: 'GlobalAveragePool', inputs }));
    }
    const common = {
      kernel_shape: kernel,
      strides,
      pads,
      ceil_mode: layer.data['rounding_type'] === 'ceil' ? 1 : 0,
    };
    const includesPad = layer.data['exclude-pad'] === 'true' ? 0 : 1;
    const attributes =
      op === 'AveragePool' ? { ...common, count_include_pad: includesPad } : common;
    return tensorValue(graph.node({ op, inputs, attributes }));
  };

/** Shapes are fixed in the document, so the shape input itself need not be read. */
const reshape: LowerLayer = (lowering) => {
  const { graph, layer } = lowering;
  const [dims] = layer.outputShapes;
  if (dims === undefined || dims.some((size) => size < 1)) {
    throw unsupported(layer, 'no fixed output shape');
  }
  const inputs = [nameOfInput(lowering, 0), graph.integers(dims)];
  return tensorValue(graph.node({ op: 'Reshape', inputs }));
};

const softmax: LowerLayer = (lowering) => {
  const attributes = { axis: Number(lowering.layer.data['axis'] ?? 1) };
  const inputs = [nameOfInput(lowering, 0)];
  return tensorValue(lowering.graph.node({ op: 'Softmax', inputs, attributes }));
};

const clamp: LowerLayer = (lowering) => {
  const { graph, layer } = lowering;
  const bounds = ['min', 'max'].map((bound) =>
    graph.weight({ dims: [], data: Float32Array.of(Number(layer.data[bound])) }),
  );
  return tensorValue(graph.node({ op: 'Clip', inputs: [nameOfInput(lowering, 0), ...bounds] }));
};

const concat: LowerLayer = (lowering) => {
  const { graph, layer, inputs } = lowering;
  const names = inputs.map((_, index) => nameOfInput(lowering, index));
  const attributes = { axis: Number(layer.data['axis'] ?? 0) };
  return tensorValue(graph.node({ op: 'Concat', inputs: names, attributes }));
};

const matrixProduct: LowerLayer = (lowering) => {
  const { graph, layer } = lowering;
  if (layer.data['transpose_a'] === 'true') throw unsupported(layer, 'transpose_a');
  const inputs = [nameOfInput(lowering, 0), nameOfInput(lowering, 1)];
  if (inputShape(layer, 0).length !== 2) throw unsupported(layer, 'rank other than 2');
  const attributes = { transB: layer.data['transpose_b'] === 'true' ? 1 : 0 };
  return tensorValue(graph.node({ op: 'Gemm', inputs, attributes }));
};

/** What each layer type of the IR becomes. Parameter, Const, Convert and Result are handled by the walk. */
export const irOperators: ReadonlyMap<string, LowerLayer> = new Map([
  ['Add', elementwise('Add')],
  ['Subtract', elementwise('Sub')],
  ['Multiply', elementwise('Mul')],
  ['Divide', elementwise('Div')],
  ['ReLU', unary('Relu')],
  ['Sigmoid', unary('Sigmoid')],
  ['Tanh', unary('Tanh')],
  ['PReLU', prelu],
  ['Clamp', clamp],
  ['SoftMax', softmax],
  ['Softmax', softmax],
  ['Convolution', (lowering) => convolution(lowering, false)],
  ['GroupConvolution', (lowering) => convolution(lowering, true)],
  ['AvgPool', pool('AveragePool')],
  ['MaxPool', pool('MaxPool')],
  ['Reshape', reshape],
  ['Squeeze', reshape],
  ['Unsqueeze', reshape],
  ['Concat', concat],
  ['MatMul', matrixProduct],
]);
