import { z } from 'zod';
import { FUNDERS } from '../domain/campaign.ts';
import { campaignTermsSchema } from './campaign.ts';
import { daySchema } from './http-merchants.ts';
import { nameSchema, timestampSchema, uuidSchema } from './primitives.ts';

/** Campaigns on central's HTTP API. Requests are strict; ids are made by the client. Amounts are minor units as text. */

export const campaignWritingSchema = z.strictObject({
  campaignId: uuidSchema,
  terms: campaignTermsSchema,
  budgetMinor: z.string().regex(/^[1-9]\d{0,12}$/, 'minor units'),
  /** Null: every street. */
  streets: z.array(nameSchema).min(1).max(1_000).nullable().default(null),
});
export type CampaignWriting = z.infer<typeof campaignWritingSchema>;

export const campaignSchema = z.object({
  campaignId: uuidSchema,
  funder: z.enum(FUNDERS),
  streets: z.array(nameSchema).nullable(),
  terms: campaignTermsSchema,
  budgetMinor: z.string(),
  /** What of the budget is used up. What was given back since does not come back to it. */
  givenMinor: z.string(),
  /** Payments that were discounted. */
  discounts: z.int().min(0),
  state: z.enum(['planned', 'running', 'ended', 'stopped']),
  stoppedAt: timestampSchema.nullable(),
});
export type Campaign = z.infer<typeof campaignSchema>;

export const campaignListSchema = z.object({ campaigns: z.array(campaignSchema) });

/** What one of the two groups did, a person: everybody in it, whether they came or not. */
const armSchema = z.object({
  people: z.int().min(0),
  /** Mean of what each spent where the campaign runs, minor units. */
  spendMinor: z.number(),
  /** Mean of the days on which each came. */
  visits: z.number(),
});

/** Treated less control, with the interval that holds the truth nineteen times of twenty. */
const differenceSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });
export type LiftDifference = z.infer<typeof differenceSchema>;

/**
 * What a campaign has brought, by what those who may have its discount did against those who may not (docs/insight.md).
 * `too_few`: fewer than ten people in one of the groups; `no_control`: nobody is held back; `too_early`: no whole day yet.
 */
export const liftSchema = z.object({
  campaignId: uuidSchema,
  sentence: z.object({ 'zh-CN': z.string(), en: z.string() }),
  outcome: z.discriminatedUnion('told', [
    z.object({ told: z.literal(false), why: z.enum(['too_few', 'no_control', 'too_early']) }),
    z.object({
      told: z.literal(true),
      /** The last day that is counted. */
      until: daySchema,
      treated: armSchema,
      control: armSchema,
      spendMinor: differenceSchema,
      visits: differenceSchema,
    }),
  ]),
});
export type Lift = z.infer<typeof liftSchema>;
