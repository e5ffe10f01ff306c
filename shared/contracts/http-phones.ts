import { z } from 'zod';
import { phoneKeySchema } from './payment-code.ts';
import { timestampSchema } from './primitives.ts';

/** How a shopper's phone becomes the one whose codes pay for them. */

/** 32 random bytes, base64url. It comes in the link's fragment, which no server is sent. */
export const phoneSecretSchema = z.string().regex(/^[\w-]{43}$/);

/** A link for a phone, good once. */
export const phoneLinkSchema = z.object({
  /** Behind `/pay/#`. */
  secret: phoneSecretSchema,
  expiresAt: timestampSchema,
});

/** The phone has made a key of its own; the private half stays there. */
export const pairPhoneSchema = z.strictObject({
  secret: phoneSecretSchema,
  publicKey: phoneKeySchema,
});

export const pairedPhoneSchema = z.object({
  /** As the codes carry it. */
  keyId: z.string().regex(/^[0-9a-f]{32}$/),
  /** Central's clock, by which the phone corrects its own. */
  serverTime: timestampSchema,
});

export const removedPhoneSchema = z.object({
  /** False where there was none. */
  removed: z.boolean(),
});
