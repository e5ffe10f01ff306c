import type { Constant } from '../constant.ts';
import { MalformedModelError, UnsupportedOperatorError } from '../conversion-error.ts';
import type { OnnxGraphBuilder } from '../onnx-graph.ts';
import type { IrLayer } from './ir-document.ts';
import { integerList } from './ir-weights.ts';

/** IR tensors and ONNX tensors have the same order of axes; only constants and tensors are told apart. */
export type IrValue =
  | { readonly kind: 'tensor'; readonly name: string }
  | { readonly kind: 'constant'; readonly constant: Constant };

export type IrLowering = {
  readonly graph: OnnxGraphBuilder;
  readonly layer: IrLayer;
  readonly inputs: readonly IrValue[];
};

export type LowerLayer = (lowering: IrLowering) => IrValue;

export const tensorValue = (name: string): IrValue => ({ kind: 'tensor', name });

export const unsupported = (layer: IrLayer, detail?: string): UnsupportedOperatorError =>
  new UnsupportedOperatorError(layer.type, layer.name, detail);

function inputAt({ layer, inputs }: IrLowering, index: number): IrValue {
  const value = inputs[index];
  if (value === undefined) {
    throw new MalformedModelError(`layer "${layer.name}" (${layer.type}) has no input ${index}`);
  }
  return value;
}

/** The input's tensor; a constant becomes a weight. */
export function nameOfInput(lowering: IrLowering, index: number): string {
  const value = inputAt(lowering, index);
  return value.kind === 'tensor' ? value.name : lowering.graph.weight(value.constant);
}

/** @throws UnsupportedOperatorError when the input is computed at run time */
export function constantInput(lowering: IrLowering, index: number): Constant {
  const value = inputAt(lowering, index);
  if (value.kind === 'tensor') throw unsupported(lowering.layer, `input ${index} is not constant`);
  return value.constant;
}

export function inputShape(layer: IrLayer, index: number): readonly number[] {
  const shape = layer.inputShapes[index];
  if (shape === undefined || shape.some((size) => size < 1)) {
    throw unsupported(layer, `input ${index} has no fixed shape`);
  }
  return shape;
}

export const listAttribute = (layer: IrLayer, name: string): readonly number[] => {
  const text = layer.data[name];
  if (text === undefined) throw unsupported(layer, `no ${name}`);
  return integerList(text);
};
