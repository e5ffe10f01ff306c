import { type LowerOperator, sizeOf, tensorInput, toNchw } from './lowered-value.ts';
import { onnxPads, resolveWindow, spatialAttribute } from './window-operator.ts';

/** TensorFlow leaves padding out of both maximum and average, as ONNX does by default. */
const pool =
  (op: 'MaxPool' | 'AveragePool'): LowerOperator =>
  (lowering) => {
    const { graph, node } = lowering;
    const input = toNchw(lowering, tensorInput(lowering, 0));
    const kernel = spatialAttribute(node, 'ksize');
    const strides = spatialAttribute(node, 'strides');
    const window = resolveWindow(node, { input, kernel, strides, dilations: [1, 1] });
    const name = graph.node({
      op,
      inputs: [input.name],
      attributes: { kernel_shape: kernel, strides, pads: onnxPads(window) },
    });
    const dims = [
      sizeOf(input, 0),
      window.height.outputSize,
      window.width.outputSize,
      sizeOf(input, 3),
    ];
    return { kind: 'tensor', name, dims, layout: 'nchw' };
  };

export const poolingOperators: readonly (readonly [string, LowerOperator])[] = [
  ['MaxPool', pool('MaxPool')],
  ['AvgPool', pool('AveragePool')],
];
