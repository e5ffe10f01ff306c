import { z } from 'zod';
import { isLicenceNumber } from '../domain/licence-number.ts';
import { nameSchema, timestampSchema, uuidSchema } from './primitives.ts';

/** Merchants on central's HTTP API: onboarding and review, accounts, fees, shops, staff. Requests are strict. */

/** A calendar day in China, `2026-11-28`. */
export const daySchema = z.iso.date();

/** What ISO 20022 files can carry: no line breaks or other controls. */
const lineSchema = z
  .string()
  .trim()
  .min(1)
  .max(70)
  .regex(/^[^\p{C}]*$/u, 'one line of text');

export const accountProposalSchema = z.strictObject({
  /** Made by the client and kept before it sends: the same again is the same proposal. */
  accountId: uuidSchema,
  holder: lineSchema,
  number: z.string().regex(/^[0-9A-Za-z]{5,34}$/, '5-34 digits or letters'),
  bankName: lineSchema,
  /** The bank's twelve digits in the national payment system (CNAPS). */
  bankCode: z.string().regex(/^\d{12}$/, 'twelve digits'),
});
export type AccountProposal = z.infer<typeof accountProposalSchema>;

export const merchantApplicationSchema = z.strictObject({
  merchantId: nameSchema,
  companyName: lineSchema,
  licenceNumber: z.string().refine(isLicenceNumber, 'a unified social credit code'),
  account: accountProposalSchema,
});
export type MerchantApplication = z.infer<typeof merchantApplicationSchema>;

const noteSchema = z.string().trim().min(1).max(500);
export const merchantReviewSchema = z.strictObject({
  decision: z.enum(['approve', 'reject', 'suspend']),
  note: noteSchema,
});
export type MerchantReview = z.infer<typeof merchantReviewSchema>;

export const accountReviewSchema = z.strictObject({ approve: z.boolean() });

export const merchantFeeSchema = z.strictObject({
  fromDate: daySchema,
  /** Hundredths of a percent of what is taken; 38 is 0.38 %. */
  basisPoints: z.int().min(0).max(1_000),
});
export type MerchantFee = z.infer<typeof merchantFeeSchema>;

export const merchantStaffSchema = z.strictObject({
  /** The person's id at the sign-in provider. */
  subject: z.string().regex(/^[\x21-\x7e]{1,255}$/, 'printable, without blanks'),
  role: z.enum(['owner', 'cashier']),
});
export type MerchantStaff = z.infer<typeof merchantStaffSchema>;

/** A bank account as it is shown: its last four places only. */
export const shownAccountSchema = z.object({
  accountId: uuidSchema,
  holder: z.string(),
  numberEnd: z.string(),
  bankName: z.string(),
  bankCode: z.string(),
  /** `refused`: a bank has sent a payout back, and nothing is paid until a new account is approved. */
  state: z.enum(['proposed', 'in_force', 'rejected', 'refused', 'replaced']),
  proposedAt: timestampSchema,
  refusalCode: z.string().nullable(),
});
export type ShownAccount = z.infer<typeof shownAccountSchema>;

export const MERCHANT_STATES = ['applied', 'approved', 'rejected', 'suspended'] as const;
export const merchantStateSchema = z.enum(MERCHANT_STATES);
export type MerchantState = z.infer<typeof merchantStateSchema>;

export const merchantSchema = z.object({
  merchantId: nameSchema,
  companyName: z.string(),
  licenceNumber: z.string(),
  state: merchantStateSchema,
  appliedAt: timestampSchema,
  reviewedAt: timestampSchema.nullable(),
  reviewNote: z.string().nullable(),
  /** Today's. */
  feeBasisPoints: z.int(),
  shops: z.int(),
  /** Newest first. */
  accounts: z.array(shownAccountSchema),
});
export type Merchant = z.infer<typeof merchantSchema>;
export const merchantListSchema = z.object({
  merchants: z.array(merchantSchema),
  /** `?after=` of the next page; null on the last. */
  nextCursor: nameSchema.nullable(),
});

export const merchantShopsSchema = z.object({
  shops: z.array(
    z.object({
      hubId: nameSchema,
      shopId: nameSchema,
      shopName: z.string(),
      terminals: z.array(nameSchema),
    }),
  ),
});

export const merchantStaffListSchema = z.object({ staff: z.array(merchantStaffSchema) });
