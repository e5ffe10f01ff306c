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
      sure: 0.57,
      leastSure: 0.42,
      mostSure: 0.62,
      floor: 0.25,
      margin: 0.05,
      source:
        'Measured with this pipeline on 3,718 LFW pictures (6.9 million impostor pairs, one frame each): FMR 1e-3 ' +
        'at 0.337, 1e-4 at 0.412, 1e-5 at 0.480, 1e-6 at 0.558. With 1,559 enrolled by one picture, sure and margin ' +
        'identified 85.7 % of them and nobody wrongly; 2 of 2,159 strangers passed, one of them an enrolled man ' +
        'under another first name (Blatter). From floor to sure the terminal asks on. On East Asian faces the same ' +
        'FMR needs about 0.14 more: a large gallery must be calibrated by the hub itself.',
    },
    pad: {
      minLive: 0.5,
      minLiveWithDepth: 0.05,
      source:
        'Even odds of the softmax. Measured: 6.9 % of 3,718 genuine LFW pictures fall below (tight crops of 250 ' +
        'pixels), 3 % of 252 below 0.05. Of 80 photos pasted onto a picture of paper 41 % and 16 % fall below, ' +
        'of a phone 16 % and 3 %; no real attack data behind it, and picture files of a painting and of a mask ' +
        'pass: depth has to decide.',
    },
    quality: {
      minEyeDistancePx: 35,
      maxYawDeg: 35,
      maxPitchDeg: 30,
      maxRollDeg: 30,
      minLuma: 40,
      maxLuma: 225,
      minSharpness: 20,
      source:
        "The template's eyes are 35 pixels apart: fewer would be made up. The rest passes about 99 % of 3,718 LFW " +
        'pictures (|yaw| 95 % below 26, 99 % below 36; |pitch| 99 % below 27; |roll| 99 % below 11; luma 58 to 207 ' +
        'and sharpness above 12 for 99.9 %); not derived from error rates.',
    },
  },
};
