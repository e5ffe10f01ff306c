import { z } from 'zod';

/**
 * What `wuma report recognition` writes as JSON; docs/recognition-report.md describes it. Words as in ISO/IEC 2382-37,
 * 19795-1 and 30107-3. Rates and shares are 0 to 1, times milliseconds, sizes bytes, scores cosines.
 *
 * `null` is what was not measured; `notMeasured` says why. Nothing in it names a person, a picture or a folder.
 *
 * History: 1 (first version).
 */
export const REPORT_VERSION = 1;

const share = z.number().min(0).max(1);
const count = z.int().nonnegative();
const interval = z.strictObject({ low: share, high: share });

/** A measured share, its count, and two 95 % intervals. */
const rate = z.strictObject({
  rate: share,
  events: count,
  trials: count,
  /** Clopper and Pearson's, as if every trial were independent of every other. */
  exact: interval,
  /** Bootstrap over people; null where no trial, or every one, was an event. */
  byPerson: interval.nullable(),
});

const reasons = z.array(z.strictObject({ code: z.string(), pictures: count }));
/** Shares of scores in bins of equal width from `from` on. */
const histogram = z.strictObject({
  from: z.number(),
  binWidth: z.number(),
  shares: z.array(share),
});
const spread = z.strictObject({ p50: z.number(), p95: z.number() });

const conditions = z.strictObject({
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  software: z.strictObject({ wuma: z.string(), node: z.string(), onnxruntime: z.string() }),
  machine: z.strictObject({
    cpu: z.string(),
    cores: count,
    memoryBytes: count,
    system: z.string(),
  }),
  pack: z.strictObject({
    id: z.string(),
    summary: z.string(),
    dimension: count,
    models: z.array(
      z.strictObject({
        role: z.enum(['detect', 'mesh', 'embed', 'pad']),
        file: z.string(),
        bytes: count,
        sha256: z.string(),
        licence: z.string(),
      }),
    ),
    thresholds: z.record(z.string(), z.number()),
  }),
  settings: z.strictObject({
    seed: count,
    limit: count.nullable(),
    confidence: share,
    replicates: count,
    streets: count,
    regulars: share,
    simulatedAttacks: count,
  }),
});

const imageSet = z.strictObject({
  /** What the operator calls the set. */
  label: z.string().nullable(),
  pictures: count,
  people: count,
  peopleWithSeveral: count,
  /** How many people have how many pictures; the last bin is open. */
  picturesPerPerson: z.array(z.strictObject({ from: count, to: count.nullable(), people: count })),
});

/** One way of taking a face: as an enrolment from a photograph does, or as a payment's look. */
const acquisition = z.strictObject({ failures: rate, reasons });

const operatingPoint = z.strictObject({
  /** `fmr`: the lowest threshold with at most this FMR here. `pack`: a threshold of the pack's manifest. */
  chosenBy: z.enum(['fmr', 'pack']),
  name: z.string(),
  threshold: z.number(),
  fmr: rate,
  fnmr: rate,
});

const verification = z.strictObject({
  genuine: count,
  impostor: count,
  equalErrorRate: share.nullable(),
  operatingPoints: z.array(operatingPoint),
  det: z.array(z.strictObject({ fmr: share, fnmr: share, byPerson: interval.nullable() })),
  scores: z.strictObject({ genuine: histogram, impostor: histogram }),
  listedPairs: z
    .strictObject({ pairs: count, accuracy: share.nullable(), equalErrorRate: share.nullable() })
    .nullable(),
});

