import { frFeature, frLiveness } from './faceplugin-models.ts';
import { blazeFaceDetect, faceMesh468 } from './mediapipe-models.ts';
import { PACK_SCHEMA_VERSION, type PackManifest } from './pack-manifest.ts';

/** Everything comes from the npm registry: the default, installed without asking anybody. */
export const openPack: PackManifest = {
  schemaVersion: PACK_SCHEMA_VERSION,
  name: 'open',
  revision: 1,
  id: 'open-1',
  summary: 'BlazeFace, FaceMesh, a 512-d embedder and a colour PAD network from the npm registry',
  detect: blazeFaceDetect,
  mesh: faceMesh468,
  embed: { networks: [frFeature], dimension: 512, pointsFrom: 'mesh', flip: true },
  pad: frLiveness,
  thresholds: {
    identify: {
      sure: 0.57,
      leastSure: 0.42,
      mostSure: 0.62,
      floor: 0.25,
      margin: 0.05,
      source:
        'Measured on LFW (7,700 pictures, 29.6 million impostor pairs, both looks on both sides): FMR 1e-3 at 0.337, 1e-4 at ' +
        '0.414, 1e-5 at 0.479, 1e-6 at 0.575. With looks of one size, before: with 1,559 enrolled by one picture, sure and margin ' +
        'identified 85.7 % of them and nobody wrongly; 2 of 2,159 strangers passed, one of them an enrolled man ' +
        'under another first name (Blatter). On East Asian faces the same FMR needs about 0.14 more: the hub calibrates ' +
        'itself from 100 people on. leastSure is FMR 1e-4; three of four of 8,101 genuine LFW pairs reach mostSure; ' +
        'at floor FMR is 8e-3, and 99.5 % of the genuine pairs are above.',
    },
    burst: {
      sameFace: 0.4,
      source:
        'Strangers reach it about once in ten thousand (FMR 1e-4 on LFW); the plain and the mirrored look of one ' +
        'picture lay above 0.875 in 99.9 % of 7,700.',
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
      maxEyesCovered: 0.8,
      source:
        "The template's eyes are 35 pixels apart: fewer would be made up. The rest passes about 99 % of 3,718 LFW " +
        'pictures (|yaw| 95 % below 26, 99 % below 36; |pitch| 99 % below 27; |roll| 99 % below 11; luma 58 to 207 ' +
        'and sharpness above 12 for 99.9 %); not derived from error rates. maxEyesCovered is: beyond it a third of the ' +
        'comparisons fail at FMR 1e-5, of all 5 % (docs/recognition.md).',
    },
  },
};
