/**
 * Widens IEEE 754 half precision (binary16) to single precision, exactly.
 *
 * @param halves raw bits, one value per element
 */
export function float16ToFloat32(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, widen);
}

function widen(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * 2 ** -14 * (fraction / 1024);
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}