const identification = z.strictObject({
  gallery: count,
  promisedFpir: share,
  streets: count,
  /** Strangers of whom the first look was sure. */
  fpir: rate,
  /** The lowest and highest of single streets. */
  fpirOfStreets: interval,
  /** Of all searches. */
  wrongCharges: rate,
  /** Searches of the enrolled; null where nobody has a second picture. */
  mated: z
    .strictObject({
      /** Of whom the first look was not sure, or sure of somebody else. */
      fnir: rate,
      fnirOfStreets: interval,
      /** Paid without a question, after the digits, after the PIN; all three. */
      straightThrough: share,
      afterLast4: share,
      afterPin: share,
      served: share,
    })
    .nullable(),
  /** Means over the streets. */
  thresholds: z.strictObject({
    sure: z.number(),
    likely: z.number(),
    floor: z.number(),
    margin: z.number(),
  }),
  promisableFpir: share.nullable(),
  /** The same searches with the pack's own thresholds. */
  uncalibrated: z.strictObject({ fpir: share, straightThrough: share }),
  /** By the first candidate's score alone, without margin or questions. */
  det: z.array(z.strictObject({ fpir: share, fnir: share, threshold: z.number() })),
  searchMs: spread,
});

const species = z.strictObject({
  species: z.string(),
  evidence: z.enum(['simulated', 'given']),
  /** In a face's shape: depth cannot refuse it. */
  faceShaped: z.boolean(),
  tooCoarse: count,
  apcer: rate,
});

const colourPad = z.strictObject({
  threshold: z.number(),
  thresholdWithDepth: z.number(),
  bpcer: rate,
  bpcerWithDepth: rate,
  scores: histogram,
});

/** Colour pictures of given attacks before the colour network alone. */
const colourSpecies = z.strictObject({
  species: z.string(),
  /** Refused because no face was found. */
  noFace: count,
  apcer: rate,
});

const depthPad = z.strictObject({
  bonaFide: z
    .strictObject({
      people: count,
      bpcer: rate,
      /** Limits set on all others, tried on each person in turn. */
      heldOutBpcer: share.nullable(),
      failedChecks: z.record(z.string(), count),
    })
    .nullable(),
  species: z.array(species),
});

const time = z.strictObject({
  looks: count,
  /** One look at a time, one worker: stages of a payment's frame. */
  stagesMs: z.array(z.strictObject({ stage: z.string(), p50: z.number(), p95: z.number() })),
  totalMs: spread,
});

const memory = z.strictObject({
  /** Resident set of the measuring process: before the networks, with one worker's networks, and at its highest. */
  residentBytes: z.strictObject({ before: count, withOneWorker: count, highest: count }),
  modelBytes: count,
  templateBytes: count,
  indexBytesPerTemplate: count,
});

export const recognitionReportSchema = z.strictObject({
  schema: z.literal('wuma.recognition-report'),
  version: z.literal(REPORT_VERSION),
  conditions,
  imageSet,
  enrolment: acquisition,
  /** What an enrolment that insists on quality would refuse besides, of the acquired. */
  poorQuality: acquisition.nullable(),
  payment: acquisition.nullable(),
  verification: verification.nullable(),
  identification: z.array(identification),
  colourPad: colourPad.nullable(),
  colourAttacks: z.array(colourSpecies),
  depthPad,
  time: time.nullable(),
  memory: memory.nullable(),
  notMeasured: z.array(z.strictObject({ what: z.string(), why: z.string() })),
});

export type RecognitionReport = z.infer<typeof recognitionReportSchema>;
export type ReportConditions = z.infer<typeof conditions>;
export type ReportImageSet = z.infer<typeof imageSet>;
export type Acquisition = z.infer<typeof acquisition>;
export type Verification = z.infer<typeof verification>;
export type OperatingPoint = z.infer<typeof operatingPoint>;
export type Identification = z.infer<typeof identification>;
export type ColourPadFigures = z.infer<typeof colourPad>;
export type DepthPadFigures = z.infer<typeof depthPad>;
export type SpeciesFigures = z.infer<typeof species>;
export type ColourSpeciesFigures = z.infer<typeof colourSpecies>;
export type TimeFigures = z.infer<typeof time>;
export type MemoryFigures = z.infer<typeof memory>;
export type Histogram = z.infer<typeof histogram>;
export type MeasuredRate = z.infer<typeof rate>;
export type NotMeasured = RecognitionReport['notMeasured'][number];
