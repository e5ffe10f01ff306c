import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type GraphModelSource, graphModelToOnnx } from './graph-model-to-onnx.ts';

/** What a test says of a weight; `bytes` are what lies in the weight file. */
export type FixtureWeight = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
  readonly bytes: Uint8Array;
  readonly quantization?: object;
};

export type FixtureNode = {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, object>>;
};

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const bytesOf = (array: Float32Array | Int32Array | Uint16Array): Uint8Array =>
  new Uint8Array(array.buffer);

export const text = (value: string) => ({ s: base64(value) });
/** TensorFlow writes int64 as text. */
export const integers = (...values: number[]) => ({ list: { i: values.map(String) } });
export const fused = (...steps: string[]) => ({ list: { s: steps.map(base64) } });
export const spatial = (height: number, width: number) => integers(1, height, width, 1);

export const floats = (
  name: string,
  shape: readonly number[],
  values: ArrayLike<number>,
): FixtureWeight => ({
  name,
  shape,
  dtype: 'float32',
  bytes: bytesOf(Float32Array.from(values)),
});

export const whole = (name: string, values: readonly number[]): FixtureWeight => ({
  name,
  shape: [values.length],
  dtype: 'int32',
  bytes: bytesOf(Int32Array.from(values)),
});

/** Raw binary16 bits. */
export const halves = (
  name: string,
  shape: readonly number[],
  bits: readonly number[],
): FixtureWeight => ({
  name,
  shape,
  dtype: 'float32',
  bytes: bytesOf(Uint16Array.from(bits)),
  quantization: { dtype: 'float16', original_dtype: 'float32' },
});

/** Stored integers that stand for `value * scale + min`. */
export const quantised = (
  weight: { readonly name: string; readonly shape: readonly number[] },
  stored: Uint8Array | Uint16Array,
  { scale, min }: { readonly scale: number; readonly min: number },
): FixtureWeight => ({
  ...weight,
  dtype: 'float32',
  bytes: stored instanceof Uint16Array ? bytesOf(stored) : stored,
  quantization: { dtype: stored instanceof Uint16Array ? 'uint16' : 'uint8', scale, min },
});

/** A graph model with one input `picture` of the given shape; every weight becomes a Const node. */
export function graphModel(fixture: {
  readonly inputShape: readonly number[];
  readonly weights: readonly FixtureWeight[];
  readonly nodes: readonly FixtureNode[];
  readonly outputs?: readonly string[];
}): GraphModelSource {
  const dim = fixture.inputShape.map((size, axis) => ({ size: axis === 0 ? '-1' : String(size) }));
  const placeholder = { name: 'picture', op: 'Placeholder', attr: { shape: { shape: { dim } } } };
  const constants = fixture.weights.map(({ name }) => ({ name, op: 'Const' }));
  const modelJson = JSON.stringify({
    format: 'graph-model',
    modelTopology: { node: [placeholder, ...constants, ...fixture.nodes] },
    weightsManifest: [
      {
        paths: ['weights.bin'],
        weights: fixture.weights.map((weight) => ({ ...weight, bytes: undefined })),
      },
    ],
  });
  const file = Buffer.concat(fixture.weights.map(({ bytes }) => bytes));
  const last = fixture.nodes.at(-1)?.name ?? '';
  return { modelJson, readWeightFile: () => file, outputs: fixture.outputs ?? [last] };
}

/** Converts, runs on one input, gives the first output. */
export async function convertAndRun(
  source: GraphModelSource,
  picture: { readonly dims: readonly number[]; readonly data: Float32Array },
): Promise<{ readonly dims: readonly number[]; readonly data: Float32Array }> {
  const session = await InferenceSession.create(graphModelToOnnx(source));
  const results = await session.run({
    picture: new Tensor('float32', picture.data, picture.dims),
  });
  const output = results[session.outputNames[0] ?? ''];
  if (!(output?.data instanceof Float32Array)) throw new Error('no float output');
  return { dims: output.dims, data: output.data };
}
