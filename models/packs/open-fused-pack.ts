import { dlibResNet } from './dlib-models.ts';
import { frFeature, frLiveness } from './faceplugin-models.ts';
import { blazeFaceDetect, faceMesh468 } from './mediapipe-models.ts';
import { openPack } from './open-pack.ts';
import { PACK_SCHEMA_VERSION, type PackManifest } from './pack-manifest.ts';

/**
 * The open pack with dlib's network beside its embedder; also from the npm registry alone. What it gives and costs: docs/recognition.md.
 */
export const openFusedPack: PackManifest = {
  schemaVersion: PACK_SCHEMA_VERSION,
  name: 'open-fused',
  revision: 2,
  id: 'open-fused-2',
  summary: 'The open pack, its 512-d embedding joined with the 128-d one of dlib',
  detect: blazeFaceDetect,
  mesh: faceMesh468,
  embed: {
    networks: [frFeature, dlibResNet],
    dimension: 640,
    pointsFrom: 'mesh',
    flip: true,
  },
  pad: frLiveness,
  thresholds: {
    identify: {
      sure: 0.76,
      leastSure: 0.67,
      mostSure: 0.78,
      floor: 0.57,
      margin: 0.03,
      source:
        'Measured on LFW (7,700 pictures, 29.6 million impostor pairs, both looks on both sides): FMR 1e-2 at ' +
        '0.568, 1e-3 at 0.624, 1e-4 at 0.668, 1e-5 at 0.706, 1e-6 at 0.757. dlib lifts all cosines, so the zones are narrower ' +
        'than those of the open pack. Before enrolments took each look at both sizes: with 1,559 enrolled by one picture, sure and margin identified 83.9 % of ' +
        '3,420 probes of both looks and nobody wrongly but a man enrolled under two names ' +
        '(Blatter); of 2,721 strangers 5 passed, at least 4 of them enrolled under another name. For other ' +
        'peoples than those of LFW the hub calibrates itself.',
    },
    burst: {
      sameFace: 0.66,
      source:
        'Strangers reach it about once in ten thousand (FMR 1e-4 on LFW); the plain and the mirrored look of one ' +
        'picture lay above 0.928 in 99.9 % of 7,700.',
    },
    pad: openPack.thresholds.pad,
    quality: openPack.thresholds.quality,
  },
};
