import onnxProto, { type onnx } from 'onnx-proto';
import { asFloats, type Constant, elementCount } from './constant.ts';
import { MalformedModelError } from './conversion-error.ts';

const OPSET_VERSION = 13;
const IR_VERSION = 8;
/** onnx.TensorProto.DataType */
const FLOAT = 1;
const INT64 = 7;
const { AttributeType } = onnxProto.onnx.AttributeProto;

/** A number is an ONNX int; `{ float }` marks the floats, since JavaScript cannot tell 1 from 1.0. */
type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

export type OnnxNode = {
  readonly op: string;
  /** Names of tensors; '' leaves an optional input out. */
  readonly inputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  /** Chosen when it matters (graph outputs), else made up. */
  readonly output?: string;
};

/**
 * Writes an ONNX graph (opset 13) node by node.
 *
 * Names are numbered in order of creation and unused weights are left out, so the same calls give the same
 * bytes: a converted file can be known by its hash.
 */
export class OnnxGraphBuilder {
  readonly #name: string;
  readonly #nodes: onnx.INodeProto[] = [];
  readonly #weights: onnx.ITensorProto[] = [];
  readonly #inputs: onnx.IValueInfoProto[] = [];
  readonly #outputs: onnx.IValueInfoProto[] = [];
  #lastNumber = 0;

  constructor(name: string) {
    this.#name = name;
  }

  /** Adds a float weight and gives its name. */
  weight(constant: Constant): string {
    const data = asFloats(constant);
    if (data.length !== elementCount(constant.dims)) {
      throw new MalformedModelError(
        `a weight of shape [${constant.dims.join()}] has ${data.length} values`,
      );
    }
    const name = this.#freshName('weight');
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#weights.push({ name, dims: [...constant.dims], dataType: FLOAT, rawData });
    return name;
  }

  /** Adds a vector of int64 (a shape, axes, pads) and gives its name. */
  integers(values: readonly number[]): string {
    const name = this.#freshName('integers');
    const data = BigInt64Array.from(values, (value) => BigInt(value));
    const rawData = new Uint8Array(data.buffer);
    this.#weights.push({ name, dims: [values.length], dataType: INT64, rawData });
    return name;
  }

  /** Adds a node with one output and gives the output's name. */
  node({ op, inputs, attributes = {}, output = this.#freshName(op) }: OnnxNode): string {
    const attribute = Object.entries(attributes).map(([name, value]) =>
      encodeAttribute(name, value),
    );
    this.#nodes.push({ opType: op, name: output, input: [...inputs], output: [output], attribute });
    return output;
  }

  input(name: string, dims: readonly number[]): string {
    this.#inputs.push(valueInfo(name, dims));
    return name;
  }

  output(name: string, dims: readonly number[]): void {
    this.#outputs.push(valueInfo(name, dims));
  }

  /** The model as the bytes of an `.onnx` file. */
  encode(): Uint8Array {
    const used = new Set(this.#nodes.flatMap((node) => node.input ?? []));
    const model = onnxProto.onnx.ModelProto.create({
      irVersion: IR_VERSION,
      producerName: 'wuma',
      opsetImport: [{ domain: '', version: OPSET_VERSION }],
      graph: {
        name: this.#name,
        node: this.#nodes,
        initializer: this.#weights.filter((weight) => used.has(weight.name ?? '')),
        input: this.#inputs,
        output: this.#outputs,
      },
    });
    return onnxProto.onnx.ModelProto.encode(model).finish();
  }

  #freshName(stem: string): string {
    this.#lastNumber += 1;
    return `${stem}_${this.#lastNumber}`;
  }
}

function encodeAttribute(name: string, value: OnnxAttribute): onnx.IAttributeProto {
  if (typeof value === 'number') return { name, type: AttributeType.INT, i: value };
  if (typeof value === 'string') {
    return { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) };
  }
  if ('float' in value) return { name, type: AttributeType.FLOAT, f: value.float };
  return { name, type: AttributeType.INTS, ints: [...value] };
}

const valueInfo = (name: string, dims: readonly number[]): onnx.IValueInfoProto => ({
  name,
  type: {
    tensorType: { elemType: FLOAT, shape: { dim: dims.map((size) => ({ dimValue: size })) } },
  },
});
