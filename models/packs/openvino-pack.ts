import { faceMesh468 } from './mediapipe-models.ts';
import { PACK_SCHEMA_VERSION, type PackManifest, type PackModel } from './pack-manifest.ts';

const padLicence: PackModel['licence'] = {
  spdx: 'Apache-2.0',
  statedBy: 'minivision-ai/Silent-Face-Anti-Spoofing',
  provenance:
    'Minivision published the PyTorch weights; the pictures they were trained on are not published. The ONNX file ' +
    'was exported from those weights, with a softmax added at the end.',
};

type PadSource = { readonly file: string; readonly path: string; readonly bytes: number };

/** The two networks see the same face with different surroundings. */
const miniFasNet = (source: PadSource & { readonly sha256: string }): PackModel => ({
  file: source.file,
  bytes: source.bytes,
  sha256: source.sha256,
  sources: [
    {
      name: 'minifasnet.onnx',
      bytes: source.bytes,
      sha256: source.sha256,
      from: [`file:minifasnet/${source.path}`],
    },
  ],
  conversion: { from: 'onnx' },
  licence: padLicence,
  input: {
    name: 'input',
    width: 80,
    height: 80,
    layout: 'nchw',
    colour: 'bgr',
    mean: [0, 0, 0],
    scale: [1, 1, 1],
  },
  outputs: [{ name: 'prob', shape: [1, 3], meaning: 'probabilities; index 1 is live' }],
  medianMs: 3,
});

const reidentification: PackModel = {
  file: 'embed.onnx',
  bytes: 4_484_528,
  sha256: 'd14eaf23003fc075a25c590a8fd2315bc46aa964927e20d221d8e431570c1587',
  sources: [
    {
      name: 'face-reidentification-retail-0095.xml',
      bytes: 350_427,
      sha256: 'ce53d2c9c08c0bd1c1660fb8a5b6d0e3e4ec19eb92f1036d2d83a85e83082dce',
      from: ['file:openvino-reid/openvino-ir-fp16/face-reidentification-retail-0095.xml'],
    },
    {
      name: 'face-reidentification-retail-0095.bin',
      bytes: 2_213_628,
      sha256: '241229ca3d206321868d46ce74a3c0b06c49cea58db7dc70b2e842ff287545d1',
      from: ['file:openvino-reid/openvino-ir-fp16/face-reidentification-retail-0095.bin'],
    },
  ],
  conversion: { from: 'openvino-ir' },
  golden: 'face-reidentification-retail-0095.json',
  licence: {
    spdx: 'Apache-2.0',
    statedBy: "Intel's Open Model Zoo",
    provenance:
      "Trained by Intel; the Open Model Zoo's page does not say on which pictures. FP16 IR converted to ONNX at installation.",
  },
  input: {
    name: 'input',
    width: 128,
    height: 128,
    layout: 'nchw',
    colour: 'bgr',
    mean: [0, 0, 0],
    scale: [1, 1, 1],
  },
  outputs: [{ name: 'output', shape: [1, 256, 1, 1], meaning: 'embedding, not normalised' }],
  medianMs: 11.8,
};

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
  detect: {
    decoder: 'yunet',
    model: {
      file: 'detect.onnx',
      bytes: 322_906,
      sha256: '104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12',
      sources: [
        {
          name: 'yunet.onnx',
          bytes: 322_906,
          sha256: '104ee26c71d5c270ce79a6b3dced91c91013260d29a6bf18f9296c5b8c4c2b12',
          from: ['file:yunet/yunet_n_dynamic.onnx'],
        },
      ],
      conversion: { from: 'onnx' },
      licence: {
        spdx: 'Apache-2.0',
        statedBy: 'ShiqiYu/libfacedetection.train',
        provenance: 'Trained by its authors on WIDER FACE, whose pictures are for research.',
      },
      input: {
        name: 'input',
        width: 640,
        height: 480,
        anyMultipleOf: 32,
        layout: 'nchw',
        colour: 'bgr',
        mean: [0, 0, 0],
        scale: [1, 1, 1],
      },
      outputs: [8, 16, 32].flatMap((stride) => [
        { name: `cls_${stride}`, shape: [1, -1, 1], meaning: `face or not, stride ${stride}` },
        { name: `obj_${stride}`, shape: [1, -1, 1], meaning: `objectness, stride ${stride}` },
        { name: `bbox_${stride}`, shape: [1, -1, 4], meaning: `box, stride ${stride}` },
        { name: `kps_${stride}`, shape: [1, -1, 10], meaning: `5 points, stride ${stride}` },
      ]),
      medianMs: 9.5,
    },
    stridesPx: [8, 16, 32],
    minScore: 0.6,
    nmsIou: 0.3,
  },
  mesh: faceMesh468,
  embed: {
    model: reidentification,
    output: 'output',
    dimension: 256,
    pointsFrom: 'detect',
    // The Open Model Zoo's five reference points times 128.
    template: [
      [40.3928, 59.0815],
      [87.3834, 59.0815],
      [64.0336, 81.9847],
      [44.7324, 105.5606],
      [83.6399, 105.5606],
    ],
    flip: true,
  },
  pad: {
    models: [
      {
        model: miniFasNet({
          file: 'pad.onnx',
          path: '2.7_80x80_MiniFASNetV2.onnx',
          bytes: 1_470_290,
          sha256: 'cdd472e0f4a2deb11b899f4150c631d5bb5e8b639ae23d5032d92ff0fb124be8',
        }),
        output: 'prob',
        outputKind: 'probabilities',
        liveIndex: 1,
        cropScale: 2.7,
      },
      {
        model: miniFasNet({
          file: 'pad-wide.onnx',
          path: '4_0_0_80x80_MiniFASNetV1SE.onnx',
          bytes: 1_466_859,
          sha256: '9a21fb49dd36423bf09b3efb3e9fd6fec4477cd8267ec2e7cd78e820d4180a73',
        }),
        output: 'prob',
        outputKind: 'probabilities',
        liveIndex: 1,
        cropScale: 4,
      },
    ],
  },
  thresholds: {
    identify: {
      sure: 0.6,
      leastSure: 0.43,
      mostSure: 0.64,
      floor: 0.25,
      margin: 0.05,
      source:
        'Measured with this pipeline on 3,718 LFW pictures (6.9 million impostor pairs, one frame each): FMR 1e-3 ' +
        'at 0.347, 1e-4 at 0.432, 1e-5 at 0.506, 1e-6 at 0.602. With 1,559 enrolled by one picture, sure and margin ' +
        'identified 80.6 % of them and nobody wrongly but an enrolled man who has two first names in LFW (Blatter); ' +
        'the 2 of 2,159 strangers who passed are the same man. From floor to sure the terminal asks on. On East ' +
        'Asian faces FMR 1e-3 needs about 0.2 more: a large gallery must be calibrated by the hub itself.',
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
      source:
        "Three quarters of the 47 pixels between the template's eyes. The rest passes about 99 % of 3,718 LFW " +
        'pictures (|yaw| 95 % below 25, 99 % below 36; |pitch| 99 % below 27; |roll| 99 % below 10; luma 61 to 208 ' +
        'and sharpness above 11 for 99.9 %); not derived from error rates.',
    },
  },
};
