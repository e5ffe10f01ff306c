import { z } from 'zod';
import { daySchema } from './http-merchants.ts';
import { currencySchema, nameSchema, timestampSchema, uuidSchema } from './primitives.ts';

/** Programmes of the bureau on central's HTTP API. Requests are strict; ids are made by the client. */

/** What a rule may look at; see docs/programmes.md. Unknown of a company: it is not eligible by it and gains nothing. */
export const MEASURES = [
  'street_months',
  'street_payments',
  'street_taken_minor',
  'street_back_share',
  'street_dispute_share',
  'standing_score',
] as const;
export const measureSchema = z.enum(MEASURES);
export type Measure = z.infer<typeof measureSchema>;

/** Text, as rules are kept: above zero. */
const amountTextSchema = z.string().regex(/^[1-9]\d{0,12}$/, 'minor units');
const noteSchema = z.string().trim().min(1).max(2_000);

export const programmeRulesSchema = z
  .strictObject({
    /** `loan_priority`: a ranked list for the banks, nothing is paid. */
    kind: z.enum(['subsidy', 'loan_priority']),
    title: z.string().trim().min(1).max(120),
    currency: currencySchema.default('CNY'),
    from: daySchema,
    to: daySchema,
    /** What each company gets, and what there is in all. */
    awardMinor: amountTextSchema,
    budgetMinor: amountTextSchema,
    mostCompanies: z.int().min(1).max(10_000),
    eligibility: z
      .array(
        z.strictObject({
          measure: measureSchema,
          atLeast: z.number().optional(),
          atMost: z.number().optional(),
        }),
      )
      .max(20),
    weights: z
      .array(z.strictObject({ measure: measureSchema, weight: z.int().min(-100).max(100) }))
      .min(1)
      .max(20),
  })
  .refine(({ from, to }) => from <= to, 'the last day is not before the first');
export type ProgrammeRules = z.infer<typeof programmeRulesSchema>;

export const programmeWritingSchema = z.strictObject({
  programmeId: uuidSchema,
  rules: programmeRulesSchema,
});
export type ProgrammeWriting = z.infer<typeof programmeWritingSchema>;

/** What is known of a company at the moment of a run. */
export const candidateSchema = z.object({
  merchantId: nameSchema,
  appliedAt: timestampSchema,
  measures: z.partialRecord(measureSchema, z.number()),
});
export type Candidate = z.infer<typeof candidateSchema>;

export const rankedSchema = z.object({
  merchantId: nameSchema,
  /** From 1; null where it is not eligible. */
  rank: z.int().nullable(),
  points: z.int(),
  /** They add up to the points. */
  reasons: z.array(
    z.object({ measure: measureSchema, value: z.number().nullable(), points: z.int() }),
  ),
  /** The rules that it does not meet. */
  unmet: z.array(measureSchema),
  /** What put it before or behind companies of equal points. */
  tie: z.enum(['applied', 'draw']).nullable(),
  awarded: z.boolean(),
});
export type Ranked = z.infer<typeof rankedSchema>;

/** What the companies of a list are called. */
const companiesSchema = z.array(z.object({ merchantId: nameSchema, companyName: z.string() }));

export const previewSchema = z.object({
  inputHash: z.string(),
  ranked: z.array(rankedSchema),
  companies: companiesSchema,
});
export type Preview = z.infer<typeof previewSchema>;

export const programmeSchema = z.object({
  programmeId: uuidSchema,
  rules: programmeRulesSchema,
  writtenAt: timestampSchema,
  runs: z.array(
    z.object({
      runId: uuidSchema,
      inputHash: z.string(),
      ranAt: timestampSchema,
      awarded: z.int(),
      approvedAt: timestampSchema.nullable(),
      note: z.string().nullable(),
    }),
  ),
});
export type Programme = z.infer<typeof programmeSchema>;
export const programmeListSchema = z.object({ programmes: z.array(programmeSchema) });

export const programmeRunRequestSchema = z.strictObject({ runId: uuidSchema });
export const programmeApprovalSchema = z.strictObject({ note: noteSchema });

export const OUTCOMES = ['operating', 'closed', 'repaid', 'defaulted'] as const;
export const outcomeSchema = z.strictObject({
  outcomeId: uuidSchema,
  merchantId: nameSchema,
  day: daySchema,
  outcome: z.enum(OUTCOMES),
  note: noteSchema,
});
export type Outcome = z.infer<typeof outcomeSchema>;

export const programmeRunSchema = z.object({
  programmeId: uuidSchema,
  runId: uuidSchema,
  inputHash: z.string(),
  ranAt: timestampSchema,
  approvedAt: timestampSchema.nullable(),
  note: z.string().nullable(),
  /** Whether ranking what was kept gives the same list and hash again, now. */
  reproduced: z.boolean(),
  /** Whether who asks has written the programme or run it, and so may not approve it. */
  ownWork: z.boolean(),
  candidates: z.array(candidateSchema),
  ranked: z.array(rankedSchema),
  companies: companiesSchema,
  /** What became of the awards: `owed` until a settlement run pays it out. */
  awards: z.array(
    z.object({
      merchantId: nameSchema,
      amountMinor: z.string(),
      payout: z.enum(['owed', 'instructed', 'accepted', 'booked', 'returned']),
    }),
  ),
  outcomes: z.array(outcomeSchema),
});
export type ProgrammeRun = z.infer<typeof programmeRunSchema>;

/** A group's companies, and by how much what they took changed on average: against the mean of before and after, 0.1 is 10 %. */
const growthSchema = z.object({ companies: z.int(), growth: z.number() });

/**
 * What an approved run has changed, by companies that were awarded against those that were eligible and were not
 * (docs/programmes.md). `too_early`: not four whole weeks yet; `too_few`: fewer than ten companies in one of the groups.
 */
export const programmeEffectSchema = z.object({
  sentence: z.object({ 'zh-CN': z.string(), en: z.string() }),
  outcome: z.discriminatedUnion('told', [
    z.object({
      told: z.literal(false),
      why: z.enum(['not_approved', 'too_early', 'too_few']),
    }),
    z.object({
      told: z.literal(true),
      /** Whole weeks since the approval, and as many before it. */
      weeks: z.int(),
      /** The last day that is counted. */
      until: daySchema,
      awarded: growthSchema,
      others: growthSchema,
      /** The first less the second, with the interval that holds the truth nineteen times of twenty. */
      difference: z.object({ value: z.number(), low: z.number(), high: z.number() }),
    }),
  ]),
});
export type ProgrammeEffect = z.infer<typeof programmeEffectSchema>;

/** A run as a file: everything it looked at, what came out, and who did what; the list can be made again from it. */
export const programmeLogSchema = z.object({
  version: z.literal(1),
  programmeId: uuidSchema,
  runId: uuidSchema,
  rules: programmeRulesSchema,
  inputHash: z.string(),
  candidates: z.array(candidateSchema),
  ranked: z.array(rankedSchema),
  awards: programmeRunSchema.shape.awards,
  outcomes: z.array(outcomeSchema),
  /** From the audit log, with its chain of hashes; `subject` is the programme, the run or the outcome. */
  acts: z.array(
    z.object({
      seq: z.int(),
      at: timestampSchema,
      action: z.string(),
      actor: z.string(),
      role: z.string(),
      subject: z.string(),
      prevHash: z.string(),
      hash: z.string(),
    }),
  ),
});
export type ProgrammeLog = z.infer<typeof programmeLogSchema>;
