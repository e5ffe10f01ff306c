import onnxProto, { type onnx } from 'onnx-proto';
import { err, ok, type Result } from '../../../shared/kernel/result.ts';

/**
 * Why a model file is not taken as a challenger:
 * - `not_onnx`: it cannot be read, or has no graph
 * - `too_large`: more than `MAX_ONNX_BYTES`, or more than `MAX_NODES` nodes
 * - `unsupported_opset`: of an operator set that is not run here
 * - `unsupported_operator`: it loops, branches, calls functions of its own, draws by chance, or reads files
 * - `unknown_input`: it looks at something that is no feature of the score in force
 * - `wrong_input`: an input is not a column of numbers or of texts
 * - `wrong_output`: it has no column of probabilities
 */
export type OnnxRefusal =
  | 'not_onnx'
  | 'too_large'
  | 'unsupported_opset'
  | 'unsupported_operator'
  | 'unknown_input'
  | 'wrong_input'
  | 'wrong_output';

/** What a model looks at, and where its answer is. */
export interface ChallengerShape {
  /** Numbers where they are not known are NaN, texts are empty. */
  readonly inputs: readonly { readonly feature: string; readonly kind: 'number' | 'text' }[];
  /** The output with the probability of going bad: one column of it, or the second of two. */
  readonly output: string;
  readonly columns: 1 | 2;
}

export const MAX_ONNX_BYTES = 700_000;
const MAX_NODES = 2_000;
const MAX_INPUTS = 500;
/** onnx.TensorProto.DataType */
const FLOAT = 1;
const STRING = 8;
/** Versions of the two operator sets that onnxruntime 1.30 runs and the tests have seen. */
const OPSETS: ReadonlyMap<string, { readonly least: number; readonly most: number }> = new Map([
  ['', { least: 9, most: 21 }],
  ['ai.onnx', { least: 9, most: 21 }],
  ['ai.onnx.ml', { least: 1, most: 5 }],
]);
/** Arithmetic, trees and linear models: what always ends, and always says the same. */
const OPERATORS: ReadonlySet<string> = new Set(
  `Abs Add And ArgMax ArrayFeatureExtractor BatchNormalization Binarizer Cast Clip Concat Constant ConstantOfShape Div Equal Erf
  Exp Expand FeatureVectorizer Flatten Floor Gather Gemm Greater GreaterOrEqual HardSigmoid Identity Imputer IsInf IsNaN
  LabelEncoder LeakyRelu Less LessOrEqual LinearClassifier LinearRegressor Log MatMul Max Mean Min Mul Neg Normalizer Not
  OneHotEncoder Or Pow Reciprocal ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape Round Scaler Shape Sigmoid Sign Slice
  Softmax Softplus Split Sqrt Squeeze Sub Sum SVMClassifier SVMRegressor Tanh Tile Transpose TreeEnsembleClassifier
  TreeEnsembleRegressor Unsqueeze Where Xor`.split(/\s+/),
);
const OUTPUTS = [
  { name: 'probability', columns: 1 },
  { name: 'probabilities', columns: 2 },
] as const;

/** Reads a model file and checks everything that can be checked without running it. @param features that it may look at */
export function checkOnnx(
  bytes: Uint8Array,
  features: ReadonlySet<string>,
): Result<ChallengerShape, OnnxRefusal> {
  if (bytes.length > MAX_ONNX_BYTES) return err('too_large');
  const model = decoded(bytes);
  const graph = model?.graph;
  if (!model || !graph || (graph.node ?? []).length === 0) return err('not_onnx');
  if ((graph.node ?? []).length > MAX_NODES) return err('too_large');
  if (!(model.opsetImport ?? []).every(isKnownOpset)) return err('unsupported_opset');
  if ((model.functions ?? []).length > 0) return err('unsupported_operator');
  if (!(graph.node ?? []).every(isPlain)) return err('unsupported_operator');
  if (!(graph.initializer ?? []).every(isInside)) return err('unsupported_operator');
  return shapeOf(graph, features);
}

function decoded(bytes: Uint8Array): onnx.ModelProto | undefined {
  try {
    return onnxProto.onnx.ModelProto.decode(bytes);
  } catch {
    return undefined;
  }
}

function isKnownOpset({ domain, version }: onnx.IOperatorSetIdProto): boolean {
  const known = OPSETS.get(domain ?? '');
  const asked = Number(version);
  return known !== undefined && asked >= known.least && asked <= known.most;
}

/** Of a known operator, without a graph inside it or weights in another file. */
function isPlain({ opType, attribute }: onnx.INodeProto): boolean {
  return (
    OPERATORS.has(opType ?? '') &&
    (attribute ?? []).every(
      ({ g, graphs, t }) => !g && (graphs ?? []).length === 0 && (!t || isInside(t)),
    )
  );
}

function isInside({ externalData, dataLocation }: onnx.ITensorProto): boolean {
  return (externalData ?? []).length === 0 && (dataLocation ?? 0) === 0;
}

function shapeOf(
  graph: onnx.IGraphProto,
  features: ReadonlySet<string>,
): Result<ChallengerShape, OnnxRefusal> {
  const weights = new Set((graph.initializer ?? []).map(({ name }) => name));
  const asked = (graph.input ?? []).filter(({ name }) => !weights.has(name));
  if (asked.length === 0 || asked.length > MAX_INPUTS) return err('wrong_input');
  const inputs: { feature: string; kind: 'number' | 'text' }[] = [];
  for (const { name, type } of asked) {
    if (!features.has(name ?? '')) return err('unknown_input');
    const { elemType, rows, columns } = tensorOf(type);
    if (rows !== undefined || columns !== 1) return err('wrong_input');
    if (elemType !== FLOAT && elemType !== STRING) return err('wrong_input');
    inputs.push({ feature: name ?? '', kind: elemType === FLOAT ? 'number' : 'text' });
  }
  const output = OUTPUTS.find(({ name, columns }) =>
    (graph.output ?? []).some(({ name: given, type }) => {
      const tensor = tensorOf(type);
      return given === name && tensor.elemType === FLOAT && (tensor.columns ?? 1) === columns;
    }),
  );
  if (!output) return err('wrong_output');
  return ok({ inputs, output: output.name, columns: output.columns });
}

/** A tensor of rows and columns; a size that is left open is undefined. */
function tensorOf(type: onnx.ITypeProto | null | undefined) {
  const tensor = type?.tensorType;
  const dims = (tensor?.shape?.dim ?? []).map(({ dimValue, dimParam }) =>
    dimParam || !Number(dimValue) ? undefined : Number(dimValue),
  );
  return { elemType: tensor?.elemType, rows: dims[0], columns: dims[1] };
}
