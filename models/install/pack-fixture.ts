import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { graphModelToOnnx } from '../convert/tfjs/graph-model-to-onnx.ts';
import { findPackManifest } from '../packs/pack-catalogue.ts';
import type { PackManifest, PackModel, SourceFile } from '../packs/pack-manifest.ts';
import { SYNTHETIC_PICTURE, syntheticPicture } from '../packs/synthetic-picture.ts';
import { sha256Of } from './content-hash.ts';

const temporaryFolders: string[] = [];

export async function temporaryFolder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'wuma-models-'));
  temporaryFolders.push(dir);
  return dir;
}

/** For a test file's `afterAll`. */
export async function removeTemporaryFolders(): Promise<void> {
  for (const dir of temporaryFolders.splice(0)) await rm(dir, { recursive: true, force: true });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const SIZE = 8;

/** A network of one 1 x 1 convolution, as a TensorFlow.js graph model that is told apart by its weight. */
function graphModelFiles(weight: number) {
  const json = JSON.stringify({
    format: 'graph-model',
    modelTopology: {
      node: [
        {
          name: 'input',
          op: 'Placeholder',
          attr: { shape: { shape: { dim: [1, SIZE, SIZE, 3].map((size) => ({ size })) } } },
        },
        { name: 'w', op: 'Const' },
        {
          name: 'out',
          op: 'Conv2D',
          input: ['input', 'w'],
          attr: { strides: { list: { i: [1, 1, 1, 1] } }, padding: { s: base64('SAME') } },
        },
      ],
    },
    weightsManifest: [
      { paths: ['net.bin'], weights: [{ name: 'w', shape: [1, 1, 3, 1], dtype: 'float32' }] },
    ],
  });
  const bin = Buffer.from(Float32Array.of(weight, 2 * weight, 3 * weight).buffer);
  return { json: Buffer.from(json), bin };
}

export type PackFixture = {
  readonly manifest: PackManifest;
  /** Holds `<n>.json` and `<n>.bin`, the sources of the pack's four networks. */
  readonly sourceDir: string;
  readonly goldenDir: string;
};

/**
 * A whole small pack, with the shape of the open one, whose sources lie in a folder and whose goldens say what
 * the networks really give.
 */
export async function makePackFixture(): Promise<PackFixture> {
  const sourceDir = await temporaryFolder();
  const goldenDir = await temporaryFolder();
  const manifest = structuredClone(findPackManifest('open'));
  manifest.name = 'tiny';
  manifest.id = 'tiny-1';
  const make = (model: PackModel, number: number) =>
    makeModel({ model, number, sourceDir, goldenDir });
  manifest.detect.model = await make(manifest.detect.model, 1);
  manifest.mesh.model = await make(manifest.mesh.model, 2);
  for (const entry of manifest.embed.networks) entry.model = await make(entry.model, 3);
  for (const entry of manifest.pad.models) entry.model = await make(entry.model, 4);
  return { manifest, sourceDir, goldenDir };
}

const sourceFile = (name: string, path: string, content: Buffer): SourceFile => ({
  name,
  bytes: content.length,
  sha256: sha256Of(content),
  from: [`file:${path}`],
});

async function makeModel(request: {
  readonly model: PackModel;
  readonly number: number;
  readonly sourceDir: string;
  readonly goldenDir: string;
}): Promise<PackModel> {
  const { number, sourceDir, goldenDir } = request;
  const { json, bin } = graphModelFiles(number / 10);
  await writeFile(join(sourceDir, `${number}.json`), json);
  await writeFile(join(sourceDir, `${number}.bin`), bin);
  const onnx = graphModelToOnnx({
    modelJson: json.toString(),
    readWeightFile: () => bin,
    outputs: ['out'],
  });
  const model: PackModel = {
    ...request.model,
    bytes: onnx.length,
    sha256: sha256Of(onnx),
    sources: [
      sourceFile('net.json', `${number}.json`, json),
      sourceFile('net.bin', `${number}.bin`, bin),
    ],
    conversion: { from: 'tfjs-graph-model', outputs: ['out'] },
    golden: `${number}.json`,
    input: { ...request.model.input, name: 'input', width: SIZE, height: SIZE, layout: 'nhwc' },
  };
  const session = await InferenceSession.create(onnx);
  const picture = new Tensor('float32', syntheticPicture(model.input), [1, SIZE, SIZE, 3]);
  const { out } = await session.run({ input: picture });
  if (!(out?.data instanceof Float32Array)) throw new Error('no float output');
  const golden = {
    madeBy: 'the fixture',
    picture: SYNTHETIC_PICTURE,
    tolerance: { absolute: 1e-4, relative: 1e-4 },
    outputs: [{ name: 'out', length: out.data.length, step: 1, values: Array.from(out.data) }],
  };
  await writeFile(join(goldenDir, `${number}.json`), JSON.stringify(golden));
  return model;
}
