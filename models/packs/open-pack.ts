import { blazeFace256, faceMesh468 } from './mediapipe-models.ts';
import { PACK_SCHEMA_VERSION, type PackManifest, type PackModel } from './pack-manifest.ts';

const FACEPLUGIN = 'npm:faceplugin-face-recognition-js@0.0.1#model';

const facepluginLicence: PackModel['licence'] = {
  spdx: 'MIT',
  statedBy: 'faceplugin-face-recognition-js 0.0.1 (package.json, LICENSE)',
  provenance:
    'The package says MIT, but nothing documents where its weights come from: neither who trained them, nor on ' +
    'which pictures, nor under which terms. Settle this before any use beyond trying out, or take another pack.',
};

/** Everything comes from the npm registry: the default, installed without asking anybody. */
export const openPack: PackManifest = {
  schemaVersion: PACK_SCHEMA_VERSION,
  name: 'open',
  revision: 1,
  id: 'open-1',
  summary: 'BlazeFace, FaceMesh, a 512-d embedder and a colour PAD network from the npm registry',
  detect: {
    decoder: 'blazeface',
    model: blazeFace256,
    heads: [
      { scores: 'Identity', boxes: 'Identity_2', stridePx: 16, grid: 16, perCell: 2 },
      { scores: 'Identity_1', boxes: 'Identity_3', stridePx: 32, grid: 8, perCell: 6 },
    ],
    minScore: 0.5,
    nmsIou: 0.3,
  },
  mesh: faceMesh468,
  embed: {
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
      licence: facepluginLicence,
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
    pointsFrom: 'mesh',
    // ArcFace's template, as in the package's own code.
    template: [
      [38.2946, 51.6963],
      [73.5318, 51.5014],
      [56.0252, 71.7366],
      [41.5493, 92.3655],
      [70.7299, 92.2041],
    ],
    flip: true,
  },
  pad: {
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
          licence: facepluginLicence,
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
  },
  thresholds: {
    identify: {
      sure: 0.5,
      floor: 0.34,
      margin: 0.05,
      source:
        'FMR 1e-3 needs 0.34 on LFW and about 0.48 on East Asian faces; sure lies above both. A start value: the ' +
        'hub replaces it by what it learns from its own gallery.',
    },
    pad: { minLive: 0.5, source: 'even odds of the softmax; no attack data behind it yet' },
    quality: {
      minEyeDistancePx: 40,
      maxYawDeg: 35,
      maxPitchDeg: 30,
      maxRollDeg: 30,
      minLuma: 40,
      maxLuma: 225,
      minSharpness: 20,
      source:
        'start values, set so that well-lit indoor pictures pass; not derived from error rates',
    },
  },
};
