import { type AxisWindow, explicitPadding, samePadding } from '../window-geometry.ts';
import { type GraphNode, integersAttribute, textAttribute } from './graph-model.ts';
import { type LoweredTensor, sizeOf, unsupported } from './lowered-value.ts';

/** Spatial sizes are [height, width]. */
export type WindowRequest = {
  readonly input: LoweredTensor;
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
};

/** The middle two of TensorFlow's [N, H, W, C] lists; 1 where the list is not given. */
export function spatialAttribute(node: GraphNode, name: string): readonly [number, number] {
  const list = integersAttribute(node, name);
  if (list.length === 0) return [1, 1];
  const [batch, height, width, channel] = list;
  if (batch !== 1 || channel !== 1 || height === undefined || width === undefined) {
    throw unsupported(node, `${name} [${list.join()}]`);
  }
  return [height, width];
}

/** @throws UnsupportedOperatorError for an unknown padding mode or a channels-first graph */
export function resolveWindow(
  node: GraphNode,
  request: WindowRequest,
): { readonly height: AxisWindow; readonly width: AxisWindow } {
  const dataFormat = textAttribute(node, 'data_format') ?? 'NHWC';
  if (dataFormat !== 'NHWC') throw unsupported(node, `data_format ${dataFormat}`);
  const axis = (index: 0 | 1) => ({
    inputSize: sizeOf(request.input, index + 1),
    kernel: request.kernel[index],
    stride: request.strides[index],
    dilation: request.dilations[index],
  });
  const mode = textAttribute(node, 'padding') ?? '(none)';
  switch (mode) {
    case 'SAME':
      return { height: samePadding(axis(0)), width: samePadding(axis(1)) };
    case 'VALID':
      return {
        height: explicitPadding(axis(0), { begin: 0, end: 0 }),
        width: explicitPadding(axis(1), { begin: 0, end: 0 }),
      };
    case 'EXPLICIT': {
      // [N before, N after, H before, H after, W before, W after, C before, C after]
      const pads = integersAttribute(node, 'explicit_paddings');
      return {
        height: explicitPadding(axis(0), { begin: pads[2] ?? 0, end: pads[3] ?? 0 }),
        width: explicitPadding(axis(1), { begin: pads[4] ?? 0, end: pads[5] ?? 0 }),
      };
    }
    default:
      throw unsupported(node, `padding ${mode}`);
  }
}

/** ONNX wants [top, left, bottom, right]. */
export const onnxPads = (window: {
  readonly height: AxisWindow;
  readonly width: AxisWindow;
}): readonly number[] => [
  window.height.padBegin,
  window.width.padBegin,
  window.height.padEnd,
  window.width.padEnd,
];
