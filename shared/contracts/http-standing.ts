import { z } from 'zod';
import { daySchema } from './http-merchants.ts';
import { nameSchema, timestampSchema, uuidSchema } from './primitives.ts';

/** Financial standing of companies on central's HTTP API. Requests are strict; ids are made by the client. */

export const GRADES = ['A', 'B', 'C', 'D'] as const;
export const gradeSchema = z.enum(GRADES);
export type Grade = z.infer<typeof gradeSchema>;

export const STANDING_SOURCES = ['registry', 'tax', 'utilities', 'court'] as const;
const wordsSchema = z.string().trim().min(1).max(2_000);

/** A feature in plain words, for whoever is judged by it. */
const wordsInBothSchema = z.strictObject({
  'zh-CN': z.string().trim().min(1).max(120),
  en: z.string().trim().min(1).max(120),
});
export const featureWordsSchema = z.record(z.string().min(1).max(100), wordsInBothSchema);
export type FeatureWords = z.infer<typeof featureWordsSchema>;

/** A scorecard as `wuma evaluate credit --save` writes it; its shape is checked where it is read. */
export const standingModelSchema = z.strictObject({
  modelId: uuidSchema,
  /** Features that a company can change itself. */
  changeable: z.array(z.string().min(1).max(100)).max(500),
  /** Every feature that is not one of the street's own; without them nobody could be told their reasons. */
  words: featureWordsSchema.refine((words) => Object.keys(words).length <= 500, 'up to 500'),
  file: z.looseObject({ version: z.literal(1) }),
});
export type StandingModel = z.infer<typeof standingModelSchema>;
export const importedModelSchema = z.object({
  modelId: uuidSchema,
  version: z.int(),
  sha256: z.string(),
});

export const standingConsentSchema = z.strictObject({
  consentId: uuidSchema,
  given: z.boolean(),
  /** Of the text that the company was shown. */
  textVersion: nameSchema,
});
export type StandingConsent = z.infer<typeof standingConsentSchema>;

/** What is known of a company; names that begin with `street_` are the city's own to fill. */
export const standingFieldsSchema = z
  .record(
    z.string().regex(/^(?!street_)[A-Za-z]\w{0,63}$/, 'a name of letters, digits and _'),
    z.union([z.number(), z.string().min(1).max(200)]),
  )
  .refine((fields) => Object.keys(fields).length <= 200, 'up to 200 fields');

const importHead = { source: z.enum(STANDING_SOURCES), asOf: daySchema };
/** Rows, or the text of a CSV file whose first column is `merchantId`. */
export const standingImportSchema = z.union([
  z.strictObject({
    ...importHead,
    rows: z
      .array(z.strictObject({ merchantId: nameSchema, fields: standingFieldsSchema }))
      .min(1)
      .max(5_000),
  }),
  z.strictObject({ ...importHead, csv: z.string().min(1).max(1_000_000) }),
]);
export type StandingImport = z.infer<typeof standingImportSchema>;
/** `refused`: merchants that have not consented, or are not known; nothing of theirs was kept. */
export const standingImportedSchema = z.object({
  recorded: z.int(),
  refused: z.array(nameSchema),
});

/** Where a value lies; no levels: any that is not named. */
export const valueRangeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('unknown') }),
  z.object({
    kind: z.literal('number'),
    from: z.number().nullable(),
    below: z.number().nullable(),
  }),
  z.object({ kind: z.literal('exact'), value: z.number() }),
  z.object({ kind: z.literal('levels'), levels: z.array(z.string()).readonly() }),
]);
export type ValueRange = z.infer<typeof valueRangeSchema>;

/** What a score is shown with. `basePoints` and the points of `reasons` add up to the score. */
export const standingShownSchema = z.object({
  grade: gradeSchema.nullable(),
  basePoints: z.int(),
  reasons: z.array(
    z.object({
      term: z.string(),
      /** Of the term in the model: "R01" is the first. Scores from before there were codes have none, nor parts. */
      code: z.string().default(''),
      at: z.string(),
      parts: z
        .array(z.object({ feature: z.string(), range: valueRangeSchema }))
        .readonly()
        .default([]),
      points: z.int(),
    }),
  ),
  probabilityBad: z.number().nullable(),
  confidence: z.object({
    comparable: z.int(),
    bad: z.int(),
    low: z.number(),
    high: z.number(),
    knownShare: z.number(),
  }),
  /** What would lift the company to the next grade; null at the best, and where the model cannot tell. */
  lift: z
    .object({
      grade: gradeSchema,
      reached: z.boolean(),
      changes: z.array(
        z.object({
          feature: z.string(),
          to: z.string(),
          range: valueRangeSchema.optional(),
          points: z.int(),
        }),
      ),
    })
    .nullable(),
});
export type StandingShown = z.infer<typeof standingShownSchema>;

export const standingScoreSchema = standingShownSchema.extend({
  scoreId: uuidSchema,
  merchantId: nameSchema,
  companyName: z.string(),
  modelId: uuidSchema,
  /** What the model's features are called. */
  words: featureWordsSchema,
  inputHash: z.string(),
  /** Null where it was refused: too little is known. */
  score: z.int().nullable(),
  refusal: z.string().nullable(),
  scoredAt: timestampSchema,
  appeal: z
    .object({
      appealId: uuidSchema,
      words: z.string(),
      filedAt: timestampSchema,
      decision: z.enum(['kept', 'changed']).nullable(),
      /** A person's word, which stands above the score's. */
      grade: gradeSchema.nullable(),
      note: z.string().nullable(),
      decidedAt: timestampSchema.nullable(),
    })
    .nullable(),
});
export type StandingScore = z.infer<typeof standingScoreSchema>;

export const standingSchema = z.object({
  merchantId: nameSchema,
  consented: z.boolean(),
  /** When the company last agreed or withdrew; null where it has never said anything. */
  saidAt: timestampSchema.nullable(),
  /** Newest first, up to 20. */
  scores: z.array(standingScoreSchema),
});
export const standingRequestSchema = z.strictObject({ scoreId: uuidSchema });
export const standingAppealSchema = z.strictObject({
  appealId: uuidSchema,
  scoreId: uuidSchema,
  words: wordsSchema,
});
export type StandingAppeal = z.infer<typeof standingAppealSchema>;
export const appealDecisionSchema = z
  .strictObject({
    decision: z.enum(['kept', 'changed']),
    grade: gradeSchema.optional(),
    note: wordsSchema,
  })
  .refine(
    ({ decision, grade }) => (grade !== undefined) === (decision === 'changed'),
    'a grade where it is changed',
  );
export type AppealDecision = z.infer<typeof appealDecisionSchema>;
export const appealListSchema = z.object({ scores: z.array(standingScoreSchema) });

/** Companies that have agreed to be scored, with what was last said of them. */
export const standingCompaniesSchema = z.object({
  companies: z.array(
    z.object({
      merchantId: nameSchema,
      companyName: z.string(),
      agreedAt: timestampSchema,
      score: z.int().nullable(),
      /** A person's where there is one, else the score's. */
      grade: gradeSchema.nullable(),
      refusal: z.string().nullable(),
      scoredAt: timestampSchema.nullable(),
    }),
  ),
});
export type StandingCompanies = z.infer<typeof standingCompaniesSchema>;
