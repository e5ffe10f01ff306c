import type { PackDetect, PackEmbedNetwork, PackModel, PackPad } from './pack-manifest.ts';

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

export const faceReidentification: PackEmbedNetwork = {
  model: reidentification,
  output: 'output',
  dimension: 256,
  // The Open Model Zoo's five reference points times 128.
  template: [
    [40.3928, 59.0815],
    [87.3834, 59.0815],
    [64.0336, 81.9847],
    [44.7324, 105.5606],
    [83.6399, 105.5606],
  ],
  weight: 1,
};

export const yuNetDetect: PackDetect = {
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
};

export const miniFasNets: PackPad = {
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
};
