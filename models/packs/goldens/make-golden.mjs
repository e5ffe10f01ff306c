// Records a golden: runs a SOURCE graph in an engine other than ours and samples its outputs for the synthetic picture.
// TensorFlow.js is not a dependency of this project: install @tensorflow/tfjs anywhere and name its folder.
//
//   node make-golden.mjs tfjs  open embed|mesh|detect MODEL.json  /path/to/node_modules/@tensorflow/tfjs OUT.json
//   node make-golden.mjs onnx  openvino embed         REFERENCE.onnx "who made the reference" OUT.json
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findPackManifest } from '../pack-catalogue.ts';
import { SYNTHETIC_PICTURE, syntheticPicture } from '../synthetic-picture.ts';

const SAMPLES_PER_OUTPUT = 200;
const [engine, packName, role, source, extra, out] = process.argv.slice(2);
const { model } = findPackManifest(packName)[role];
const { width, height, layout } = model.input;
const picture = syntheticPicture(model.input);
const shape = layout === 'nhwc' ? [1, height, width, 3] : [1, 3, height, width];
const names = model.outputs.map((output) => output.name);

async function runTfjs() {
  const read = (file) => JSON.parse(readFileSync(file, 'utf8'));
  const { main, version } = read(join(extra, 'package.json'));
  const imported = await import(pathToFileURL(join(extra, main)).href);
  const tf = imported.default ?? imported;
  await tf.setBackend('cpu');
  const json = read(source);
  const bytes = Buffer.concat(
    json.weightsManifest.flatMap((group) =>
      group.paths.map((path) => readFileSync(join(dirname(source), path))),
    ),
  );
  const graph = await tf.loadGraphModel({
    load: async () => ({
      ...json,
      weightSpecs: json.weightsManifest.flatMap((group) => group.weights),
      weightData: new Uint8Array(bytes).buffer,
    }),
  });
  const results = [graph.execute(tf.tensor4d(picture, shape), names)].flat();
  const madeBy = `@tensorflow/tfjs ${version}, cpu backend, executing the original graph model`;
  return { madeBy, outputs: results.map((tensor) => tensor.dataSync()) };
}

async function runOnnx() {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const session = await InferenceSession.create(source);
  const results = await session.run({
    [session.inputNames[0]]: new Tensor('float32', picture, shape),
  });
  return { madeBy: extra, outputs: session.outputNames.map((name) => results[name].data) };
}

const { madeBy, outputs } = await (engine === 'tfjs' ? runTfjs() : runOnnx());
const golden = {
  madeBy,
  picture: SYNTHETIC_PICTURE,
  tolerance: { absolute: 1e-3, relative: 1e-3 },
  outputs: outputs.map((values, index) => {
    const step = Math.max(1, Math.floor(values.length / SAMPLES_PER_OUTPUT));
    const sampled = Array.from(values).filter((_, at) => at % step === 0);
    return {
      name: names[index],
      length: values.length,
      step,
      values: sampled.map((value) => Number(value.toPrecision(7))),
    };
  }),
};
writeFileSync(out, `${JSON.stringify(golden)}\n`);
