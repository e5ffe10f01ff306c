import { MalformedModelError } from './conversion-error.ts';

/** A tensor whose values are known when converting. Integers are kept apart: they become shapes and axes. */
export type Constant = {
  readonly dims: readonly number[];
  readonly data: Float32Array | Int32Array;
};

export const elementCount = (dims: readonly number[]): number =>
  dims.reduce((product, dim) => product * dim, 1);

export const asFloats = (constant: Constant): Float32Array =>
  constant.data instanceof Float32Array ? constant.data : Float32Array.from(constant.data);

/** @throws MalformedModelError when the constant holds no such element */
export function elementAt(constant: Constant, index: number): number {
  const value = constant.data[index];
  if (value === undefined) {
    throw new MalformedModelError(
      `a constant of ${constant.data.length} values has no value ${index}`,
    );
  }
  return value;
}

/**
 * Reorders axes: `result.dims[i] = constant.dims[permutation[i]]`.
 *
 * @throws MalformedModelError when the permutation does not fit the constant's rank
 */
export function transposeConstant(constant: Constant, permutation: readonly number[]): Constant {
  const { dims } = constant;
  if (permutation.length !== dims.length) {
    throw new MalformedModelError(`cannot permute ${dims.length} axes by [${permutation.join()}]`);
  }
  const strideOf = dims.map((_, axis) => elementCount(dims.slice(axis + 1)));
  const outDims = permutation.map((axis) => dims[axis] ?? 0);
  const outStrides = permutation.map((axis) => strideOf[axis] ?? 0);
  const source = asFloats(constant);
  const data = new Float32Array(source.length);
  const index = outDims.map(() => 0);
  for (let out = 0; out < data.length; out++) {
    let from = 0;
    for (let axis = 0; axis < index.length; axis++) {
      from += (index[axis] ?? 0) * (outStrides[axis] ?? 0);
    }
    data[out] = source[from] ?? 0;
    for (let axis = index.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      index[axis] = next === outDims[axis] ? 0 : next;
      if (index[axis] !== 0) break;
    }
  }
  return { dims: outDims, data };
}
