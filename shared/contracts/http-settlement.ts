import { z } from 'zod';
import { daySchema } from './http-merchants.ts';
import { currencySchema, nameSchema, timestampSchema, uuidSchema } from './primitives.ts';

/** Settlement on central's HTTP API. Amounts are minor units as decimal text. */

const sumMinorSchema = z.string().regex(/^-?\d{1,19}$/);

/** `daily`: what was taken up to the end of a day; `demand`: what may be paid out by now, of all or one merchant. */
export const settlementRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('daily'),
    /** Made by the caller and kept before it sends. */
    runId: uuidSchema,
    day: daySchema,
    currency: currencySchema.default('CNY'),
  }),
  z.strictObject({
    kind: z.literal('demand'),
    runId: uuidSchema,
    merchantId: nameSchema.optional(),
    currency: currencySchema.default('CNY'),
  }),
]);
export type SettlementRequest = z.infer<typeof settlementRequestSchema>;

/** `instructed`: in a file for the bank; `booked`: on the bank's statement; `returned`: not paid, and owed again. */
export const PAYOUT_STATES = ['instructed', 'accepted', 'booked', 'returned'] as const;

export const payoutSchema = z.object({
  payoutId: uuidSchema,
  merchantId: nameSchema,
  companyName: z.string(),
  currency: currencySchema,
  capturedMinor: sumMinorSchema,
  refundedMinor: sumMinorSchema,
  feeMinor: sumMinorSchema,
  /** What earlier payouts and disputes left over, either way. */
  adjustedMinor: sumMinorSchema,
  amountMinor: sumMinorSchema,
  accountEnd: z.string(),
  state: z.enum(PAYOUT_STATES),
  /** The bank's, ISO 20022 external code. */
  reasonCode: z.string().nullable(),
  changedAt: timestampSchema,
});
export type Payout = z.infer<typeof payoutSchema>;

export const settlementRunSchema = z.object({
  runId: uuidSchema,
  kind: z.enum(['daily', 'demand']),
  day: daySchema,
  merchantId: nameSchema.nullable(),
  currency: currencySchema,
  capturedBefore: timestampSchema,
  startedAt: timestampSchema,
  payouts: z.int(),
  totalMinor: sumMinorSchema,
  feeMinor: sumMinorSchema,
  /** How many payouts stand where. */
  states: z.record(z.enum(PAYOUT_STATES), z.int()),
  files: z.array(
    z.object({
      messageId: z.string(),
      executionDate: daySchema,
      sentAt: timestampSchema.nullable(),
    }),
  ),
});
export type SettlementRun = z.infer<typeof settlementRunSchema>;

export const settlementRunListSchema = z.object({ runs: z.array(settlementRunSchema) });
export const settlementRunDetailSchema = settlementRunSchema.extend({
  payoutList: z.array(payoutSchema),
});
export const payoutListSchema = z.object({ payouts: z.array(payoutSchema) });

/** What no payout has settled yet, as of now. `payable`: approved, with an account that no bank has refused. */
export const dueSchema = z.object({
  merchantId: nameSchema,
  currency: currencySchema,
  payable: z.boolean(),
  capturedMinor: sumMinorSchema,
  refundedMinor: sumMinorSchema,
  feeMinor: sumMinorSchema,
  adjustedMinor: sumMinorSchema,
  /** Below zero: the merchant owes it to the next payout. */
  amountMinor: sumMinorSchema,
});
export type Due = z.infer<typeof dueSchema>;

/** Files sent to the bank and messages of it that were read. */
export const bankExchangeSchema = z.object({ sent: z.int(), received: z.int() });

/** What a bank leaves. */
const BANK_EXCEPTION_CODES = [
  'payout_rejected',
  'payout_returned',
  'amount_differs',
  'unknown_reference',
  'message_reused',
  'message_unreadable',
] as const;
export type BankExceptionCode = (typeof BANK_EXCEPTION_CODES)[number];

/** What a funding source leaves. */
const FUNDING_EXCEPTION_CODES = [
  'payment_in_unresolved',
  'payment_return_refused',
  'payment_return_unresolved',
] as const;
export type FundingExceptionCode = (typeof FUNDING_EXCEPTION_CODES)[number];

export const SETTLEMENT_EXCEPTION_CODES = [
  ...BANK_EXCEPTION_CODES,
  ...FUNDING_EXCEPTION_CODES,
] as const;

export const settlementExceptionSchema = z.object({
  exceptionId: z.int(),
  /** Another one where another version of central has written it: it hides no other. */
  code: z.union([z.enum(SETTLEMENT_EXCEPTION_CODES), z.string().min(1)]),
  subject: z.string(),
  merchantId: nameSchema.nullable(),
  detail: z.string(),
  foundAt: timestampSchema,
  resolvedAt: timestampSchema.nullable(),
  note: z.string().nullable(),
});
export const settlementExceptionListSchema = z.object({
  exceptions: z.array(settlementExceptionSchema),
});
