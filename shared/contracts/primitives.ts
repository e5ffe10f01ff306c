import { z } from 'zod';
import { CURRENCIES } from '../domain/money.ts';

/** Names of hubs, streets, terminals, shops and merchants: safe in topics, subjects, paths and file names. */
export const nameSchema = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/,
    'lower-case letters, digits and inner dashes, 1-48',
  );

export const uuidSchema = z.uuid();

/** RFC 3339 in UTC with a Z. */
export const timestampSchema = z.iso.datetime({ precision: 3 });

/** Minor units as decimal text: JSON numbers lose integers above 2^53. Up to 10^12 minor units. */
export const amountMinorSchema = z
  .string()
  .regex(/^(?:0|[1-9]\d{0,12})$/, 'whole minor units as decimal text')
  .transform((text) => BigInt(text));

export const positiveAmountMinorSchema = amountMinorSchema.refine(
  (amount) => amount > 0n,
  'above zero',
);

export const currencySchema = z.enum(CURRENCIES);

export const base64Schema = z.base64().max(1_000_000);

export const sha256HexSchema = z.string().regex(/^[0-9a-f]{64}$/);
