import type { PackDetect, PackMesh, PackModel } from './pack-manifest.ts';

/** Google's face networks as TensorFlow.js graphs, shared by several packs. */
const HUMAN = 'npm:@vladmandic/human@3.3.6#models';

const licence: PackModel['licence'] = {
  spdx: 'Apache-2.0',
  statedBy: "MediaPipe's model cards; the npm package that carries the graphs is MIT",
  provenance:
    "Google's MediaPipe, trained on Google's own pictures; exported to TensorFlow.js and published by the author " +
    'of @vladmandic/human. Converted to ONNX at installation.',
};

const blazeFace256: PackModel = {
  file: 'detect.onnx',
  bytes: 555_876,
  sha256: '87fa02aa1c6067200773e8139079058810d22e99efde361b944d2dd56d378c40',
  sources: [
    {
      name: 'blazeface.json',
      bytes: 79_038,
      sha256: 'cd7bbfc078270572beb39f9e5ae67aadbd50b5e67cff37e6d4f6b3ea39312e5f',
      from: [`${HUMAN}/blazeface.json`],
    },
    {
      name: 'blazeface.bin',
      bytes: 538_928,
      sha256: 'dc9a97fdc50bc43216554bdd69aa3e7b9361a519ee7bdd996a2f69a98a6f9b72',
      from: [`${HUMAN}/blazeface.bin`],
    },
  ],
  conversion: {
    from: 'tfjs-graph-model',
    outputs: ['Identity', 'Identity_1', 'Identity_2', 'Identity_3'],
  },
  golden: 'blazeface-256.json',
  licence,
  input: {
    name: 'input',
    width: 256,
    height: 256,
    layout: 'nhwc',
    colour: 'rgb',
    mean: [127.5, 127.5, 127.5],
    scale: [1 / 127.5, 1 / 127.5, 1 / 127.5],
  },
  outputs: [
    { name: 'Identity', shape: [1, 512, 1], meaning: 'score logits, 16 x 16 cells of 2 anchors' },
    { name: 'Identity_1', shape: [1, 384, 1], meaning: 'score logits, 8 x 8 cells of 6 anchors' },
    { name: 'Identity_2', shape: [1, 512, 16], meaning: 'box and 6 points, 16 x 16 cells' },
    { name: 'Identity_3', shape: [1, 384, 16], meaning: 'box and 6 points, 8 x 8 cells' },
  ],
  medianMs: 6.6,
};

export const blazeFaceDetect: PackDetect = {
  decoder: 'blazeface',
  model: blazeFace256,
  heads: [
    { scores: 'Identity', boxes: 'Identity_2', stridePx: 16, grid: 16, perCell: 2 },
    { scores: 'Identity_1', boxes: 'Identity_3', stridePx: 32, grid: 8, perCell: 6 },
  ],
  minScore: 0.5,
  nmsIou: 0.3,
};

export const faceMesh468: PackMesh = {
  model: {
    file: 'mesh.onnx',
    bytes: 2_425_280,
    sha256: '578c9a5cdfda6f4c27436eceab99474b457880782c3abad7180b21914e326aa0',
    sources: [
      {
        name: 'facemesh.json',
        bytes: 95_845,
        sha256: 'b60ca26f404724f43bd2b1575761d8265180e1f053cc0731caa68462927309e7',
        from: [`${HUMAN}/facemesh.json`],
      },
      {
        name: 'facemesh.bin',
        bytes: 1_477_958,
        sha256: '3826da640b0a3021161605369ee6af293f75d518040355b960ec71a3390c1c0b',
        from: [`${HUMAN}/facemesh.bin`],
      },
    ],
    conversion: { from: 'tfjs-graph-model', outputs: ['Identity_2', 'Identity_1'] },
    golden: 'facemesh-468.json',
    licence,
    input: {
      name: 'input_1',
      width: 192,
      height: 192,
      layout: 'nhwc',
      colour: 'rgb',
      mean: [0, 0, 0],
      scale: [1 / 255, 1 / 255, 1 / 255],
    },
    outputs: [
      { name: 'Identity_2', shape: [1, 1404], meaning: '468 x (x, y, z) in input pixels' },
      { name: 'Identity_1', shape: [1, 1], meaning: 'probability that the crop shows a face' },
    ],
    medianMs: 2.3,
  },
  cropScale: 1.6,
  pointsOutput: 'Identity_2',
  pointCount: 468,
  presenceOutput: 'Identity_1',
  minPresence: 0.5,
  alignmentVertices: {
    rightEye: [33, 133, 159, 145],
    leftEye: [362, 263, 386, 374],
    nose: [4],
    rightMouth: [61],
    leftMouth: [291],
  },
};
