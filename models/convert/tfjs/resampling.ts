import { elementAt } from '../constant.ts';
import { booleanAttribute, type GraphNode, integerAttribute } from './graph-model.ts';
import {
  constantInput,
  type LowerOperator,
  sizeOf,
  tensorInput,
  toNchw,
  unsupported,
} from './lowered-value.ts';

function coordinateMode(node: GraphNode): string {
  if (booleanAttribute(node, 'align_corners')) return 'align_corners';
  return booleanAttribute(node, 'half_pixel_centers') ? 'half_pixel' : 'asymmetric';
}

const resizeBilinear: LowerOperator = (lowering) => {
  const { graph, node } = lowering;
  const input = toNchw(lowering, tensorInput(lowering, 0));
  const size = constantInput(lowering, 1);
  const [height, width] = [elementAt(size, 0), elementAt(size, 1)];
  const sizes = graph.integers([sizeOf(input, 0), sizeOf(input, 3), height, width]);
  const name = graph.node({
    op: 'Resize',
    inputs: [input.name, '', '', sizes],
    attributes: { mode: 'linear', coordinate_transformation_mode: coordinateMode(node) },
  });
  return { ...input, name, dims: [sizeOf(input, 0), height, width, sizeOf(input, 3)] };
};

const depthToSpace: LowerOperator = (lowering) => {
  const { graph, node } = lowering;
  const input = toNchw(lowering, tensorInput(lowering, 0));
  const block = integerAttribute(node, 'block_size');
  if (block === undefined) throw unsupported(node, 'no block_size');
  const attributes = { blocksize: block, mode: 'DCR' };
  const name = graph.node({ op: 'DepthToSpace', inputs: [input.name], attributes });
  const dims = [
    sizeOf(input, 0),
    sizeOf(input, 1) * block,
    sizeOf(input, 2) * block,
    sizeOf(input, 3) / (block * block),
  ];
  return { ...input, name, dims };
};

export const resamplingOperators: readonly (readonly [string, LowerOperator])[] = [
  ['ResizeBilinear', resizeBilinear],
  ['DepthToSpace', depthToSpace],
];
