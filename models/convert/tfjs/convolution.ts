import { type Constant, transposeConstant } from '../constant.ts';
import { MalformedModelError } from '../conversion-error.ts';
import { applyFusedSteps } from './activation.ts';
import { textsAttribute } from './graph-model.ts';
import {
  constantInput,
  type LoweredTensor,
  type Lowering,
  type LowerOperator,
  sizeOf,
  tensorInput,
  toNchw,
} from './lowered-value.ts';
import { onnxPads, resolveWindow, spatialAttribute } from './window-operator.ts';

type Filter = {
  readonly weight: Constant;
  readonly kernel: readonly [number, number];
  readonly groups: number;
  readonly outputChannels: number;
};

/** [kh, kw, in, out] -> [out, in, kh, kw] */
function fullFilter(constant: Constant): Filter {
  const [kernelHeight, kernelWidth, , outputChannels] = filterDims(constant);
  return {
    weight: transposeConstant(constant, [3, 2, 0, 1]),
    kernel: [kernelHeight, kernelWidth],
    groups: 1,
    outputChannels,
  };
}

/** [kh, kw, channels, multiplier] -> [channels * multiplier, 1, kh, kw], one group per channel */
function depthwiseFilter(constant: Constant): Filter {
  const [kernelHeight, kernelWidth, channels, multiplier] = filterDims(constant);
  const { data } = transposeConstant(constant, [2, 3, 0, 1]);
  const outputChannels = channels * multiplier;
  return {
    weight: { dims: [outputChannels, 1, kernelHeight, kernelWidth], data },
    kernel: [kernelHeight, kernelWidth],
    groups: channels,
    outputChannels,
  };
}

function filterDims({ dims }: Constant): readonly [number, number, number, number] {
  const [height, width, input, output] = dims;
  if (
    height === undefined ||
    width === undefined ||
    input === undefined ||
    output === undefined ||
    dims.length !== 4
  ) {
    throw new MalformedModelError(`a convolution filter of shape [${dims.join()}]`);
  }
  return [height, width, input, output];
}

function convolve(lowering: Lowering, filter: Filter, bias?: Constant): LoweredTensor {
  const { graph, node } = lowering;
  const input = toNchw(lowering, tensorInput(lowering, 0));
  const strides = spatialAttribute(node, 'strides');
  const dilations = spatialAttribute(node, 'dilations');
  const window = resolveWindow(node, { input, kernel: filter.kernel, strides, dilations });
  const biasInputs = bias === undefined ? [] : [graph.weight(bias)];
  const name = graph.node({
    op: 'Conv',
    inputs: [input.name, graph.weight(filter.weight), ...biasInputs],
    attributes: {
      group: filter.groups,
      kernel_shape: filter.kernel,
      strides,
      dilations,
      pads: onnxPads(window),
    },
  });
  const dims = [
    sizeOf(input, 0),
    window.height.outputSize,
    window.width.outputSize,
    filter.outputChannels,
  ];
  return { kind: 'tensor', name, dims, layout: 'nchw' };
}

const plainConvolution =
  (filterOf: (constant: Constant) => Filter): LowerOperator =>
  (lowering) =>
    convolve(lowering, filterOf(constantInput(lowering, 1)));

const fusedConvolution =
  (filterOf: (constant: Constant) => Filter): LowerOperator =>
  (lowering) => {
    const hasBias = textsAttribute(lowering.node, 'fused_ops').includes('BiasAdd');
    const bias = hasBias ? constantInput(lowering, 2) : undefined;
    return applyFusedSteps(
      lowering,
      convolve(lowering, filterOf(constantInput(lowering, 1)), bias),
    );
  };

export const convolutionOperators: readonly (readonly [string, LowerOperator])[] = [
  ['Conv2D', plainConvolution(fullFilter)],
  ['DepthwiseConv2dNative', plainConvolution(depthwiseFilter)],
  ['_FusedConv2D', fusedConvolution(fullFilter)],
  ['FusedDepthwiseConv2dNative', fusedConvolution(depthwiseFilter)],
];
