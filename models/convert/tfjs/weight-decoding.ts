import { type Constant, elementCount } from '../constant.ts';
import { MalformedModelError } from '../conversion-error.ts';
import { float16ToFloat32 } from '../float16.ts';
import type { GraphModel, WeightEntry } from './graph-model.ts';

/** Gives the bytes of a weight file named in the model's manifest. */
export type ReadWeightFile = (path: string) => Uint8Array;

/**
 * Decodes all weights: float32, int32, bool, and float16 / uint8 / uint16 quantised floats
 * (value = stored * scale + min, as tfjs-core's io_utils does).
 *
 * @throws MalformedModelError when a file is too short for the weights it should hold
 */
export function decodeWeights(
  manifest: GraphModel['weightsManifest'],
  readFile: ReadWeightFile,
): ReadonlyMap<string, Constant> {
  const decoded = new Map<string, Constant>();
  for (const group of manifest) {
    const reader = new ByteReader(concatenate(group.paths.map(readFile)));
    for (const weight of group.weights) {
      decoded.set(weight.name, { dims: weight.shape, data: decodeWeight(weight, reader) });
    }
  }
  return decoded;
}

function decodeWeight(weight: WeightEntry, reader: ByteReader): Constant['data'] {
  const count = elementCount(weight.shape);
  const { quantization } = weight;
  if (quantization === undefined) {
    switch (weight.dtype) {
      case 'float32':
        return new Float32Array(reader.take(count * 4, weight.name));
      case 'int32':
        return new Int32Array(reader.take(count * 4, weight.name));
      case 'bool':
        return Int32Array.from(new Uint8Array(reader.take(count, weight.name)));
    }
  }
  if (quantization.dtype === 'float16') {
    return float16ToFloat32(new Uint16Array(reader.take(count * 2, weight.name)));
  }
  const stored =
    quantization.dtype === 'uint8'
      ? new Uint8Array(reader.take(count, weight.name))
      : new Uint16Array(reader.take(count * 2, weight.name));
  const { scale, min } = quantization;
  return weight.dtype === 'float32'
    ? Float32Array.from(stored, (value) => value * scale + min)
    : Int32Array.from(stored, (value) => Math.round(value * scale + min));
}

class ByteReader {
  readonly #bytes: Uint8Array;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** A copy, so that any element type is aligned. */
  take(count: number, weightName: string): ArrayBuffer {
    const end = this.#offset + count;
    if (end > this.#bytes.length) {
      throw new MalformedModelError(
        `weight "${weightName}" ends at byte ${end} of a file of ${this.#bytes.length}`,
      );
    }
    const copy = new Uint8Array(count);
    copy.set(this.#bytes.subarray(this.#offset, end));
    this.#offset = end;
    return copy.buffer;
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
