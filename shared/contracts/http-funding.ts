import { z } from 'zod';
import {
  currencySchema,
  positiveAmountMinorSchema,
  timestampSchema,
  uuidSchema,
} from './primitives.ts';

/** What shoppers pay in, on central's HTTP API. Amounts are minor units as decimal text. */

/** Where the money comes from. `wallet`: it was handed over, and is booked as such. */
export const FUNDING_SOURCES = ['wallet', 'alipay'] as const;
export type FundingSourceName = (typeof FUNDING_SOURCES)[number];

/** What the shopper shows: the bar code of their app, or a token of Alipay's own face device. */
export const CODE_SCENES = ['bar_code', 'security_code'] as const;
export type CodeScene = (typeof CODE_SCENES)[number];

/**
 * - `waiting`: on central's disk, nothing is sent yet
 * - `sent`: the source may have it; it is asked until it says
 * - `cancelling`: nobody said in time; it is being called off
 * - `collected`, `refused`, `cancelled`: ended
 * - `unresolved`: the source did not say what became of it; it waits for a person
 */
export const PAYMENT_IN_STATES = [
  'waiting',
  'sent',
  'cancelling',
  'collected',
  'refused',
  'cancelled',
  'unresolved',
] as const;
export type PaymentInState = (typeof PAYMENT_IN_STATES)[number];

export const RETURN_STATES = ['waiting', 'returned', 'refused', 'unresolved'] as const;
export type ReturnState = (typeof RETURN_STATES)[number];

/** Alipay's, by scene: what a scanner reads from its app, and what its face devices give. */
const CODE_PATTERNS: Record<CodeScene, RegExp> = {
  bar_code: /^(?:2[5-9]|30)\d{14,22}$/,
  security_code: /^fp[0-9A-Za-z]{10,62}$/,
};

/** From a source that asks for a code, `scene` and `authCode`; from the wallet neither. */
export const paymentInRequestSchema = z
  .strictObject({
    /** Made by the caller and kept before it sends: the same again is the same payment. */
    paymentInId: uuidSchema,
    shopperId: uuidSchema,
    amountMinor: positiveAmountMinorSchema,
    currency: currencySchema.default('CNY'),
    source: z.enum(FUNDING_SOURCES).default('wallet'),
    scene: z.enum(CODE_SCENES).optional(),
    authCode: z.string().max(64).optional(),
  })
  .refine(
    ({ source, scene, authCode }) =>
      source === 'wallet'
        ? scene === undefined && authCode === undefined
        : scene !== undefined && CODE_PATTERNS[scene].test(authCode ?? ''),
    { path: ['authCode'] },
  )
  .refine(({ source, currency }) => source === 'wallet' || currency === 'CNY', {
    path: ['currency'],
  });
export type PaymentInRequest = z.output<typeof paymentInRequestSchema>;

export const paymentReturnRequestSchema = z.strictObject({
  returnId: uuidSchema,
  amountMinor: positiveAmountMinorSchema,
});
export type PaymentReturnRequest = z.output<typeof paymentReturnRequestSchema>;

const paymentReturnSchema = z.object({
  returnId: uuidSchema,
  amountMinor: z.string(),
  state: z.enum(RETURN_STATES),
  reason: z.string().nullable(),
  changedAt: timestampSchema,
});

export const paymentInSchema = z.object({
  paymentInId: uuidSchema,
  shopperId: uuidSchema,
  amountMinor: z.string(),
  currency: currencySchema,
  source: z.enum(FUNDING_SOURCES),
  state: z.enum(PAYMENT_IN_STATES),
  /** Why it was refused, or what is not known. The source's word. */
  reason: z.string().nullable(),
  /** The source's number of it. */
  reference: z.string().nullable(),
  requestedAt: timestampSchema,
  changedAt: timestampSchema,
  returns: z.array(paymentReturnSchema),
});
export type PaymentIn = z.infer<typeof paymentInSchema>;

export const paymentInListSchema = z.object({ paymentsIn: z.array(paymentInSchema) });
