import { asFloats, type Constant } from '../constant.ts';
import { applyFusedSteps } from './activation.ts';
import { booleanAttribute, floatAttribute, textsAttribute } from './graph-model.ts';
import {
  constantInput,
  type LoweredTensor,
  type Lowering,
  type LowerOperator,
  sizeOf,
  tensorInput,
  toTensorflowLayout,
  unsupported,
} from './lowered-value.ts';

function multiply(lowering: Lowering, bias?: Constant): LoweredTensor {
  const { graph, node } = lowering;
  const input = toTensorflowLayout(graph, tensorInput(lowering, 0));
  const weight = constantInput(lowering, 1);
  if (input.dims.length !== 2) throw unsupported(node, `input has rank ${input.dims.length}`);
  if (booleanAttribute(node, 'transpose_a')) throw unsupported(node, 'transpose_a');
  const isTransposed = booleanAttribute(node, 'transpose_b');
  const outputSize = weight.dims[isTransposed ? 0 : 1];
  if (outputSize === undefined) throw unsupported(node, `weight [${weight.dims.join()}]`);
  const inputs = [input.name, graph.weight(weight)];
  if (bias !== undefined) inputs.push(graph.weight(bias));
  const name = graph.node({
    op: 'Gemm',
    inputs,
    attributes: { transB: isTransposed ? 1 : 0 },
  });
  return { kind: 'tensor', name, dims: [sizeOf(input, 0), outputSize], layout: 'as-tensorflow' };
}

const fusedMatrixProduct: LowerOperator = (lowering) => {
  const hasBias = textsAttribute(lowering.node, 'fused_ops').includes('BiasAdd');
  return applyFusedSteps(
    lowering,
    multiply(lowering, hasBias ? constantInput(lowering, 2) : undefined),
  );
};

/** With fixed statistics it is one multiplication and one sum a channel, folded here. */
const batchNormalisation: LowerOperator = (lowering) => {
  const { graph, node } = lowering;
  const input = tensorInput(lowering, 0);
  if (booleanAttribute(node, 'is_training')) throw unsupported(node, 'is_training');
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((index) =>
    asFloats(constantInput(lowering, index)),
  );
  if (!scale || !offset || !mean || !variance) throw unsupported(node, 'statistics');
  const epsilon = floatAttribute(node, 'epsilon') ?? 1e-4;
  const factor = scale.map((value, c) => value / Math.sqrt((variance[c] ?? 0) + epsilon));
  const shift = offset.map((value, c) => value - (mean[c] ?? 0) * (factor[c] ?? 0));
  const dims = input.layout === 'nchw' ? [factor.length, 1, 1] : [factor.length];
  const scaled = graph.node({
    op: 'Mul',
    inputs: [input.name, graph.weight({ dims, data: factor })],
  });
  const name = graph.node({ op: 'Add', inputs: [scaled, graph.weight({ dims, data: shift })] });
  return { ...input, name };
};

export const denseOperators: readonly (readonly [string, LowerOperator])[] = [
  ['MatMul', (lowering) => multiply(lowering)],
  ['_FusedMatMul', fusedMatrixProduct],
  ['FusedBatchNorm', batchNormalisation],
  ['FusedBatchNormV3', batchNormalisation],
];
