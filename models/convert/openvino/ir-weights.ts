import { type Constant, elementCount } from '../constant.ts';
import { MalformedModelError, UnsupportedOperatorError } from '../conversion-error.ts';
import { float16ToFloat32 } from '../float16.ts';
import type { IrLayer } from './ir-document.ts';

const BYTES_PER_ELEMENT: Readonly<Record<string, number>> = { f16: 2, f32: 4, i32: 4, i64: 8 };
const INT32_MAX = 2 ** 31 - 1;

/** `1, 3, 128` -> [1, 3, 128]; an empty list is a scalar's shape. */
export const integerList = (text: string): readonly number[] =>
  text.trim() === '' ? [] : text.split(',').map(Number);

/**
 * The value of a `Const` layer out of the IR's `.bin`.
 *
 * @throws UnsupportedOperatorError for an element type we do not read; MalformedModelError when out of range
 */
export function readIrConstant(layer: IrLayer, bin: Uint8Array): Constant {
  const elementType = layer.data['element_type'] ?? '';
  const bytesPerElement = BYTES_PER_ELEMENT[elementType];
  if (bytesPerElement === undefined) {
    throw new UnsupportedOperatorError(layer.type, layer.name, `element type ${elementType}`);
  }
  const dims = integerList(layer.data['shape'] ?? '');
  const offset = Number(layer.data['offset']);
  const size = Number(layer.data['size']);
  if (size !== elementCount(dims) * bytesPerElement || !(offset + size <= bin.length)) {
    throw new MalformedModelError(
      `constant "${layer.name}": ${size} bytes at ${offset} for [${dims.join()}] of a file of ${bin.length}`,
    );
  }
  const copy = new Uint8Array(size);
  copy.set(bin.subarray(offset, offset + size));
  return { dims, data: decode(elementType, copy.buffer) };
}

function decode(elementType: string, bytes: ArrayBuffer): Constant['data'] {
  switch (elementType) {
    case 'f16':
      return float16ToFloat32(new Uint16Array(bytes));
    case 'f32':
      return new Float32Array(bytes);
    case 'i32':
      return new Int32Array(bytes);
    default:
      // i64: axes and shapes; "to the end" is written as the largest int64
      return Int32Array.from(new BigInt64Array(bytes), (value) =>
        Math.min(INT32_MAX, Math.max(-INT32_MAX, Number(value))),
      );
  }
}
