import { InferenceSession, Tensor } from 'onnxruntime-node';
import { differenceFromGolden, readGolden } from '../packs/golden.ts';
import type { PackModel } from '../packs/pack-manifest.ts';
import { syntheticPicture } from '../packs/synthetic-picture.ts';
import { InstallError } from './install-error.ts';

/**
 * Runs a converted network on the synthetic picture and compares it with what another engine made of the
 * source: a hash says that a file is the one we know, this says that it computes the right thing here.
 *
 * @param onnx the converted file's bytes
 * @throws InstallError `golden-differs`
 */
export async function checkAgainstGolden(
  model: PackModel,
  onnx: Uint8Array,
  goldenDir: string,
): Promise<void> {
  if (model.golden === undefined) return;
  const golden = await readGolden(goldenDir, model.golden);
  const outputs = await runOnce(model, onnx);
  const difference = differenceFromGolden(golden, outputs);
  if (difference !== undefined) {
    throw new InstallError(
      'golden-differs',
      `${model.file} computes something else: ${difference}`,
    );
  }
}

async function runOnce(
  model: PackModel,
  onnx: Uint8Array,
): Promise<ReadonlyMap<string, Float32Array>> {
  const { name, width, height, layout } = model.input;
  const shape = layout === 'nhwc' ? [1, height, width, 3] : [1, 3, height, width];
  const session = await InferenceSession.create(onnx, {
    intraOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });
  try {
    const picture = new Tensor('float32', syntheticPicture(model.input), shape);
    const results = await session.run({ [name]: picture });
    const floats = Object.entries(results).flatMap(([output, { data }]) =>
      data instanceof Float32Array ? [[output, data] as const] : [],
    );
    return new Map(floats);
  } finally {
    await session.release();
  }
}
