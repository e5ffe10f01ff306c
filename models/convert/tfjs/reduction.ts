import { booleanAttribute } from './graph-model.ts';
import {
  constantInput,
  type LoweredTensor,
  type Lowering,
  type LowerOperator,
  positiveAxis,
  tensorInput,
  toTensorflowLayout,
} from './lowered-value.ts';

function reducedDims(tensor: LoweredTensor, axes: readonly number[], keep: boolean) {
  return keep
    ? tensor.dims.map((size, axis) => (axes.includes(axis) ? 1 : size))
    : tensor.dims.filter((_, axis) => !axes.includes(axis));
}

const axesOf = (lowering: Lowering, rank: number): readonly number[] =>
  Array.from(constantInput(lowering, 1).data, (axis) => positiveAxis(axis, rank));

const isWholePicture = (tensor: LoweredTensor, axes: readonly number[]): boolean =>
  tensor.layout === 'nchw' && axes.length === 2 && axes.includes(1) && axes.includes(2);

const mean: LowerOperator = (lowering) => {
  const { graph, node } = lowering;
  const input = tensorInput(lowering, 0);
  const axes = axesOf(lowering, input.dims.length);
  const keep = booleanAttribute(node, 'keep_dims');
  const dims = reducedDims(input, axes, keep);
  if (isWholePicture(input, axes)) {
    // Spares two transpositions in the commonest case: the pooling at the end of a network.
    const pooled = graph.node({ op: 'GlobalAveragePool', inputs: [input.name] });
    if (keep) return { kind: 'tensor', name: pooled, dims, layout: 'nchw' };
    const name = graph.node({ op: 'Flatten', inputs: [pooled], attributes: { axis: 1 } });
    return { kind: 'tensor', name, dims, layout: 'as-tensorflow' };
  }
  const plain = toTensorflowLayout(graph, input);
  const attributes = { axes, keepdims: keep ? 1 : 0 };
  const name = graph.node({ op: 'ReduceMean', inputs: [plain.name], attributes });
  return { kind: 'tensor', name, dims, layout: 'as-tensorflow' };
};

const sum: LowerOperator = (lowering) => {
  const { graph, node } = lowering;
  const input = toTensorflowLayout(graph, tensorInput(lowering, 0));
  const axes = axesOf(lowering, input.dims.length);
  const keep = booleanAttribute(node, 'keep_dims');
  const name = graph.node({
    op: 'ReduceSum',
    inputs: [input.name, graph.integers(axes)],
    attributes: { keepdims: keep ? 1 : 0 },
  });
  return { kind: 'tensor', name, dims: reducedDims(input, axes, keep), layout: 'as-tensorflow' };
};

export const reductionOperators: readonly (readonly [string, LowerOperator])[] = [
  ['Mean', mean],
  ['Sum', sum],
];
