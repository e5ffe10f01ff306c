import { faceMesh468 } from './mediapipe-models.ts';
import { faceReidentification, miniFasNets, yuNetDetect } from './openvino-models.ts';
import { PACK_SCHEMA_VERSION, type PackManifest } from './pack-manifest.ts';

/**
 * YuNet, Intel's embedder and MiniFASNet. The files lie in a folder, or behind an https address, given when
 * installing; only the mesh comes from the npm registry.
 */
export const openvinoPack: PackManifest = {
  schemaVersion: PACK_SCHEMA_VERSION,
  name: 'openvino',
  revision: 1,
  id: 'openvino-1',
  summary: "YuNet, FaceMesh, Intel's face-reidentification-retail-0095 (256-d) and two MiniFASNets",
  detect: yuNetDetect,
  mesh: faceMesh468,
  embed: { networks: [faceReidentification], dimension: 256, pointsFrom: 'detect', flip: true },
  pad: miniFasNets,
  thresholds: {
    identify: {
      sure: 0.6,
      leastSure: 0.43,
      mostSure: 0.62,
      floor: 0.25,
      margin: 0.05,
      source:
        'Measured with this pipeline on 3,718 LFW pictures (6.9 million impostor pairs, one frame each): FMR 1e-3 ' +
        'at 0.347, 1e-4 at 0.432, 1e-5 at 0.506, 1e-6 at 0.602. With 1,559 enrolled by one picture, sure and margin ' +
        'identified 80.6 % of them and nobody wrongly but an enrolled man who has two first names in LFW (Blatter); ' +
        'the 2 of 2,159 strangers who passed are the same man. On East Asian faces FMR 1e-3 needs about 0.2 ' +
        'more: the hub calibrates itself from 100 people on. leastSure is FMR 1e-4. mostSure, where three of four are ' +
        'still identified, is drawn on from those figures; floor is taken over from the pack open, whose impostors ' +
        'score alike: neither was measured.',
    },
    burst: {
      sameFace: 0.4,
      source:
        'FMR 2.6e-4 on LFW; the plain and the mirrored look of one picture lay above 0.61 in 99.9 % of 7,700.',
    },
    pad: {
      minLive: 0.5,
      minLiveWithDepth: 0.05,
      source:
        'Even odds of the averaged softmax. Measured: 17 % of 252 genuine LFW pictures fall below it, 5 % below ' +
        '0.05; of 80 photos pasted onto a picture of paper 94 % and 34 %, of a phone all. No real attack data.',
    },
    quality: {
      minEyeDistancePx: 35,
      maxYawDeg: 40,
      maxPitchDeg: 30,
      maxRollDeg: 30,
      minLuma: 40,
      maxLuma: 225,
      minSharpness: 20,
      maxEyesCovered: 0.8,
      source:
        "Three quarters of the 47 pixels between the template's eyes. The rest passes about 99 % of 3,718 LFW " +
        'pictures (|yaw| 95 % below 25, 99 % below 36; |pitch| 99 % below 27; |roll| 99 % below 10; luma 61 to 208 ' +
        'and sharpness above 11 for 99.9 %); not derived from error rates. maxEyesCovered is that of the pack open.',
    },
  },
};
