import { z } from 'zod';
import { featureWordsSchema } from './http-standing.ts';
import { modelCardSchema } from './model-card.ts';
import { timestampSchema, uuidSchema } from './primitives.ts';

/** Challengers of the score in force on central's HTTP API. Requests are strict; ids are made by the client. */

export const challengerImportSchema = z.strictObject({
  challengerId: uuidSchema,
  title: z.string().trim().min(1).max(120),
  /** An `.onnx` file, base64; docs/credit.md says what it may be. */
  onnx: z.base64().min(1).max(960_000),
});
export type ChallengerImport = z.infer<typeof challengerImportSchema>;

/** Companies of a later time than the models were learnt on, and what came: CSV with a column per feature. */
export const challengerTestSchema = z.strictObject({
  comparisonId: uuidSchema,
  csv: z.string().min(1).max(1_000_000),
  /** The column that is 1 for a company that went bad and 0 for others. */
  target: z.string().min(1).max(100),
});
export type ChallengerTest = z.infer<typeof challengerTestSchema>;

export const challengerPromotionSchema = z.strictObject({
  modelId: uuidSchema,
  note: z.string().trim().min(1).max(2_000),
});
export type ChallengerPromotion = z.infer<typeof challengerPromotionSchema>;

export const agreementSchema = z.object({
  companies: z.int(),
  rankCorrelation: z.number(),
  sameGrade: z.number(),
  farApart: z.number(),
  stability: z.object({ index: z.number(), verdict: z.enum(['stable', 'moving', 'moved']) }),
});
const qualitySchema = z.object({ auc: z.number(), ks: z.number(), brier: z.number() });
export const comparisonSchema = z.object({
  companies: z.int(),
  bad: z.int(),
  champion: qualitySchema,
  challenger: qualitySchema,
  agreement: agreementSchema,
});
export type Comparison = z.infer<typeof comparisonSchema>;

export const challengerSchema = z.object({
  challengerId: uuidSchema,
  title: z.string(),
  sha256: z.string(),
  inputs: z.array(z.string()),
  importedAt: timestampSchema,
  /** Whether who asks has imported it, and so may not promote it. */
  ownWork: z.boolean(),
  /** Whether it is asked beside the score in force. */
  inShadow: z.boolean(),
  promotedAt: timestampSchema.nullable(),
  note: z.string().nullable(),
  /** Beside the scores of the model in force since it came; null before the first. */
  shadow: agreementSchema.extend({ failed: z.int() }).nullable(),
  /** Newest first. */
  comparisons: z.array(
    comparisonSchema.extend({ comparisonId: uuidSchema, comparedAt: timestampSchema }),
  ),
});
export type Challenger = z.infer<typeof challengerSchema>;

export const challengerListSchema = z.object({
  /** The model in force; null before there is one. */
  champion: z
    .object({
      modelId: uuidSchema,
      version: z.int(),
      kind: z.enum(['glassbox', 'woe', 'onnx']),
      sha256: z.string(),
      features: z.array(z.string()),
      /** What they are called. */
      words: featureWordsSchema,
      importedAt: timestampSchema,
      /** Null where its file had none: nothing was tested. */
      card: modelCardSchema.nullable(),
    })
    .nullable(),
  challengers: z.array(challengerSchema),
});
export type ChallengerList = z.infer<typeof challengerListSchema>;
