import { asFloats, type Constant, transposeConstant } from '../constant.ts';
import { MalformedModelError } from '../conversion-error.ts';
import { OnnxGraphBuilder } from '../onnx-graph.ts';
import { parseWeightsManifest } from '../tfjs/graph-model.ts';
import { decodeWeights } from '../tfjs/weight-decoding.ts';

/*
 * face-api publishes dlib's face recognition network (a ResNet of 29 layers, dlib_face_recognition_resnet_model_v1)
 * as weights alone: the graph is in its code. This is that graph, with the same names, after
 * `src/faceRecognitionNet/FaceRecognitionNet.ts` and `convLayer.ts` of @vladmandic/face-api 1.7.15.
 */

const INPUT_PX = 150;
/** Residual blocks in order. `down` halves the picture; where it has more channels than before, zeros fill up the shortcut. */
const BLOCKS: readonly { readonly name: string; readonly down: boolean }[] = [
  { name: 'conv32_1', down: false },
  { name: 'conv32_2', down: false },
  { name: 'conv32_3', down: false },
  { name: 'conv64_down', down: true },
  { name: 'conv64_1', down: false },
  { name: 'conv64_2', down: false },
  { name: 'conv64_3', down: false },
  { name: 'conv128_down', down: true },
  { name: 'conv128_1', down: false },
  { name: 'conv128_2', down: false },
  { name: 'conv256_down', down: true },
  { name: 'conv256_1', down: false },
  { name: 'conv256_2', down: false },
  { name: 'conv256_down_out', down: true },
];

/** A square feature map: its tensor, channels and edge. */
interface FeatureMap {
  readonly tensor: string;
  readonly channels: number;
  readonly edge: number;
}

interface Convolution {
  readonly name: string;
  readonly stride: 1 | 2;
  /** Zeros on each edge. */
  readonly padding: 0 | 1;
}

export type RecognitionNetSource = {
  /** Text of `face_recognition_model-weights_manifest.json`. */
  readonly manifestJson: string;
  /** Bytes of `face_recognition_model.bin`. */
  readonly weights: Uint8Array;
};

/**
 * Makes ONNX (opset 13) of face-api's face recognition weights.
 *
 * `input` [1, 3, 150, 150]: (byte - mean) / 256, RGB; `output` [1, 128], not normalised. The same source gives the same bytes.
 *
 * @returns the bytes of an `.onnx` file
 * @throws MalformedModelError when the weights are not that network's
 */
export function recognitionNetToOnnx(source: RecognitionNetSource): Uint8Array {
  const weights = decodeWeights(parseWeightsManifest(source.manifestJson), () => source.weights);
  return new RecognitionNet(weights).build();
}

class RecognitionNet {
  readonly #graph = new OnnxGraphBuilder('face-api-recognition');
  readonly #weights: ReadonlyMap<string, Constant>;

  constructor(weights: ReadonlyMap<string, Constant>) {
    this.#weights = weights;
  }

  build(): Uint8Array {
    const graph = this.#graph;
    const input = graph.input('input', [1, 3, INPUT_PX, INPUT_PX]);
    const stem = this.#convolve(
      { tensor: input, channels: 3, edge: INPUT_PX },
      { name: 'conv32_down', stride: 2, padding: 0 },
    );
    let map = this.#pool('MaxPool', this.#relu(stem), 3);
    for (const { name, down } of BLOCKS) map = this.#residual(map, name, down);
    const mean = graph.node({ op: 'GlobalAveragePool', inputs: [map.tensor] });
    const flat = graph.node({ op: 'Flatten', inputs: [mean], attributes: { axis: 1 } });
    const dense = this.#weight('fc', 2);
    const inputs = [flat, graph.weight(dense)];
    graph.node({ op: 'MatMul', inputs, output: 'output' });
    graph.output('output', [1, dense.dims[1] ?? 0]);
    return graph.encode();
  }

  #residual(from: FeatureMap, name: string, down: boolean): FeatureMap {
    const first: Convolution = down
      ? { name: `${name}/conv1`, stride: 2, padding: 0 }
      : { name: `${name}/conv1`, stride: 1, padding: 1 };
    const inner = this.#relu(this.#convolve(from, first));
    const outer = this.#convolve(inner, { name: `${name}/conv2`, stride: 1, padding: 1 });
    const shortcut = down ? this.#pool('AveragePool', from, 2) : from;
    const channels = Math.max(outer.channels, shortcut.channels);
    const edge = Math.max(outer.edge, shortcut.edge);
    const inputs = [this.#fill(shortcut, channels, edge), this.#fill(outer, channels, edge)];
    const tensor = this.#graph.node({ op: 'Add', inputs });
    return this.#relu({ tensor, channels, edge });
  }

  /** Convolution, bias, then scale and shift per channel: all linear, so folded into one. */
  #convolve(from: FeatureMap, { name, stride, padding }: Convolution): FeatureMap {
    const filters = this.#weight(`${name}/conv/filters`, 4);
    const bias = this.#weight(`${name}/conv/bias`, 1).data;
    const scale = this.#weight(`${name}/scale/weights`, 1).data;
    const shift = this.#weight(`${name}/scale/biases`, 1).data;
    const { dims, data } = transposeConstant(filters, [3, 2, 0, 1]);
    const [channels = 0, , size = 0] = dims;
    const perChannel = data.length / channels;
    const scaleOf = (channel: number): number => scale[channel] ?? Number.NaN;
    const scaled = asFloats({ dims, data }).map(
      (value, i) => value * scaleOf(Math.floor(i / perChannel)),
    );
    const shifted = Float32Array.from(
      bias,
      (value, channel) => value * scaleOf(channel) + (shift[channel] ?? Number.NaN),
    );
    const graph = this.#graph;
    const tensor = graph.node({
      op: 'Conv',
      inputs: [
        from.tensor,
        graph.weight({ dims, data: scaled }),
        graph.weight({ dims: [channels], data: shifted }),
      ],
      attributes: {
        kernel_shape: [size, size],
        strides: [stride, stride],
        pads: Array.from({ length: 4 }, () => padding),
      },
    });
    return { tensor, channels, edge: Math.floor((from.edge + 2 * padding - size) / stride) + 1 };
  }

  #relu(map: FeatureMap): FeatureMap {
    return { ...map, tensor: this.#graph.node({ op: 'Relu', inputs: [map.tensor] }) };
  }

  #pool(op: 'MaxPool' | 'AveragePool', from: FeatureMap, size: number): FeatureMap {
    const attributes = { kernel_shape: [size, size], strides: [2, 2] };
    const tensor = this.#graph.node({ op, inputs: [from.tensor], attributes });
    return { ...from, tensor, edge: Math.floor((from.edge - size) / 2) + 1 };
  }

  /** Zeros after the last channel, row and column. */
  #fill(map: FeatureMap, channels: number, edge: number): string {
    const more = edge - map.edge;
    if (channels === map.channels && more === 0) return map.tensor;
    const pads = this.#graph.integers([0, 0, 0, 0, 0, channels - map.channels, more, more]);
    return this.#graph.node({ op: 'Pad', inputs: [map.tensor, pads] });
  }

  #weight(name: string, rank: number): Constant {
    const weight = this.#weights.get(name);
    if (weight?.dims.length !== rank) {
      throw new MalformedModelError(`the weights have no "${name}" of ${rank} dimensions`);
    }
    return weight;
  }
}
