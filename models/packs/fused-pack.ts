import { dlibResNet } from './dlib-models.ts';
import { frFeature, frLiveness } from './faceplugin-models.ts';
import { blazeFaceDetect, faceMesh468 } from './mediapipe-models.ts';
import { openPack } from './open-pack.ts';
import { faceReidentification } from './openvino-models.ts';
import { PACK_SCHEMA_VERSION, type PackManifest } from './pack-manifest.ts';

const intelModel = { ...faceReidentification.model, file: 'embed-intel.onnx' };

/**
 * Three embedders from three makers: the open pack's, Intel's and dlib's. Intel's lies in a folder, or behind an https
 * address, given when installing; all else comes from the npm registry. What it gives and costs: docs/recognition.md.
 */
export const fusedPack: PackManifest = {
  schemaVersion: PACK_SCHEMA_VERSION,
  name: 'fused',
  revision: 3,
  id: 'fused-3',
  summary: "The open pack, its 512-d embedding joined with Intel's 256-d and dlib's 128-d ones",
  detect: blazeFaceDetect,
  mesh: faceMesh468,
  embed: {
    networks: [
      frFeature,
      {
        ...faceReidentification,
        weight: 0.5,
        lookScales: { plain: 0.97, mirrored: 1.03 },
        model: intelModel,
      },
      { ...dlibResNet, weight: 0.2 },
    ],
    dimension: 896,
    pointsFrom: 'mesh',
    flip: true,
  },
  pad: frLiveness,
  thresholds: {
    identify: {
      sure: 0.62,
      leastSure: 0.465,
      mostSure: 0.664,
      floor: 0.31,
      margin: 0.045,
      source:
        'Measured on LFW (7,700 pictures, 29.6 million impostor pairs, both looks on both sides): FMR 1e-2 at ' +
        '0.311, 1e-3 at 0.395, 1e-4 at 0.465, 1e-5 at 0.525, 1e-6 at 0.618. leastSure is FMR 1e-4; three of four of 8,101 ' +
        'genuine pairs reach mostSure; 99.7 % of them are above floor. margin is that of the weights before (revision 2). For ' +
        'other peoples than those of LFW the hub calibrates itself.',
    },
    burst: {
      sameFace: 0.465,
      source:
        'Strangers reach it about once in ten thousand (FMR 1e-4 on LFW); the plain and the mirrored look of one ' +
        'picture lay above 0.85 in 99.9 % of 7,700.',
    },
    pad: openPack.thresholds.pad,
    quality: openPack.thresholds.quality,
  },
};
