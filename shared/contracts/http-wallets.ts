import { z } from 'zod';
import { currencySchema, nameSchema, timestampSchema, uuidSchema } from './primitives.ts';

/** What central's operator sees and does of what shoppers may spend. Amounts are minor units as decimal text. */

const minorSchema = z.string().regex(/^\d{1,19}$/);

export const walletSchema = z.object({
  shopperId: uuidSchema,
  currency: currencySchema,
  fundedMinor: minorSchema,
  /** What hubs hold, spent or not. */
  escrowedMinor: minorSchema,
  freeMinor: minorSchema,
  closedAt: timestampSchema.nullable(),
  blocked: z.boolean(),
  holdings: z.array(
    z.object({ hubId: nameSchema, grantedMinor: minorSchema, returnedMinor: minorSchema }),
  ),
});
export type WalletView = z.infer<typeof walletSchema>;

export const walletLineSchema = z.strictObject({
  /** Made by the caller and kept before the first try: a repeat changes nothing. */
  lineId: uuidSchema,
  kind: z.enum(['payment_in', 'correction']),
  currency: currencySchema,
  /** A correction may be negative, as far as no hub holds it. */
  amountMinor: z
    .string()
    .regex(/^-?[1-9]\d{0,12}$/)
    .transform((text) => BigInt(text)),
});

export const walletLineAnswerSchema = z.object({
  /** False where it was booked before. */
  booked: z.boolean(),
});

export const blockedAnswerSchema = z.object({ blocked: z.boolean() });
