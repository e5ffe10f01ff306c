import type { PackEmbedNetwork, PackModel, PackPad } from './pack-manifest.ts';

const FACEPLUGIN = 'npm:faceplugin-face-recognition-js@0.0.1#model';

const licence: PackModel['licence'] = {
  spdx: 'MIT',
  statedBy: 'faceplugin-face-recognition-js 0.0.1 (package.json, LICENSE)',
  provenance:
    'The package says MIT, but nothing documents where its weights come from: neither who trained them, nor on ' +
    'which pictures, nor under which terms. Settle this before any use beyond trying out, or take another pack.',
};

export const frFeature: PackEmbedNetwork = {
  model: {
    file: 'embed.onnx',
    bytes: 4_884_269,
    sha256: '87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581',
    sources: [
      {
        name: 'fr-feature.onnx',
        bytes: 4_884_269,
        sha256: '87aacdfe57510db2af90c0251df680e8eec88f122ee94712121d09bcaaaf3581',
        from: [`${FACEPLUGIN}/fr_feature.onnx`],
      },
    ],
    conversion: { from: 'onnx' },
    licence: licence,
    input: {
      name: 'input',
      width: 112,
      height: 112,
      layout: 'nchw',
      colour: 'bgr',
      mean: [127, 127, 127],
      scale: [1 / 128, 1 / 128, 1 / 128],
    },
    outputs: [{ name: 'output', shape: [1, 512], meaning: 'embedding, not normalised' }],
    medianMs: 8.3,
  },
  output: 'output',
  dimension: 512,
  // ArcFace's template, as in the package's own code.
  template: [
    [38.2946, 51.6963],
    [73.5318, 51.5014],
    [56.0252, 71.7366],
    [41.5493, 92.3655],
    [70.7299, 92.2041],
  ],
  weight: 1,
  lookScales: { plain: 0.97, mirrored: 1.03 },
};

export const frLiveness: PackPad = {
  models: [
    {
      model: {
        file: 'pad.onnx',
        bytes: 1_886_811,
        sha256: 'afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d',
        sources: [
          {
            name: 'fr-liveness.onnx',
            bytes: 1_886_811,
            sha256: 'afa783b7e902fdfcf323a7240cac2a1c580c25314ea4161129dc1b0d100dc32d',
            from: [`${FACEPLUGIN}/fr_liveness.onnx`],
          },
        ],
        conversion: { from: 'onnx' },
        licence: licence,
        input: {
          name: 'input',
          width: 128,
          height: 128,
          layout: 'nchw',
          colour: 'bgr',
          mean: [0, 0, 0],
          scale: [1, 1, 1],
        },
        outputs: [{ name: 'output', shape: [1, 3], meaning: 'logits; index 0 is live' }],
        medianMs: 5.5,
      },
      output: 'output',
      outputKind: 'logits',
      liveIndex: 0,
      cropScale: 2.7,
    },
  ],
};
