import { z } from 'zod';
import { signatureSchema } from './device-signature.ts';
import { envelopeSchema } from './envelope.ts';
import { itemsLine, lineItemsSchema } from './line-items.ts';
import { CODE_LENGTH } from './payment-code.ts';
import { currencySchema, positiveAmountMinorSchema, uuidSchema } from './primitives.ts';
import { CLAIM_VERSION } from './protocol-version.ts';

/**
 * Ways to pay in which the shopper says who they are, without a look (terminal protocol, since version 3). Each takes a
 * challenge like a probe and is answered like one; the bytes of a message are its input, so a repeat sends the same bytes.
 */

/** Digits alone, as they were given at enrolment: no plus, no spaces. */
export const phoneSchema = z.string().regex(/^\d{8,15}$/);

const termsShape = {
  paymentId: uuidSchema,
  challenge: z.string().min(16).max(128),
  amountMinor: positiveAmountMinorSchema,
  currency: currencySchema,
  /** Only authorise; see the probe. */
  capture: z.literal('later').optional(),
  /** What was bought; see the probe. */
  items: lineItemsSchema.optional(),
};

/** The shopper has typed their phone number and PIN. Over TLS only, except for a kiosk on the hub's own machine. */
export const phoneClaimSchema = envelopeSchema
  .extend({
    type: z.literal('payment.phone'),
    version: z.literal(CLAIM_VERSION),
    data: z.strictObject({
      ...termsShape,
      phone: phoneSchema,
      pin: z.string().regex(/^\d{6}$/),
      /** Over `claimSigningInput`. */
      signature: signatureSchema,
    }),
  })
  .strict();
export type PhoneClaimRequest = z.infer<typeof phoneClaimSchema>;

/** The terminal has read the one-time code on the shopper's phone (`payment-code.ts`). */
export const codeClaimSchema = envelopeSchema
  .extend({
    type: z.literal('payment.code'),
    version: z.literal(CLAIM_VERSION),
    data: z.strictObject({
      ...termsShape,
      /** The text that the picture holds, as it is. */
      code: z.base64().max(CODE_LENGTH),
      /** Over `claimSigningInput`. */
      signature: signatureSchema,
    }),
  })
  .strict();
export type CodeClaimRequest = z.infer<typeof codeClaimSchema>;

/**
 * The text that a device key signs. It binds what the shopper has given to this terminal, challenge, payment and amount.
 *
 * @param given what the shopper gave, one line each: phone number and PIN, or the code
 */
export function claimSigningInput(
  terminalId: string,
  terms: {
    readonly paymentId: string;
    readonly challenge: string;
    readonly amountMinor: bigint;
    readonly currency: string;
    readonly capture?: 'later' | undefined;
    readonly items?: readonly string[] | undefined;
  },
  given: readonly string[],
): string {
  const { challenge, paymentId, amountMinor, currency, capture, items } = terms;
  return [
    'wuma-claim-1',
    terminalId,
    challenge,
    paymentId,
    `${amountMinor} ${currency}`,
    ...(capture === undefined ? [] : [`capture ${capture}`]),
    ...itemsLine(items),
    ...given,
  ].join('\n');
}
