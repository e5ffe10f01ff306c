import { z } from 'zod';

/**
 * What a model pack says about itself.
 *
 * A pack is a set of networks that belong together: a detector, a face mesh, an embedder and a
 * presentation attack detector (PAD), with everything that has to be known to feed them and to read them.
 * Templates carry `id`; templates of different packs are never compared.
 *
 * Pixel coordinates are in the picture's own pixels, x to the right, y down. Milliseconds are medians of
 * one thread. Scores are cosines of normalised embeddings unless said otherwise.
 *
 * History: 1 (first version); 2 (an embedding may be made by several networks).
 */
export const PACK_SCHEMA_VERSION = 2;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 in lower-case hex');
const fileName = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/, 'a plain lower-case file name');
const point = z.tuple([z.number(), z.number()]);
const rgb = z.tuple([z.number(), z.number(), z.number()]);

/**
 * Where a file comes from:
 * `npm:NAME@VERSION#path/in/package`, `https://host/path`, or `file:path` below the pack's source folder
 * (a folder or an https address given at install time). Whatever the place, the hash decides.
 */
const sourceLocation = z
  .string()
  .regex(
    /^(npm:(@[a-z0-9-]+\/)?[a-z0-9._-]+@[^#]+#.+|https:\/\/.+|file:[^/].*)$/,
    'npm:NAME@VERSION#path, https://… or file:relative/path',
  );

const sourceFileSchema = z.strictObject({
  /** Name the converter knows the file by, e.g. `blazeface.json`. */
  name: fileName,
  bytes: z.int().positive(),
  sha256,
  /** Tried in this order; the first that can be read must have the hash. */
  from: z.array(sourceLocation).min(1),
});

const licenceSchema = z.strictObject({
  /** SPDX identifier as stated by whoever published the file. */
  spdx: z.string().min(1),
  statedBy: z.string().min(1),
  /** Who made the weights and from what, in plain words, including what nobody documents. */
  provenance: z.string().min(1),
});

const inputSchema = z.strictObject({
  name: z.string().min(1),
  /** Pixels. For a detector that takes any size: the size it is meant to run at. */
  width: z.int().positive(),
  height: z.int().positive(),
  /** When set, width and height may be any multiple of this. */
  anyMultipleOf: z.int().positive().optional(),
  layout: z.enum(['nchw', 'nhwc']),
  colour: z.enum(['rgb', 'bgr']),
  /** value = (byte - mean) * scale, per channel in the order of `colour`. */
  mean: rgb,
  scale: rgb,
});

const outputSchema = z.strictObject({
  name: z.string().min(1),
  /** -1 where the size follows the input. */
  shape: z.array(z.int()).min(1),
  meaning: z.string().min(1),
});

const conversionSchema = z.discriminatedUnion('from', [
  /** The source is ONNX already and is taken as it stands. */
  z.strictObject({ from: z.literal('onnx') }),
  z.strictObject({ from: z.literal('tfjs-graph-model'), outputs: z.array(z.string()).min(1) }),
  z.strictObject({ from: z.literal('openvino-ir') }),
  /** face-api's weights of dlib's face recognition network, whose graph is in the converter. */
  z.strictObject({ from: z.literal('face-api-recognition') }),
]);

/** One network of a pack: its source files, the ONNX file they become, and how to feed and read it. */
const modelSchema = z.strictObject({
  /** File in the installed pack's folder. */
  file: fileName,
  bytes: z.int().positive(),
  /** Of the installed ONNX file. Conversion is deterministic, so a converted file has a known hash too. */
  sha256,
  sources: z.array(sourceFileSchema).min(1),
  conversion: conversionSchema,
  /** Recorded outputs of the source graph in another engine; the installed file is run against them. */
  golden: fileName.optional(),
  licence: licenceSchema,
  input: inputSchema,
  outputs: z.array(outputSchema).min(1),
  /** Median of one inference on one thread, and where that was measured. */
  medianMs: z.number().positive(),
});

const detectSchema = z.discriminatedUnion('decoder', [
  z.strictObject({
    /** MediaPipe's BlazeFace: offsets from cell centres, all in input pixels. */
    decoder: z.literal('blazeface'),
    model: modelSchema,
    /**
     * One row per output pair. Each cell of a `grid` x `grid` raster has `perCell` anchors at its centre.
     * `scores` are logits [1, n, 1]; `boxes` are [1, n, 16]: centre x, centre y, width, height, then 6 points
     * (the person's right eye, left eye, nose, mouth, right ear, left ear).
     */
    heads: z
      .array(
        z.strictObject({
          scores: z.string(),
          boxes: z.string(),
          stridePx: z.int().positive(),
          grid: z.int().positive(),
          perCell: z.int().positive(),
        }),
      )
      .min(1),
    minScore: z.number().min(0).max(1),
    nmsIou: z.number().min(0).max(1),
  }),
  z.strictObject({
    /**
     * YuNet: for each stride s the outputs `cls_s`, `obj_s` [1,n,1], `bbox_s` [1,n,4], `kps_s` [1,n,10];
     * score = sqrt(cls * obj); centre = (cell + offset) * s, size = exp(value) * s, point = (cell + offset) * s.
     * Points: right eye, left eye, nose, right mouth corner, left mouth corner (the person's right first).
     */
    decoder: z.literal('yunet'),
    model: modelSchema,
    stridesPx: z.array(z.int().positive()).min(1),
    minScore: z.number().min(0).max(1),
    nmsIou: z.number().min(0).max(1),
  }),
]);

const meshSchema = z.strictObject({
  model: modelSchema,
  /** Square crop: side = max(box width, box height) * cropScale, turned so that the eyes are level. */
  cropScale: z.number().positive(),
  /** Output with `pointCount` x (x, y, z) in input pixels; z is a learned prior, no evidence of life. */
  pointsOutput: z.string(),
  pointCount: z.int().positive(),
  /** Output with the probability (0..1) that the crop shows a face. */
  presenceOutput: z.string(),
  minPresence: z.number().min(0).max(1),
  /** Vertices whose mean gives each of the 5 alignment points, in the order of the embedder's template. */
  alignmentVertices: z.strictObject({
    rightEye: z.array(z.int()).min(1),
    leftEye: z.array(z.int()).min(1),
    nose: z.array(z.int()).min(1),
    rightMouth: z.array(z.int()).min(1),
    leftMouth: z.array(z.int()).min(1),
  }),
});

const embedNetworkSchema = z.strictObject({
  model: modelSchema,
  output: z.string(),
  dimension: z.int().positive(),
  /**
   * Where the 5 points go, in input pixels: right eye, left eye, nose, right mouth corner, left mouth corner
   * (the person's right, which is on the picture's left).
   */
  template: z.tuple([point, point, point, point, point]),
  /** Its share in the score, against the other networks' weights. */
  weight: z.number().positive(),
  /**
   * How large the face is in the plain and in the mirrored look of a burst's frame, against the template; 1 where absent. Two
   * looks at different sizes err differently, which costs nothing. An enrolment takes each look at both sizes
   * (docs/recognition.md).
   */
  lookScales: z
    .strictObject({ plain: z.number().positive(), mirrored: z.number().positive() })
    .optional(),
});

const embedSchema = z.strictObject({
  /**
   * Each network's embedding is brought to unit length; they are scaled by the root of their weights and put end
   * to end, so that the cosine of two embeddings is the weighted mean of the networks' cosines.
   */
  networks: z.array(embedNetworkSchema).min(1),
  /** Sum of the networks' dimensions: the index's. */
  dimension: z.int().positive(),
  /** Which of the pack's networks gives the 5 points the face is aligned by. */
  pointsFrom: z.enum(['mesh', 'detect']),
  /** Add the embedding of the mirrored crop before normalising. */
  flip: z.boolean(),
});

const padSchema = z.strictObject({
  /** The live probabilities of all of them are averaged. */
  models: z
    .array(
      z.strictObject({
        model: modelSchema,
        output: z.string(),
        /** `logits` need a softmax, `probabilities` do not. */
        outputKind: z.enum(['logits', 'probabilities']),
        liveIndex: z.int().nonnegative(),
        /** Crop around the detector's box, this many times its width and height, kept inside the picture. */
        cropScale: z.number().positive(),
      }),
    )
    .min(1),
});

const sourced = <T extends z.ZodRawShape>(shape: T) =>
  z.strictObject({ ...shape, source: z.string().min(1) });

const thresholdsSchema = z.strictObject({
  /** 1:N: `sure` and `margin` (best minus second) both reached means identified; below `floor` it is nobody. */
  identify: sourced({
    /** Until the gallery is large enough for the hub to calibrate itself. */
    sure: z.number(),
    /** A calibrated `sure` is never lower. Photos of one person that compare lower are not of one person. */
    leastSure: z.number(),
    /** The highest `sure` at which the pack still knows three of four people by one picture. */
    mostSure: z.number(),
    /** The grey zone, from which an answer may tell who it is, never begins lower. */
    floor: z.number(),
    margin: z.number().nonnegative(),
  }),
  /** Two frames of one burst that compare below `sameFace` are not taken for one person. */
  burst: sourced({ sameFace: z.number() }),
  /** Live probability (mean of the PAD networks) from which a probe sample counts as live. */
  pad: sourced({
    minLive: z.number().min(0).max(1),
    /** The same where depth has shown a face's shape: then colour only vetoes what it is sure of. */
    minLiveWithDepth: z.number().min(0).max(1),
  }),
  quality: sourced({
    minEyeDistancePx: z.number().positive(),
    maxYawDeg: z.number().positive(),
    maxPitchDeg: z.number().positive(),
    maxRollDeg: z.number().positive(),
    /** Mean luma of the face, 0..255. */
    minLuma: z.number().min(0).max(255),
    maxLuma: z.number().min(0).max(255),
    /** Variance of the Laplacian of the aligned 112 x 112 luma. */
    minSharpness: z.number().nonnegative(),
    /** Share of the less covered eye's surroundings that is far darker than the cheeks; no limit where absent. */
    maxEyesCovered: z.number().min(0).max(1).optional(),
  }),
});

export const packManifestSchema = z.strictObject({
  schemaVersion: z.literal(PACK_SCHEMA_VERSION),
  name: z.string().regex(/^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/),
  /** Raised whenever templates of the older revision can no longer be compared with the newer. */
  revision: z.int().positive(),
  /** `<name>-<revision>`, what templates carry. */
  id: z.string().regex(/^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*-\d+$/),
  summary: z.string().min(1),
  detect: detectSchema,
  mesh: meshSchema,
  embed: embedSchema,
  pad: padSchema,
  thresholds: thresholdsSchema,
});

export type PackManifest = z.infer<typeof packManifestSchema>;
export type PackModel = z.infer<typeof modelSchema>;
export type SourceFile = z.infer<typeof sourceFileSchema>;
export type PackDetect = PackManifest['detect'];
export type PackMesh = PackManifest['mesh'];
export type PackEmbed = PackManifest['embed'];
export type PackEmbedNetwork = PackEmbed['networks'][number];
export type PackPad = PackManifest['pad'];
export type PackThresholds = PackManifest['thresholds'];

/** Every network of a pack, in the order they are installed and used. */
export const modelsOf = (manifest: PackManifest): readonly PackModel[] => [
  manifest.detect.model,
  manifest.mesh.model,
  ...manifest.embed.networks.map((entry) => entry.model),
  ...manifest.pad.models.map((entry) => entry.model),
];
