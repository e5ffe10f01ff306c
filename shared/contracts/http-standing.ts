import { z } from 'zod';
import { daySchema } from './http-merchants.ts';
import { nameSchema, timestampSchema, uuidSchema } from './primitives.ts';

/** Financial standing of companies on central's HTTP API. Requests are strict; ids are made by the client. */

export const GRADES = ['A', 'B', 'C', 'D'] as const;
export const gradeSchema = z.enum(GRADES);
export type Grade = z.infer<typeof gradeSchema>;

export const STANDING_SOURCES = ['registry', 'tax', 'utilities', 'court'] as const;
const wordsSchema = z.string().trim().min(1).max(2_000);

/** A scorecard as `wuma evaluate credit --save` writes it; its shape is checked where it is read. */
export const standingModelSchema = z.strictObject({
  modelId: uuidSchema,
  /** Features that a company can change itself. */
  changeable: z.array(z.string().min(1).max(100)).max(500),
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

/** What a score is shown with. `basePoints` and the points of `reasons` add up to the score. */
export const standingShownSchema = z.object({
  grade: gradeSchema.nullable(),
  basePoints: z.int(),
  reasons: z.array(z.object({ term: z.string(), at: z.string(), points: z.int() })),
  probabilityBad: z.number().nullable(),
  confidence: z.object({
    comparable: z.int(),
    bad: z.int(),
    low: z.number(),
    high: z.number(),
    knownShare: z.number(),
  }),
  /** What would lift the company to the next grade; null at the best. */
  lift: z
    .object({
      grade: gradeSchema,
      reached: z.boolean(),
      changes: z.array(z.object({ feature: z.string(), to: z.string(), points: z.int() })),
    })
    .nullable(),
});
export type StandingShown = z.infer<typeof standingShownSchema>;

export const standingScoreSchema = standingShownSchema.extend({
  scoreId: uuidSchema,
  merchantId: nameSchema,
  modelId: uuidSchema,
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
    })
    .nullable(),
});
export type StandingScore = z.infer<typeof standingScoreSchema>;

export const standingSchema = z.object({
  merchantId: nameSchema,
  consented: z.boolean(),
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
