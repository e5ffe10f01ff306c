import { z } from 'zod';
import { PAYMENT_STATES } from '../domain/payment.ts';
import { signatureSchema } from './device-signature.ts';
import { envelopeSchema } from './envelope.ts';
import {
  amountMinorSchema,
  currencySchema,
  positiveAmountMinorSchema,
  timestampSchema,
  uuidSchema,
} from './primitives.ts';
import { LIFE_CYCLE_VERSION } from './protocol-version.ts';
import { wordsSchema } from './refusal.ts';

/**
 * What a terminal asks of a payment after the look (terminal protocol, since version 3): capture of an authorised one,
 * refund, reversal, cancellation. The message's id is the move's idempotency key, and what is signed is its input: the
 * same id with the same input gets the stored reply, with another input `idempotency_conflict`. So a terminal that has
 * lost a reply asks again with the id that it has saved, signed anew where the bytes are lost too.
 */

const request = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  envelopeSchema
    .extend({ type: z.literal(type), version: z.literal(LIFE_CYCLE_VERSION), data })
    .strict();

const moveDataSchema = z.strictObject({
  paymentId: uuidSchema,
  /** Of a refund: what is given back. Of all others: the payment's whole amount. */
  amountMinor: positiveAmountMinorSchema,
  currency: currencySchema,
  /** Over `moveSigningInput`. */
  signature: signatureSchema,
});

export const paymentMoveSchema = z.discriminatedUnion('type', [
  request('payment.capture', moveDataSchema),
  request('payment.refund', moveDataSchema),
  request('payment.reverse', moveDataSchema),
  request('payment.cancel', moveDataSchema),
]);
export type PaymentMoveRequest = z.infer<typeof paymentMoveSchema>;
export type PaymentMoveType = PaymentMoveRequest['type'];

/** How a payment of this terminal's shop stands. Answered by `payment.state`. */
export const statusRequestSchema = request(
  'payment.status',
  z.strictObject({ paymentId: uuidSchema }),
);

export const MAX_RECENT = 20;

/** The shop's last captured payments, newest first. Answered by `payments.recent`. */
export const recentRequestSchema = request(
  'payment.recent',
  z.strictObject({ limit: z.int().min(1).max(MAX_RECENT) }),
);

/** The text that a device key signs for a move, and whose sha256 is the hash of its input. */
export function moveSigningInput(
  terminalId: string,
  move: {
    readonly id: string;
    readonly type: PaymentMoveType;
    readonly paymentId: string;
    readonly amountMinor: bigint;
    readonly currency: string;
  },
): string {
  return [
    'wuma-move-1',
    terminalId,
    move.type,
    move.id,
    move.paymentId,
    `${move.amountMinor} ${move.currency}`,
  ].join('\n');
}

const reply = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  envelopeSchema.extend({ type: z.literal(type), replyTo: uuidSchema.nullable(), data });

/** Minor units as decimal text, which may be zero. */
const amountTextSchema = z.string().refine((text) => amountMinorSchema.safeParse(text).success);

const standingSchema = z.object({
  paymentId: uuidSchema,
  state: z.enum(PAYMENT_STATES),
  amountMinor: amountTextSchema,
  currency: currencySchema,
  refundedMinor: amountTextSchema,
  /** What a campaign takes off what was not given back of it; absent where none does. */
  discountMinor: amountTextSchema.optional(),
  /** What this shop may still give back, as the payment stands now; zero where nothing. */
  refundableMinor: amountTextSchema,
  /** Until then it may be reversed as a whole; null where it may not be any more. */
  reversibleUntil: timestampSchema.nullable(),
  /** Until then it may be captured; null unless authorised. */
  capturableUntil: timestampSchema.nullable(),
  capturedAt: timestampSchema.nullable(),
  /** Of the capture; null before it. */
  reference: z.string().nullable(),
});

export const paymentStateSchema = reply(
  'payment.state',
  standingSchema.extend({
    words: wordsSchema,
    /** Of the move that was asked for; null for a question how it stands, and for a cancellation. */
    receipt: z
      .object({
        reference: z.string(),
        amountMinor: z.string(),
        currency: currencySchema,
        /** Of a capture what is not to be paid, of a refund or reversal what is not paid back. */
        discountMinor: amountTextSchema.optional(),
        at: timestampSchema,
      })
      .nullable(),
  }),
);
export type PaymentStateData = z.infer<typeof paymentStateSchema>['data'];

export const recentPaymentsSchema = reply(
  'payments.recent',
  z.object({ payments: z.array(standingSchema).max(MAX_RECENT) }),
);
export type PaymentStandingData = z.infer<typeof standingSchema>;
