import { type Constant, transposeConstant } from '../constant.ts';
import { floatAttribute, textsAttribute } from './graph-model.ts';
import {
  constantInput,
  type LoweredTensor,
  type Lowering,
  type LowerOperator,
  tensorInput,
  toTensorflowLayout,
  unsupported,
} from './lowered-value.ts';

const scalar = (value: number): Constant => ({ dims: [], data: Float32Array.of(value) });

type Activate = (lowering: Lowering, tensor: LoweredTensor) => LoweredTensor;

const plain =
  (op: string): Activate =>
  ({ graph }, tensor) => ({ ...tensor, name: graph.node({ op, inputs: [tensor.name] }) });

const relu6: Activate = ({ graph }, tensor) => {
  const bounds = [graph.weight(scalar(0)), graph.weight(scalar(6))];
  return { ...tensor, name: graph.node({ op: 'Clip', inputs: [tensor.name, ...bounds] }) };
};

const leakyRelu =
  (slopeAttribute: string): Activate =>
  ({ graph, node }, tensor) => {
    // 0.2 is TensorFlow's default slope.
    const slope = floatAttribute(node, slopeAttribute) ?? 0.2;
    const attributes = { alpha: { float: slope } };
    return { ...tensor, name: graph.node({ op: 'LeakyRelu', inputs: [tensor.name], attributes }) };
  };

/** Slopes are [C], [1, 1, C] or [H, W, C] in TensorFlow; ONNX broadcasts them against the tensor from the right. */
function prelu({ graph }: Lowering, tensor: LoweredTensor, slopes: Constant): LoweredTensor {
  const weight =
    tensor.layout === 'nchw'
      ? graph.weight(transposeConstant({ ...slopes, dims: lastThree(slopes.dims) }, [2, 0, 1]))
      : graph.weight(slopes);
  return { ...tensor, name: graph.node({ op: 'PRelu', inputs: [tensor.name, weight] }) };
}

const lastThree = (dims: readonly number[]): readonly number[] => [1, 1, 1, ...dims].slice(-3);

const fusedActivations: ReadonlyMap<string, Activate> = new Map([
  ['linear', (_, tensor) => tensor],
  ['Relu', plain('Relu')],
  ['Relu6', relu6],
  ['Sigmoid', plain('Sigmoid')],
  ['Elu', plain('Elu')],
  ['LeakyRelu', leakyRelu('leakyrelu_alpha')],
  [
    'Prelu',
    (lowering, tensor) =>
      prelu(lowering, tensor, constantInput(lowering, lowering.inputs.length - 1)),
  ],
]);

/**
 * Applies what a fused operator does after its sum. The bias itself belongs to the convolution or product.
 *
 * @throws UnsupportedOperatorError for a fused step we do not know
 */
export function applyFusedSteps(lowering: Lowering, tensor: LoweredTensor): LoweredTensor {
  const steps = textsAttribute(lowering.node, 'fused_ops').filter((step) => step !== 'BiasAdd');
  return steps.reduce((result, step) => {
    const activate = fusedActivations.get(step);
    if (activate === undefined) throw unsupported(lowering.node, `fused step ${step}`);
    return activate(lowering, result);
  }, tensor);
}

const unary =
  (activate: Activate): LowerOperator =>
  (lowering) =>
    activate(lowering, tensorInput(lowering, 0));

const rsqrt: Activate = (lowering, tensor) =>
  plain('Reciprocal')(lowering, plain('Sqrt')(lowering, tensor));

const square: Activate = ({ graph }, tensor) => ({
  ...tensor,
  name: graph.node({ op: 'Mul', inputs: [tensor.name, tensor.name] }),
});

const softmax: Activate = ({ graph }, tensor) => {
  const input = toTensorflowLayout(graph, tensor);
  const attributes = { axis: -1 };
  return { ...input, name: graph.node({ op: 'Softmax', inputs: [input.name], attributes }) };
};

export const activationOperators: readonly (readonly [string, LowerOperator])[] = [
  ['Relu', unary(plain('Relu'))],
  ['Relu6', unary(relu6)],
  ['Sigmoid', unary(plain('Sigmoid'))],
  ['Tanh', unary(plain('Tanh'))],
  ['Elu', unary(plain('Elu'))],
  ['Abs', unary(plain('Abs'))],
  ['Neg', unary(plain('Neg'))],
  ['Exp', unary(plain('Exp'))],
  ['Sqrt', unary(plain('Sqrt'))],
  ['LeakyRelu', unary(leakyRelu('alpha'))],
  ['Rsqrt', unary(rsqrt)],
  ['Square', unary(square)],
  ['Softmax', unary(softmax)],
  ['Prelu', (lowering) => prelu(lowering, tensorInput(lowering, 0), constantInput(lowering, 1))],
];
