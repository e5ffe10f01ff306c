import { z } from 'zod';
import { type DiscountRule, FUNDERS } from '../domain/campaign.ts';
import { currencySchema, nameSchema, timestampSchema, uuidSchema } from './primitives.ts';

/**
 * What a campaign is, wherever it is told of: to hubs, on central's HTTP API, and as both keep it. Amounts stay text, so that
 * what was said is kept and sent as it was said.
 */

const titleSchema = z.string().trim().min(1).max(40);
/** Minor units, above zero. */
const sumTextSchema = z.string().regex(/^[1-9]\d{0,12}$/, 'minor units');

/** What is taken off a price: at most nine tenths, so that something is always paid. */
export const offerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('percent'),
    percent: z.int().min(1).max(90),
    /** Most of one payment; null: just the share. */
    capMinor: sumTextSchema.nullable(),
  }),
  z.strictObject({ kind: z.literal('fixed'), amountMinor: sumTextSchema }),
]);

const termsShape = {
  /** Shown to shoppers, on receipts too. */
  title: z.strictObject({ 'zh-CN': titleSchema, en: titleSchema }),
  offer: offerSchema,
  /** Prices below it have no discount. */
  minimumMinor: z.string().regex(/^(?:0|[1-9]\d{0,12})$/, 'minor units'),
  currency: currencySchema,
  /** From then on, and until before then. */
  startsAt: timestampSchema,
  endsAt: timestampSchema,
  /** Of a hundred shoppers, how many pay the full price, to be compared with. */
  controlPercent: z.int().min(0).max(50),
};

/** What whoever writes a campaign says of it. */
export const campaignTermsSchema = z
  .strictObject(termsShape)
  .refine(({ startsAt, endsAt }) => startsAt < endsAt, 'it ends after it starts')
  .refine(
    ({ offer, minimumMinor }) =>
      offer.kind === 'percent' || BigInt(offer.amountMinor) < BigInt(minimumMinor),
    'a fixed sum is less than the least that is spent',
  );
export type CampaignTerms = z.infer<typeof campaignTermsSchema>;

/** What a hub is told of a campaign, with its own share of the budget: what it may give without asking anybody. */
export const campaignShareSchema = z.object({
  ...termsShape,
  campaignId: uuidSchema,
  funder: z.enum(FUNDERS),
  /** Null: every merchant's payments. */
  merchantId: nameSchema.nullable(),
  /** 32 bytes, base64: of the hash that says who is in the control group. */
  key: z.base64().length(44),
  shareMinor: z.string().regex(/^(?:0|[1-9]\d{0,12})$/, 'minor units'),
});
export type CampaignShare = z.infer<typeof campaignShareSchema>;

/** The rule that discounts are worked out by. */
export function discountRule({ offer, minimumMinor }: CampaignTerms | CampaignShare): DiscountRule {
  return {
    minimumMinor: BigInt(minimumMinor),
    offer:
      offer.kind === 'fixed'
        ? { kind: 'fixed', amountMinor: BigInt(offer.amountMinor) }
        : { ...offer, capMinor: offer.capMinor === null ? null : BigInt(offer.capMinor) },
  };
}
