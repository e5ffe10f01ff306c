import { z } from 'zod';
import { daySchema } from './http-merchants.ts';
import { currencySchema, nameSchema, timestampSchema, uuidSchema } from './primitives.ts';

/** What a merchant was paid in a period, line by line. Amounts are minor units as decimal text. */

const sumMinorSchema = z.string().regex(/^-?\d{1,19}$/);

export const statementQuerySchema = z.object({
  /** Days in China on which payouts were made, both included. */
  from: daySchema,
  to: daySchema,
  currency: currencySchema.default('CNY'),
});
export type StatementQuery = z.infer<typeof statementQuerySchema>;

export const statementLineSchema = z.object({
  payoutId: uuidSchema,
  paidOutAt: timestampSchema,
  /** A capture, refund or reversal, or what the city booked: a payout that came back, a dispute. */
  kind: z.string(),
  movedAt: timestampSchema,
  shopId: nameSchema.nullable(),
  /** The receipt's; of what the city booked, the id of the payout or dispute. */
  reference: z.string(),
  amountMinor: sumMinorSchema,
  feeMinor: sumMinorSchema,
});
export type StatementLine = z.infer<typeof statementLineSchema>;

export const statementSchema = z.object({
  merchantId: nameSchema,
  companyName: z.string(),
  from: daySchema,
  to: daySchema,
  currency: currencySchema,
  /** Sums of the lines: what they come to, the fees in it, and what was instructed to the bank. */
  amountMinor: sumMinorSchema,
  feeMinor: sumMinorSchema,
  paidMinor: sumMinorSchema,
  lines: z.array(statementLineSchema),
});
export type Statement = z.infer<typeof statementSchema>;
