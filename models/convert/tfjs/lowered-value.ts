import { type Constant, transposeConstant } from '../constant.ts';
import { MalformedModelError, UnsupportedOperatorError } from '../conversion-error.ts';
import type { OnnxGraphBuilder } from '../onnx-graph.ts';
import type { GraphNode } from './graph-model.ts';

/**
 * A tensor of the ONNX graph. `dims` are always in TensorFlow's order (N, H, W, C), whatever `layout` the
 * tensor has in the ONNX graph: the order of an operator's axes never depends on where the data happens to be.
 */
export type LoweredTensor = {
  readonly kind: 'tensor';
  readonly name: string;
  readonly dims: readonly number[];
  readonly layout: 'nchw' | 'as-tensorflow';
};

export type LoweredConstant = { readonly kind: 'constant'; readonly constant: Constant };

export type LoweredValue = LoweredTensor | LoweredConstant;

/** What an operator's lowering gets to work with. */
export type Lowering = {
  readonly graph: OnnxGraphBuilder;
  readonly node: GraphNode;
  readonly inputs: readonly LoweredValue[];
};

/** Writes the ONNX nodes of one TensorFlow node and gives their result. */
export type LowerOperator = (lowering: Lowering) => LoweredValue;

export const NHWC_TO_NCHW = [0, 3, 1, 2] as const;
const NCHW_TO_NHWC = [0, 2, 3, 1] as const;

export const constantValue = (constant: Constant): LoweredConstant => ({
  kind: 'constant',
  constant,
});

export const integerConstant = (values: readonly number[], dims = [values.length]) =>
  constantValue({ dims, data: Int32Array.from(values) });

export const unsupported = (node: GraphNode, detail: string): UnsupportedOperatorError =>
  new UnsupportedOperatorError(node.op, node.name, detail);

/** @throws UnsupportedOperatorError when the input is a constant: such graphs should be folded first */
export function tensorInput({ node, inputs }: Lowering, index: number): LoweredTensor {
  const value = inputAt({ node, inputs }, index);
  if (value.kind === 'constant') throw unsupported(node, `input ${index} is constant`);
  return value;
}

/** @throws UnsupportedOperatorError when the input is computed at run time */
export function constantInput({ node, inputs }: Lowering, index: number): Constant {
  const value = inputAt({ node, inputs }, index);
  if (value.kind === 'tensor') throw unsupported(node, `input ${index} is not constant`);
  return value.constant;
}

export function inputAt({ node, inputs }: Omit<Lowering, 'graph'>, index: number): LoweredValue {
  const value = inputs[index];
  if (value === undefined) {
    throw new MalformedModelError(`node "${node.name}" (${node.op}) has no input ${index}`);
  }
  return value;
}

/** Size along an axis of TensorFlow's order. */
export function sizeOf(tensor: LoweredTensor, axis: number): number {
  const size = tensor.dims[axis];
  if (size === undefined) {
    throw new MalformedModelError(`a tensor of rank ${tensor.dims.length} has no axis ${axis}`);
  }
  return size;
}

/** Negative axes count from the end. */
export const positiveAxis = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** @throws UnsupportedOperatorError for tensors that are not pictures (rank 4) */
export function toNchw({ graph, node }: Lowering, tensor: LoweredTensor): LoweredTensor {
  if (tensor.layout === 'nchw') return tensor;
  if (tensor.dims.length !== 4) throw unsupported(node, `input has rank ${tensor.dims.length}`);
  const name = graph.node({
    op: 'Transpose',
    inputs: [tensor.name],
    attributes: { perm: NHWC_TO_NCHW },
  });
  return { ...tensor, name, layout: 'nchw' };
}

export function toTensorflowLayout(graph: OnnxGraphBuilder, tensor: LoweredTensor): LoweredTensor {
  if (tensor.layout === 'as-tensorflow') return tensor;
  const name = graph.node({
    op: 'Transpose',
    inputs: [tensor.name],
    attributes: { perm: NCHW_TO_NHWC },
  });
  return { ...tensor, name, layout: 'as-tensorflow' };
}

/** A constant as a weight that broadcasts against `partner` in the partner's layout. */
export function weightBeside(
  graph: OnnxGraphBuilder,
  constant: Constant,
  partner: LoweredTensor,
): string {
  if (partner.layout !== 'nchw' || constant.dims.length === 0) return graph.weight(constant);
  const missing = 4 - constant.dims.length;
  const dims = [...Array<number>(missing).fill(1), ...constant.dims];
  return graph.weight(transposeConstant({ dims, data: constant.data }, NHWC_TO_NCHW));
}
