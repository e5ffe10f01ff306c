import { z } from 'zod';
import { currencySchema, nameSchema, timestampSchema } from './primitives.ts';

/** What central answers on its HTTP API. Tolerant: a page of an older build ignores what a newer central adds. */

const countSchema = z.number().int().min(0);
/** Minor units as decimal text. */
const sumMinorSchema = z.string().regex(/^-?\d{1,19}$/);

/** A payment as the city sees it: where and how much, never who. */
export const cityPaymentSchema = z.object({
  paymentId: z.string(),
  hubId: nameSchema,
  streetId: nameSchema,
  shopId: nameSchema,
  shopName: z.string(),
  terminalId: nameSchema,
  amountMinor: sumMinorSchema,
  currency: currencySchema,
  capturedAt: timestampSchema,
  reference: z.string(),
});
export type CityPayment = z.infer<typeof cityPaymentSchema>;
export const cityPaymentListSchema = z.object({ payments: z.array(cityPaymentSchema) });

/** One hub as central sees it: how far its stream is read, and whether it answers. */
export const cityHubSchema = z.object({
  hubId: nameSchema,
  streetId: nameSchema,
  streetName: z.string(),
  state: z.enum(['up', 'down']),
  /** When the hub was last heard of; null when never. */
  lastSeenAt: timestampSchema.nullable(),
  watermarkSeq: countSchema,
  /** Events that the hub has committed and central has not read; null while the hub is down. */
  lag: countSchema.nullable(),
  downlink: z.object({ headSeq: countSchema, ackedSeq: countSchema }),
  payments: countSchema,
  sumMinor: sumMinorSchema,
});
export type CityHub = z.infer<typeof cityHubSchema>;
export const cityHubListSchema = z.object({ hubs: z.array(cityHubSchema) });

export const trialBalanceSchema = z.object({
  currency: currencySchema,
  balanced: z.boolean(),
  accounts: z.array(
    z.object({ account: z.string(), debitMinor: sumMinorSchema, creditMinor: sumMinorSchema }),
  ),
  totals: z.object({ debitMinor: sumMinorSchema, creditMinor: sumMinorSchema }),
});
export type TrialBalance = z.infer<typeof trialBalanceSchema>;
