import { z } from 'zod';
import { amountMinorSchema, currencySchema, uuidSchema } from './primitives.ts';

/** A hub's question for more of shoppers' money and central's answer (NATS request), version 1. */

/** Shoppers of one question. */
export const MAX_ASKS = 100;

export const allowanceAskSchema = z.object({
  version: z.int(),
  /**
   * The event by which a hub that may have been restored has begun. Nothing is granted before central has it in its books:
   * until then it does not know what was granted to a life of the hub that is over.
   */
  openedBy: uuidSchema.optional(),
  asks: z
    .array(
      z.object({
        shopperId: uuidSchema,
        currency: currencySchema,
        /** All that was ever granted, as the hub knows it. */
        grantedMinor: amountMinorSchema,
        spendableMinor: amountMinorSchema,
        /** What the payment at hand takes; 0 ahead of need. */
        needMinor: amountMinorSchema,
        wantMinor: amountMinorSchema,
      }),
    )
    .min(1)
    .max(MAX_ASKS),
});
export type AllowanceAskData = z.input<typeof allowanceAskSchema>;

export const allowanceAnswerSchema = z.object({
  /** One for each ask that central knows the shopper of. */
  grants: z
    .array(
      z.object({
        shopperId: uuidSchema,
        currency: currencySchema,
        /** All that was ever granted. */
        grantedMinor: amountMinorSchema,
        /** Is on the exception list at this moment. */
        blocked: z.boolean(),
        /** Central has none left and has asked other hubs to return what they can spare: worth asking once more. */
        reclaiming: z.boolean(),
        /** Of the hub's lives at central; each restored backup begins another. */
        epoch: z.int().min(1).default(1),
        /** Of what was granted: granted to lives that are over, and not to be spent any more. */
        closedMinor: amountMinorSchema.default(0n),
        /** All that the hub has returned, as central knows it. */
        returnedMinor: amountMinorSchema.default(0n),
      }),
    )
    .max(MAX_ASKS),
});
export type AllowanceAnswerData = z.input<typeof allowanceAnswerSchema>;
export type AllowanceGrant = z.output<typeof allowanceAnswerSchema>['grants'][number];

export const allowanceErrorSchema = z.object({
  error: z.enum(['unsupported_version', 'malformed_message', 'unknown_hub', 'unavailable']),
  supportedVersions: z.array(z.int()),
});
