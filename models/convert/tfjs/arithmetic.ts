import { type Constant, elementCount } from '../constant.ts';
import {
  constantValue,
  inputAt,
  type LoweredTensor,
  type LoweredValue,
  type Lowering,
  type LowerOperator,
  toNchw,
  toTensorflowLayout,
  unsupported,
  weightBeside,
} from './lowered-value.ts';

type Arithmetic = {
  readonly op: string;
  readonly compute: (left: number, right: number) => number;
};

/** NumPy's broadcasting of two shapes. */
function broadcastDims(
  { node }: Lowering,
  left: readonly number[],
  right: readonly number[],
): readonly number[] {
  const rank = Math.max(left.length, right.length);
  return Array.from({ length: rank }, (_, axis) => {
    const a = left[left.length - rank + axis] ?? 1;
    const b = right[right.length - rank + axis] ?? 1;
    if (a !== b && a !== 1 && b !== 1) {
      throw unsupported(node, `shapes [${left.join()}] and [${right.join()}] do not broadcast`);
    }
    return Math.max(a, b);
  });
}

const valueAt = ({ data }: Constant, index: number): number =>
  data[data.length === 1 ? 0 : index] ?? 0;

/** Only equal shapes or a single value on one side: shape arithmetic needs no more. */
function fold(lowering: Lowering, { compute }: Arithmetic, pair: readonly [Constant, Constant]) {
  const [left, right] = pair;
  const dims = broadcastDims(lowering, left.dims, right.dims);
  const count = elementCount(dims);
  for (const side of pair) {
    if (side.data.length !== 1 && side.data.length !== count) {
      throw unsupported(lowering.node, 'constants of different shapes');
    }
  }
  const values = Array.from({ length: count }, (_, i) =>
    compute(valueAt(left, i), valueAt(right, i)),
  );
  const isInteger = left.data instanceof Int32Array && right.data instanceof Int32Array;
  const data = isInteger ? Int32Array.from(values, Math.trunc) : Float32Array.from(values);
  return constantValue({ dims, data });
}

/** Both in one layout: channels first if both are pictures, else TensorFlow's order. */
function inOneLayout(
  lowering: Lowering,
  pair: readonly [LoweredTensor, LoweredTensor],
): readonly [LoweredTensor, LoweredTensor] {
  const [left, right] = pair;
  if (left.layout === right.layout) return pair;
  if (left.dims.length === 4 && right.dims.length === 4) {
    return [toNchw(lowering, left), toNchw(lowering, right)];
  }
  return [toTensorflowLayout(lowering.graph, left), toTensorflowLayout(lowering.graph, right)];
}

/** The tensor as it must be to meet the constant: a constant of higher rank cannot meet a picture's layout. */
function besideConstant(
  { graph }: Lowering,
  tensor: LoweredTensor,
  constant: Constant,
): LoweredTensor {
  return constant.dims.length > 4 ? toTensorflowLayout(graph, tensor) : tensor;
}

function lowerArithmetic(lowering: Lowering, arithmetic: Arithmetic): LoweredValue {
  const { graph } = lowering;
  const left = inputAt(lowering, 0);
  const right = inputAt(lowering, 1);
  if (left.kind === 'constant' && right.kind === 'constant') {
    return fold(lowering, arithmetic, [left.constant, right.constant]);
  }
  if (left.kind === 'tensor' && right.kind === 'tensor') {
    const [a, b] = inOneLayout(lowering, [left, right]);
    const name = graph.node({ op: arithmetic.op, inputs: [a.name, b.name] });
    return { ...a, name, dims: broadcastDims(lowering, a.dims, b.dims) };
  }
  if (left.kind === 'tensor' && right.kind === 'constant') {
    const a = besideConstant(lowering, left, right.constant);
    const inputs = [a.name, weightBeside(graph, right.constant, a)];
    const dims = broadcastDims(lowering, a.dims, right.constant.dims);
    return { ...a, name: graph.node({ op: arithmetic.op, inputs }), dims };
  }
  if (left.kind === 'constant' && right.kind === 'tensor') {
    const b = besideConstant(lowering, right, left.constant);
    const inputs = [weightBeside(graph, left.constant, b), b.name];
    const dims = broadcastDims(lowering, left.constant.dims, b.dims);
    return { ...b, name: graph.node({ op: arithmetic.op, inputs }), dims };
  }
  throw unsupported(lowering.node, 'inputs');
}

const arithmetic =
  (op: string, compute: Arithmetic['compute']): LowerOperator =>
  (lowering) =>
    lowerArithmetic(lowering, { op, compute });

const add = arithmetic('Add', (a, b) => a + b);

export const arithmeticOperators: readonly (readonly [string, LowerOperator])[] = [
  ['Add', add],
  ['AddV2', add],
  ['BiasAdd', add],
  ['Sub', arithmetic('Sub', (a, b) => a - b)],
  ['Mul', arithmetic('Mul', (a, b) => a * b)],
  ['RealDiv', arithmetic('Div', (a, b) => a / b)],
  ['Maximum', arithmetic('Max', Math.max)],
  ['Minimum', arithmetic('Min', Math.min)],
];
