import { elementAt, elementCount } from '../constant.ts';
import { MalformedModelError } from '../conversion-error.ts';
import type { OnnxGraphBuilder } from '../onnx-graph.ts';
import { integerAttribute, integersAttribute } from './graph-model.ts';
import {
  constantInput,
  constantValue,
  inputAt,
  integerConstant,
  type LoweredTensor,
  type LowerOperator,
  NHWC_TO_NCHW,
  positiveAxis,
  tensorInput,
  toTensorflowLayout,
  unsupported,
} from './lowered-value.ts';

function reshapeTo(
  graph: OnnxGraphBuilder,
  tensor: LoweredTensor,
  dims: readonly number[],
): LoweredTensor {
  const input = toTensorflowLayout(graph, tensor);
  const name = graph.node({ op: 'Reshape', inputs: [input.name, graph.integers(dims)] });
  return { kind: 'tensor', name, dims, layout: 'as-tensorflow' };
}

const reshape: LowerOperator = (lowering) => {
  const input = tensorInput(lowering, 0);
  const wanted = Array.from(constantInput(lowering, 1).data);
  const total = elementCount(input.dims);
  const known = elementCount(wanted.filter((size) => size !== -1));
  const dims = wanted.map((size) => (size === -1 ? total / known : size));
  if (elementCount(dims) !== total) {
    throw new MalformedModelError(
      `node "${lowering.node.name}" reshapes [${input.dims.join()}] to [${wanted.join()}]`,
    );
  }
  return reshapeTo(lowering.graph, input, dims);
};

const squeeze: LowerOperator = (lowering) => {
  const input = tensorInput(lowering, 0);
  const rank = input.dims.length;
  const axes = integersAttribute(lowering.node, 'squeeze_dims').map((a) => positiveAxis(a, rank));
  const dims = input.dims.filter((size, axis) =>
    axes.length === 0 ? size !== 1 : !axes.includes(axis),
  );
  return reshapeTo(lowering.graph, input, dims);
};

const expandDims: LowerOperator = (lowering) => {
  const input = tensorInput(lowering, 0);
  const axis = positiveAxis(elementAt(constantInput(lowering, 1), 0), input.dims.length + 1);
  return reshapeTo(lowering.graph, input, input.dims.toSpliced(axis, 0, 1));
};

const pad: LowerOperator = (lowering) => {
  const { graph, node } = lowering;
  const input = tensorInput(lowering, 0);
  const pairs = constantInput(lowering, 1);
  if (node.op === 'PadV2' && elementAt(constantInput(lowering, 2), 0) !== 0) {
    throw unsupported(node, 'padding with a value other than 0');
  }
  const begin = input.dims.map((_, axis) => elementAt(pairs, 2 * axis));
  const end = input.dims.map((_, axis) => elementAt(pairs, 2 * axis + 1));
  const order = input.layout === 'nchw' ? NHWC_TO_NCHW : input.dims.map((_, axis) => axis);
  const pads = [...order.map((axis) => begin[axis] ?? 0), ...order.map((axis) => end[axis] ?? 0)];
  const name = graph.node({ op: 'Pad', inputs: [input.name, graph.integers(pads)] });
  const dims = input.dims.map((size, axis) => size + (begin[axis] ?? 0) + (end[axis] ?? 0));
  return { ...input, name, dims };
};

const concat: LowerOperator = (lowering) => {
  const { graph, inputs } = lowering;
  const last = inputs.length - 1;
  const given = inputs.slice(0, last).map((_, index) => tensorInput(lowering, index));
  const [first] = given;
  if (first === undefined) throw unsupported(lowering.node, 'nothing to concatenate');
  const axis = positiveAxis(elementAt(constantInput(lowering, last), 0), first.dims.length);
  const isNchw = given.every((tensor) => tensor.layout === 'nchw');
  const parts = isNchw ? given : given.map((tensor) => toTensorflowLayout(graph, tensor));
  const name = graph.node({
    op: 'Concat',
    inputs: parts.map((tensor) => tensor.name),
    attributes: { axis: isNchw ? NHWC_TO_NCHW.findIndex((from) => from === axis) : axis },
  });
  const size = given.reduce((sum, tensor) => sum + (tensor.dims[axis] ?? 0), 0);
  const layout = isNchw ? 'nchw' : 'as-tensorflow';
  return { kind: 'tensor', name, dims: first.dims.with(axis, size), layout };
};

/** Shapes are fixed when converting (batch 1), so everything computed from a shape is a constant. */
const shape: LowerOperator = (lowering) => integerConstant(tensorInput(lowering, 0).dims);

const stridedSlice: LowerOperator = (lowering) => {
  const { node } = lowering;
  const source = constantInput(lowering, 0);
  const [begin, end, stride] = [1, 2, 3].map((index) =>
    elementAt(constantInput(lowering, index), 0),
  );
  if (source.dims.length !== 1 || stride !== 1) throw unsupported(node, 'other than shape[a:b]');
  const masks = ['begin_mask', 'end_mask', 'ellipsis_mask', 'new_axis_mask'];
  if (masks.some((mask) => (integerAttribute(node, mask) ?? 0) !== 0)) {
    throw unsupported(node, 'masks');
  }
  const values = Array.from(source.data).slice(begin, end);
  return (integerAttribute(node, 'shrink_axis_mask') ?? 0) === 0
    ? integerConstant(values)
    : integerConstant(values.slice(0, 1), []);
};

const pack: LowerOperator = (lowering) =>
  integerConstant(lowering.inputs.map((_, index) => elementAt(constantInput(lowering, index), 0)));

const identity: LowerOperator = (lowering) => {
  const value = inputAt(lowering, 0);
  return value.kind === 'constant' ? constantValue(value.constant) : value;
};

export const reshapingOperators: readonly (readonly [string, LowerOperator])[] = [
  ['Reshape', reshape],
  ['Squeeze', squeeze],
  ['ExpandDims', expandDims],
  ['Pad', pad],
  ['PadV2', pad],
  ['ConcatV2', concat],
  ['Shape', shape],
  ['StridedSlice', stridedSlice],
  ['Pack', pack],
  ['Identity', identity],
  ['StopGradient', identity],
];
