import onnxProto, { type onnx } from 'onnx-proto';
import type { NumberBins } from '../../central/credit/feature-bins.ts';
import type { Scorecard } from '../../central/credit/scorecard.ts';
import { assert } from '../../shared/kernel/assert.ts';

const { AttributeType } = onnxProto.onnx.AttributeProto;
const FLOAT = 1;

/** What a test may want to be wrong about the file. */
interface OnnxFlaws {
  /** Without the sigmoid: scores instead of probabilities. */
  readonly rawScore?: boolean;
  readonly inputName?: (feature: string) => string;
  readonly opset?: number;
  readonly extraNode?: onnx.INodeProto;
}

/**
 * A scorecard of numbers as an ONNX file of ordinary arithmetic, the way another toolkit would write it: an input per feature,
 * and the probability of going bad as `probability`.
 */
export function scorecardOnnx(
  { terms, basePoints, calibration }: Scorecard,
  { rawScore = false, inputName = (feature) => feature, opset = 17, extraNode }: OnnxFlaws = {},
): Uint8Array {
  const node: onnx.INodeProto[] = [];
  const initializer: onnx.ITensorProto[] = [];
  const weight = (name: string, values: readonly number[], dims: readonly number[]): string => {
    initializer.push({ name, dims: [...dims], dataType: FLOAT, floatData: [...values] });
    return name;
  };
  const add = (opType: string, input: readonly string[], to: string): string => {
    // a cast is always to numbers here
    const attribute = opType === 'Cast' ? [{ name: 'to', type: AttributeType.INT, i: FLOAT }] : [];
    node.push({ opType, name: to, input: [...input], output: [to], attribute });
    return to;
  };
  const inputs: onnx.IValueInfoProto[] = [];
  const points = terms.map(({ bins: [bins, ...others], points: of }, i) => {
    assert(bins?.kind === 'number' && others.length === 0, 'terms of one number');
    const name = inputName(bins.name);
    if (!inputs.some((each) => each.name === name)) inputs.push(column(name));
    const known = pointsOf({ bins, points: of, x: name, i }, { weight, add });
    const unknown = weight(`unknown_${i}`, [of[0] ?? 0], [1, 1]);
    return add('Where', [add('IsNaN', [name], `is_nan_${i}`), unknown, known], `points_${i}`);
  });
  const sum = add('Sum', [...points, weight('base', [basePoints], [1, 1])], 'score');
  const { centre, offset, slope } = calibration;
  const shifted = add('Sub', [sum, weight('centre', [centre], [1, 1])], 'shifted');
  const scaled = add('Mul', [shifted, weight('slope', [slope], [1, 1])], 'scaled');
  const logit = add('Add', [scaled, weight('offset', [offset], [1, 1])], 'logit');
  add(rawScore ? 'Identity' : 'Sigmoid', [rawScore ? sum : logit], 'probability');
  if (extraNode) node.push(extraNode);
  const model = onnxProto.onnx.ModelProto.create({
    irVersion: 8,
    producerName: 'wuma-test',
    opsetImport: [{ domain: '', version: opset }],
    graph: { name: 'scorecard', node, initializer, input: inputs, output: [column('probability')] },
  });
  return onnxProto.onnx.ModelProto.encode(model).finish();
}

interface Writer {
  readonly weight: (name: string, values: readonly number[], dims: readonly number[]) => string;
  readonly add: (opType: string, input: readonly string[], to: string) => string;
}

/** The points of what is known: those of the first bin, and a step at every cut. */
function pointsOf(
  of: {
    readonly bins: NumberBins;
    readonly points: Int32Array;
    readonly x: string;
    readonly i: number;
  },
  { weight, add }: Writer,
): string {
  const { bins, points, x, i } = of;
  const first = weight(`first_${i}`, [points[1] ?? 0], [1, 1]);
  const { cuts } = bins;
  if (cuts.length === 0) return first;
  const steps = cuts.map((_, cut) => (points[cut + 2] ?? 0) - (points[cut + 1] ?? 0));
  const above = add(
    'GreaterOrEqual',
    [x, weight(`cuts_${i}`, cuts, [1, cuts.length])],
    `above_${i}`,
  );
  const asFloat = add('Cast', [above], `crossed_${i}`);
  const stepped = add(
    'MatMul',
    [asFloat, weight(`steps_${i}`, steps, [cuts.length, 1])],
    `stepped_${i}`,
  );
  return add('Add', [stepped, first], `known_${i}`);
}

function column(name: string): onnx.IValueInfoProto {
  const dim = [{ dimParam: 'companies' }, { dimValue: 1 }];
  return { name, type: { tensorType: { elemType: FLOAT, shape: { dim } } } };
}
