import { z } from 'zod';
import {
  currencySchema,
  nameSchema,
  positiveAmountMinorSchema,
  timestampSchema,
  uuidSchema,
} from './primitives.ts';

/** Disputes on central's HTTP API. Nobody is named: a dispute is of a payment. */

export const DISPUTE_REASONS = ['not_mine', 'not_received', 'wrong_amount', 'twice'] as const;
export const DISPUTE_STATES = ['open', 'upheld', 'dismissed'] as const;

export const disputeOpeningSchema = z.strictObject({
  /** Made by the client and kept before it sends: the same again is the same dispute. */
  disputeId: uuidSchema,
  hubId: nameSchema,
  paymentId: uuidSchema,
  /** What is disputed: all of the payment or a part. */
  amountMinor: positiveAmountMinorSchema,
  reason: z.enum(DISPUTE_REASONS),
});
export type DisputeOpening = z.infer<typeof disputeOpeningSchema>;

const wordsSchema = z.string().trim().min(1).max(2_000);
export const disputeReplySchema = z.strictObject({ reply: wordsSchema });

/** `goodwill`: the shopper keeps what the fund gave although the dispute is dismissed. */
export const disputeDecisionSchema = z.strictObject({
  decision: z.enum(['uphold', 'dismiss']),
  goodwill: z.boolean().default(false),
  note: wordsSchema,
});
export type DisputeDecision = z.infer<typeof disputeDecisionSchema>;

export const disputeSchema = z.object({
  disputeId: uuidSchema,
  hubId: nameSchema,
  paymentId: uuidSchema,
  merchantId: nameSchema,
  amountMinor: z.string().regex(/^\d{1,19}$/),
  currency: currencySchema,
  reason: z.enum(DISPUTE_REASONS),
  state: z.enum(DISPUTE_STATES),
  openedAt: timestampSchema,
  reply: z.string().nullable(),
  decidedAt: timestampSchema.nullable(),
  note: z.string().nullable(),
});
export type Dispute = z.infer<typeof disputeSchema>;
export const disputeListSchema = z.object({ disputes: z.array(disputeSchema) });

export const fundPaymentSchema = z.strictObject({
  /** Made by the client and kept before it sends: paid in once. */
  paymentInId: uuidSchema,
  amountMinor: positiveAmountMinorSchema,
  currency: currencySchema.default('CNY'),
});
export type FundPayment = z.infer<typeof fundPaymentSchema>;
export const fundSchema = z.object({
  currency: currencySchema,
  balanceMinor: z.string().regex(/^-?\d{1,19}$/),
});
