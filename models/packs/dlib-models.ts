import type { PackEmbedNetwork } from './pack-manifest.ts';

const FACE_API = 'npm:@vladmandic/face-api@1.7.15#model/face_recognition_model';

/** Of a face chip's edge on each side, around dlib's mean face. */
const PADDING = 0.2;
const EDGE_PX = 150;

/** From dlib's mean face, where the chip without padding goes from 0 to 1. */
const onChip = ([x, y]: readonly [number, number]): [number, number] => [
  ((x + PADDING) / (1 + 2 * PADDING)) * EDGE_PX,
  ((y + PADDING) / (1 + 2 * PADDING)) * EDGE_PX,
];

/** dlib's face recognition network, for a fusion: alone it is far behind the others. */
export const dlibResNet: PackEmbedNetwork = {
  model: {
    file: 'embed-dlib.onnx',
    bytes: 22_437_923,
    sha256: '18d632e5ccbc9018ccbcc4bb794820361d531d75a3c658b1b9ce6c72d4fe871f',
    sources: [
      {
        name: 'face-recognition-model-weights-manifest.json',
        bytes: 19_615,
        sha256: 'cbaffa501b0b9275a12b63357a6843e7e30c054e1c9151e1a5f879b26e32986b',
        from: [`${FACE_API}-weights_manifest.json`],
      },
      {
        name: 'face-recognition-model.bin',
        bytes: 6_444_032,
        sha256: 'b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589',
        from: [`${FACE_API}.bin`],
      },
    ],
    conversion: { from: 'face-api-recognition' },
    golden: 'dlib-face-recognition.json',
    licence: {
      spdx: 'CC0-1.0',
      statedBy:
        "Davis King's dlib-models (dlib_face_recognition_resnet_model_v1); the npm package is MIT",
      provenance:
        'Trained by the author of dlib on about 3 million faces: the face scrub set, VGG face and pictures he ' +
        'collected on the Internet. Weights in 8 bits, as @vladmandic/face-api publishes them; converted to ONNX at ' +
        'installation.',
    },
    input: {
      name: 'input',
      width: EDGE_PX,
      height: EDGE_PX,
      layout: 'nchw',
      colour: 'rgb',
      mean: [122.782, 117.001, 104.298],
      scale: [1 / 255, 1 / 255, 1 / 255],
    },
    outputs: [{ name: 'output', shape: [1, 128], meaning: 'embedding, not normalised' }],
    medianMs: 3.6,
  },
  output: 'output',
  dimension: 128,
  // Centres of the eyes' corners, nose tip and mouth corners of dlib's mean face (`get_face_chip_details`). dlib pads by a
  // quarter; with the mesh's points a fifth tells people apart better (docs/recognition.md).
  template: [
    onChip([0.225492, 0.21599]),
    onChip([0.754761, 0.21599]),
    onChip([0.490127, 0.515625]),
    onChip([0.254149, 0.780233]),
    onChip([0.726104, 0.780233]),
  ],
  weight: 1,
};
