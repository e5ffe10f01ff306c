import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { z } from 'zod';
import type { Golden } from './golden.ts';
import { findPackManifest } from './pack-catalogue.ts';
import { modelsOf, type PackModel } from './pack-manifest.ts';
import { SYNTHETIC_PICTURE, syntheticPicture } from './synthetic-picture.ts';

/*
 * Records a golden: runs a SOURCE graph in an engine other than our converter and samples its outputs for the
 * synthetic picture. Run by hand when a pack gets a new graph. TensorFlow.js is no dependency of this project:
 * install @tensorflow/tfjs (for face-api also its wasm backend) anywhere and name its folder.
 *
 *   node models/packs/record-golden.ts --pack open --file detect.onnx --out OUT.json \
 *     --model blazeface.json --tfjs /somewhere/node_modules/@tensorflow/tfjs
 *   node models/packs/record-golden.ts --pack open-fused --file embed-dlib.onnx --out OUT.json \
 *     --face-api /somewhere/node_modules/@vladmandic/face-api
 *   node models/packs/record-golden.ts --pack openvino --file embed.onnx --out OUT.json \
 *     --model reference.onnx --made-by 'who made the reference, and from what'
 */

const SAMPLES_PER_OUTPUT = 200;

/** What we use of TensorFlow.js. */
type TensorflowJs = {
  setBackend: (name: string) => Promise<boolean>;
  tensor4d: (values: Float32Array, shape: readonly number[]) => unknown;
  loadGraphModel: (handler: { load: () => Promise<object> }) => Promise<{
    execute: (input: unknown, outputs: readonly string[]) => TfTensor | TfTensor[];
  }>;
};
type TfTensor = { dataSync: () => Float32Array };

type Recording = {
  readonly madeBy: string;
  readonly outputs: readonly (readonly [string, Float32Array])[];
};

const graphModelSchema = z.looseObject({
  weightsManifest: z.array(
    z.looseObject({ paths: z.array(z.string()), weights: z.array(z.unknown()) }),
  ),
});
const tensorflowModuleSchema = z.looseObject({
  default: z.custom<TensorflowJs>(
    (module) => typeof module === 'object' && module !== null && 'loadGraphModel' in module,
    'not TensorFlow.js',
  ),
});
/** What we use of face-api. */
type FaceApi = {
  tf: {
    setBackend: (name: string) => Promise<boolean>;
    tensor3d: (values: Float32Array, shape: readonly number[]) => unknown;
  };
  FaceRecognitionNet: new () => {
    loadFromDisk: (dir: string) => Promise<void>;
    computeFaceDescriptor: (picture: unknown) => Promise<Float32Array>;
  };
};

const faceApiModuleSchema = z.looseObject({
  default: z.custom<FaceApi>(
    (module) => typeof module === 'object' && module !== null && 'FaceRecognitionNet' in module,
    'not face-api',
  ),
});
const packageSchema = z.looseObject({ main: z.string(), version: z.string() });

function inputShape({ input }: PackModel): readonly number[] {
  const { width, height, layout } = input;
  return layout === 'nhwc' ? [1, height, width, 3] : [1, 3, height, width];
}

async function runInTensorflowJs(
  model: PackModel,
  modelFile: string,
  tfjsDir: string,
): Promise<Recording> {
  const description = packageSchema.parse(
    JSON.parse(readFileSync(join(tfjsDir, 'package.json'), 'utf8')),
  );
  const entry = pathToFileURL(join(tfjsDir, description.main)).href;
  const tf = tensorflowModuleSchema.parse(await import(entry)).default;
  await tf.setBackend('cpu');
  const json = graphModelSchema.parse(JSON.parse(readFileSync(modelFile, 'utf8')));
  const paths = json.weightsManifest.flatMap((group) => group.paths);
  const bytes = Buffer.concat(paths.map((path) => readFileSync(join(dirname(modelFile), path))));
  const graph = await tf.loadGraphModel({
    load: () =>
      Promise.resolve({
        ...json,
        weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
        weightData: new Uint8Array(bytes).buffer,
      }),
  });
  const names = model.outputs.map((output) => output.name);
  const picture = tf.tensor4d(syntheticPicture(model.input), inputShape(model));
  const tensors = [graph.execute(picture, names)].flat();
  return {
    madeBy: `@tensorflow/tfjs ${description.version}, cpu backend, executing the original graph model`,
    outputs: tensors.map((tensor, index) => [names[index] ?? '', tensor.dataSync()]),
  };
}

/** face-api takes bytes and normalises them itself. */
async function runInFaceApi(model: PackModel, faceApiDir: string): Promise<Recording> {
  const description = packageSchema.parse(
    JSON.parse(readFileSync(join(faceApiDir, 'package.json'), 'utf8')),
  );
  const entry = pathToFileURL(join(faceApiDir, 'dist', 'face-api.node-wasm.js')).href;
  const faceApi = faceApiModuleSchema.parse(await import(entry)).default;
  await faceApi.tf.setBackend('cpu');
  const network = new faceApi.FaceRecognitionNet();
  await network.loadFromDisk(join(faceApiDir, 'model'));
  const bytes = syntheticPicture({
    ...model.input,
    layout: 'nhwc',
    mean: [0, 0, 0],
    scale: [1, 1, 1],
  });
  const { width, height } = model.input;
  const picture = faceApi.tf.tensor3d(bytes, [height, width, 3]);
  const [output] = model.outputs;
  return {
    madeBy: `@vladmandic/face-api ${description.version}, FaceRecognitionNet on TensorFlow.js' cpu backend`,
    outputs: [[output?.name ?? '', await network.computeFaceDescriptor(picture)]],
  };
}

async function runReference(
  model: PackModel,
  modelFile: string,
  madeBy: string,
): Promise<Recording> {
  const session = await InferenceSession.create(modelFile);
  const picture = new Tensor('float32', syntheticPicture(model.input), inputShape(model));
  const results = await session.run({ [session.inputNames[0] ?? 'input']: picture });
  const outputs = Object.entries(results).flatMap(([name, { data }]) =>
    data instanceof Float32Array ? [[name, data] as const] : [],
  );
  return { madeBy, outputs };
}

function record(model: PackModel): Promise<Recording> {
  if (options['face-api'] !== '') return runInFaceApi(model, options['face-api']);
  if (options.tfjs !== '') return runInTensorflowJs(model, options.model, options.tfjs);
  return runReference(model, options.model, options['made-by']);
}

const toGolden = ({ madeBy, outputs }: Recording): Golden => ({
  madeBy,
  picture: SYNTHETIC_PICTURE,
  tolerance: { absolute: 5e-4, relative: 1e-4 },
  outputs: outputs.map(([name, values]) => {
    const step = Math.max(1, Math.floor(values.length / SAMPLES_PER_OUTPUT));
    const sampled = Array.from(values).filter((_, index) => index % step === 0);
    const rounded = sampled.map((value) => Number(value.toPrecision(7)));
    return { name, length: values.length, step, values: rounded };
  }),
});

const text = { type: 'string', default: '' } as const;
const { values: options } = parseArgs({
  options: {
    pack: text,
    file: text,
    model: text,
    out: text,
    tfjs: text,
    'face-api': text,
    'made-by': text,
  },
});
const model = modelsOf(findPackManifest(options.pack)).find((one) => one.file === options.file);
if (model === undefined) throw new Error(`pack "${options.pack}" has no file "${options.file}"`);
writeFileSync(options.out, `${JSON.stringify(toGolden(await record(model)))}\n`);
