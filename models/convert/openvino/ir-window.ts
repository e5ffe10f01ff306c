import { samePadding } from '../window-geometry.ts';
import type { IrLayer } from './ir-document.ts';
import { inputShape, listAttribute, unsupported } from './ir-lowering.ts';

export type IrWindow = {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
};

/**
 * Padding of a convolution or pooling as ONNX wants it: all begins, then all ends.
 *
 * @throws UnsupportedOperatorError for an unknown `auto_pad`
 */
export function irPads(layer: IrLayer, window: IrWindow): readonly number[] {
  const mode = layer.data['auto_pad'] ?? 'explicit';
  switch (mode) {
    case 'explicit':
    case 'notset':
      return [...listAttribute(layer, 'pads_begin'), ...listAttribute(layer, 'pads_end')];
    case 'valid':
      return Array<number>(2 * window.kernel.length).fill(0);
    case 'same_upper':
    case 'same_lower': {
      const oddAt = mode === 'same_upper' ? 'end' : 'begin';
      const axes = inputShape(layer, 0).slice(2);
      const padded = axes.map((inputSize, axis) =>
        samePadding(
          {
            inputSize,
            kernel: window.kernel[axis] ?? 1,
            stride: window.strides[axis] ?? 1,
            dilation: window.dilations[axis] ?? 1,
          },
          oddAt,
        ),
      );
      return [...padded.map((axis) => axis.padBegin), ...padded.map((axis) => axis.padEnd)];
    }
    default:
      throw unsupported(layer, `auto_pad ${mode}`);
  }
}
