import type { Constant } from '../constant.ts';
import { MalformedModelError, UnsupportedOperatorError } from '../conversion-error.ts';
import { OnnxGraphBuilder } from '../onnx-graph.ts';
import { activationOperators } from './activation.ts';
import { arithmeticOperators } from './arithmetic.ts';
import { convolutionOperators } from './convolution.ts';
import { denseOperators } from './dense.ts';
import { type GraphNode, nodeNameOf, parseGraphModel, shapeAttribute } from './graph-model.ts';
import {
  constantValue,
  type LoweredValue,
  type LowerOperator,
  toTensorflowLayout,
} from './lowered-value.ts';
import { poolingOperators } from './pooling.ts';
import { reductionOperators } from './reduction.ts';
import { resamplingOperators } from './resampling.ts';
import { reshapingOperators } from './reshaping.ts';
import { decodeWeights, type ReadWeightFile } from './weight-decoding.ts';

export type GraphModelSource = {
  /** Text of `model.json`. */
  readonly modelJson: string;
  readonly readWeightFile: ReadWeightFile;
  /** Names of the nodes to keep as outputs; what they do not need is left out. */
  readonly outputs: readonly string[];
};

const operators: ReadonlyMap<string, LowerOperator> = new Map([
  ...activationOperators,
  ...arithmeticOperators,
  ...convolutionOperators,
  ...denseOperators,
  ...poolingOperators,
  ...reductionOperators,
  ...resamplingOperators,
  ...reshapingOperators,
]);

/**
 * Converts a TensorFlow.js graph model to ONNX (opset 13) with batch size 1.
 *
 * Inputs and outputs keep TensorFlow's layout (N, H, W, C) and their node names, with everything but letters,
 * digits and `_` replaced by `_`; in between, pictures are channels-first, as ONNX wants them. Floats only.
 * The same source gives the same bytes.
 *
 * @returns the bytes of an `.onnx` file
 * @throws UnsupportedOperatorError naming operator and node; MalformedModelError
 */
export function graphModelToOnnx(source: GraphModelSource): Uint8Array {
  const model = parseGraphModel(source.modelJson);
  const weights = decodeWeights(model.weightsManifest, source.readWeightFile);
  const nodes = new Map(model.modelTopology.node.map((node) => [node.name, node]));
  const graph = new OnnxGraphBuilder('graph-model');
  const values = lowerNodes({ graph, nodes, weights, wanted: source.outputs });
  for (const output of source.outputs) {
    const value = values.get(output);
    if (value?.kind !== 'tensor') {
      throw new MalformedModelError(`output "${output}" does not depend on an input`);
    }
    const tensor = toTensorflowLayout(graph, value);
    const name = onnxName(output);
    graph.node({ op: 'Identity', inputs: [tensor.name], output: name });
    graph.output(name, tensor.dims);
  }
  return graph.encode();
}

type LowerNodes = {
  readonly graph: OnnxGraphBuilder;
  readonly nodes: ReadonlyMap<string, GraphNode>;
  readonly weights: ReadonlyMap<string, Constant>;
  readonly wanted: readonly string[];
};

/** Inputs before what uses them; an explicit stack, since a deep network would overflow the call stack. */
function lowerNodes({ graph, nodes, weights, wanted }: LowerNodes): Map<string, LoweredValue> {
  const values = new Map<string, LoweredValue>();
  const opened = new Set<string>();
  const stack = [...wanted].toReversed();
  for (let name = stack.at(-1); name !== undefined; name = stack.at(-1)) {
    const node = nodes.get(name);
    if (node === undefined) throw new MalformedModelError(`there is no node "${name}"`);
    const inputNames = node.input.filter((input) => !input.startsWith('^')).map(nodeNameOf);
    const missing = inputNames.filter((input) => !values.has(input));
    if (missing.length > 0) {
      if (opened.has(name)) throw new MalformedModelError(`node "${name}" depends on itself`);
      opened.add(name);
      stack.push(...missing.toReversed());
      continue;
    }
    stack.pop();
    if (values.has(name)) continue;
    const inputs = inputNames.flatMap((input) => values.get(input) ?? []);
    values.set(name, lowerNode({ graph, node, inputs, weights }));
  }
  return values;
}

function lowerNode(request: {
  readonly graph: OnnxGraphBuilder;
  readonly node: GraphNode;
  readonly inputs: readonly LoweredValue[];
  readonly weights: ReadonlyMap<string, Constant>;
}): LoweredValue {
  const { graph, node, inputs, weights } = request;
  if (node.op === 'Const') {
    const constant = weights.get(node.name);
    if (constant === undefined) throw new MalformedModelError(`no weight for "${node.name}"`);
    return constantValue(constant);
  }
  if (node.op === 'Placeholder') {
    // The batch size is the only one that may be open; we always run one picture.
    const dims = shapeAttribute(node, 'shape').map((size, axis) => (axis === 0 ? 1 : size));
    if (dims.length === 0 || dims.some((size) => size < 1)) {
      throw new MalformedModelError(`input "${node.name}" has no fixed shape`);
    }
    return {
      kind: 'tensor',
      name: graph.input(onnxName(node.name), dims),
      dims,
      layout: 'as-tensorflow',
    };
  }
  const lower = operators.get(node.op);
  if (lower === undefined) throw new UnsupportedOperatorError(node.op, node.name);
  return lower({ graph, node, inputs });
}

/** A node's name as the converted model's input or output name. */
const onnxName = (nodeName: string): string => nodeName.replaceAll(/[^A-Za-z0-9_]/g, '_');
