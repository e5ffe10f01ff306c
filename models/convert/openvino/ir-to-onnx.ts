import { MalformedModelError } from '../conversion-error.ts';
import { OnnxGraphBuilder } from '../onnx-graph.ts';
import { type IrLayer, readIrDocument } from './ir-document.ts';
import { type IrLowering, type IrValue, tensorValue, unsupported } from './ir-lowering.ts';
import { irOperators } from './ir-operators.ts';
import { integerList, readIrConstant } from './ir-weights.ts';

/** What a network with one input and one output calls them; further ones get a number. */
const INPUT_NAME = 'input';
const OUTPUT_NAME = 'output';

/**
 * Converts an OpenVINO intermediate representation (version 10 or 11, f32 or compressed f16) to ONNX (opset 13).
 *
 * Axes keep their order (pictures are N, C, H, W in both). The input is called `input`, the output `output`.
 * The same source gives the same bytes.
 *
 * @param source text of the `.xml` and bytes of the `.bin`
 * @returns the bytes of an `.onnx` file
 * @throws UnsupportedOperatorError naming layer type and layer; MalformedModelError
 */
export function irToOnnx(source: { readonly xml: string; readonly bin: Uint8Array }): Uint8Array {
  const document = readIrDocument(source.xml);
  const graph = new OnnxGraphBuilder('openvino-ir');
  const walk = new IrWalk(graph, source.bin);
  for (const layer of document.layers) walk.visit(layer);
  return graph.encode();
}

class IrWalk {
  readonly #graph: OnnxGraphBuilder;
  readonly #bin: Uint8Array;
  readonly #values = new Map<string, IrValue>();
  #inputCount = 0;
  #outputCount = 0;

  constructor(graph: OnnxGraphBuilder, bin: Uint8Array) {
    this.#graph = graph;
    this.#bin = bin;
  }

  visit(layer: IrLayer): void {
    const inputs = layer.sources.map((source) => this.#valueOf(source, layer));
    if (layer.type === 'Result') this.#visitResult(layer, inputs);
    else this.#values.set(layer.id, this.#lower({ graph: this.#graph, layer, inputs }));
  }

  #lower(lowering: IrLowering): IrValue {
    const { layer, inputs } = lowering;
    switch (layer.type) {
      case 'Parameter':
        return this.#input(layer);
      case 'Const':
        return { kind: 'constant', constant: readIrConstant(layer, this.#bin) };
      case 'Convert': {
        // Compressed weights are widened when read; converting a tensor at run time is another matter.
        const [value] = inputs;
        if (value?.kind !== 'constant') throw unsupported(layer, 'of a computed tensor');
        return value;
      }
      default: {
        const lower = irOperators.get(layer.type);
        if (lower === undefined) throw unsupported(layer);
        return lower(lowering);
      }
    }
  }

  #input(layer: IrLayer): IrValue {
    const dims = integerList(layer.data['shape'] ?? '');
    if (dims.length === 0 || !dims.every((size) => size > 0)) {
      throw unsupported(layer, `shape [${layer.data['shape'] ?? ''}]`);
    }
    this.#inputCount += 1;
    const name = this.#inputCount === 1 ? INPUT_NAME : `${INPUT_NAME}_${this.#inputCount}`;
    return tensorValue(this.#graph.input(name, dims));
  }

  #visitResult(layer: IrLayer, inputs: readonly IrValue[]): void {
    const [value] = inputs;
    const [dims] = layer.inputShapes;
    if (value?.kind !== 'tensor' || dims === undefined) {
      throw new MalformedModelError(`result "${layer.name}" does not depend on an input`);
    }
    this.#outputCount += 1;
    const name = this.#outputCount === 1 ? OUTPUT_NAME : `${OUTPUT_NAME}_${this.#outputCount}`;
    this.#graph.node({ op: 'Identity', inputs: [value.name], output: name });
    this.#graph.output(name, dims);
  }

  #valueOf(id: string, reader: IrLayer): IrValue {
    const value = this.#values.get(id);
    if (value === undefined) {
      throw new MalformedModelError(`layer "${reader.name}" reads a layer without a value`);
    }
    return value;
  }
}
