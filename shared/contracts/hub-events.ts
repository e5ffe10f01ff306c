import { z } from 'zod';
import { WAYS } from '../domain/way.ts';
import { envelopeSchema } from './envelope.ts';
import { lineItemsSchema } from './line-items.ts';
import { codeIdSchema } from './payment-code.ts';
import {
  base64Schema,
  currencySchema,
  nameSchema,
  positiveAmountMinorSchema,
  sha256HexSchema,
  timestampSchema,
  uuidSchema,
} from './primitives.ts';

/**
 * What a hub tells central (NATS stream `TX_<hubId>`), version 1. Tolerant: fields that a newer hub
 * adds are kept in the inbox and ignored. Every event is a link of the hub's hash chain.
 */

const eventOf = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  envelopeSchema.extend({
    type: z.literal(type),
    /** 1, 2, 3… per hub, without a gap. */
    seq: z.int().min(1),
    /** sha256 of the event before; 64 zeros at seq 1. */
    prevHash: sha256HexSchema,
    /** sha256 of `chainInput` of this event. */
    hash: sha256HexSchema,
    data,
  });

export const paymentCapturedSchema = eventOf(
  'payment.captured',
  z.object({
    paymentId: uuidSchema,
    shopperId: uuidSchema,
    terminalId: nameSchema,
    shopId: nameSchema,
    merchantId: nameSchema,
    amountMinor: positiveAmountMinorSchema,
    currency: currencySchema,
    method: z.enum(WAYS),
    /** Of a payment by code that was not authorised before. */
    codeId: codeIdSchema.optional(),
    /** What was bought, where the terminal has told and it was not authorised before. */
    items: lineItemsSchema.optional(),
    capturedAt: timestampSchema,
    reference: z.string().max(64),
  }),
);

/** What a move of a payment tells: whose, where, and of how much. */
const moveShape = {
  paymentId: uuidSchema,
  shopperId: uuidSchema,
  terminalId: nameSchema,
  shopId: nameSchema,
  merchantId: nameSchema,
  amountMinor: positiveAmountMinorSchema,
  currency: currencySchema,
};

/** The amount is agreed and held until it is captured, cancelled or expired; nothing is booked. */
export const paymentAuthorisedSchema = eventOf(
  'payment.authorised',
  z.object({
    ...moveShape,
    method: z.enum(WAYS),
    /** Of a payment by code. */
    codeId: codeIdSchema.optional(),
    items: lineItemsSchema.optional(),
    authorisedAt: timestampSchema,
    expiresAt: timestampSchema,
  }),
);

/** Part or all of a captured payment is given back. `refundId` is the terminal's id of the request. */
export const paymentRefundedSchema = eventOf(
  'payment.refunded',
  z.object({
    ...moveShape,
    refundId: uuidSchema,
    refundedAt: timestampSchema,
    reference: z.string().max(64),
  }),
);

/** A captured payment is undone as a whole before settlement. */
export const paymentReversedSchema = eventOf(
  'payment.reversed',
  z.object({
    ...moveShape,
    reversalId: uuidSchema,
    reversedAt: timestampSchema,
    reference: z.string().max(64),
  }),
);

/** It will never be captured. `shopperId` is null where nobody was authorised. */
export const paymentCancelledSchema = eventOf(
  'payment.cancelled',
  z.object({ ...moveShape, shopperId: uuidSchema.nullable(), cancelledAt: timestampSchema }),
);

/** Authorised, and neither captured nor cancelled in time. */
export const paymentExpiredSchema = eventOf(
  'payment.expired',
  z.object({ ...moveShape, expiredAt: timestampSchema }),
);

/** Part of a shopper's allowance at this hub goes back to central: nothing more is spent of it here. */
export const allowanceReturnedSchema = eventOf(
  'allowance.returned',
  z.object({
    shopperId: uuidSchema,
    currency: currencySchema,
    amountMinor: positiveAmountMinorSchema,
    /** Sum of all returns with this one. */
    returnedMinor: positiveAmountMinorSchema,
  }),
);

/** Whose, and of which payment and campaign. */
const discountShape = {
  paymentId: uuidSchema,
  campaignId: uuidSchema,
  shopperId: uuidSchema,
  merchantId: nameSchema,
  amountMinor: positiveAmountMinorSchema,
  currency: currencySchema,
};

/** A captured payment is discounted by a campaign: follows its capture in the chain, committed with it. */
export const discountGivenSchema = eventOf(
  'discount.given',
  z.object({ ...discountShape, givenAt: timestampSchema }),
);

/** Part or all of a discount is gone with what was given back of the payment; likewise. */
export const discountReturnedSchema = eventOf(
  'discount.returned',
  z.object({ ...discountShape, returnedAt: timestampSchema }),
);

export const terminalRegisteredSchema = eventOf(
  'terminal.registered',
  z.object({
    terminalId: nameSchema,
    shopId: nameSchema,
    shopName: z.string().max(80),
    merchantId: nameSchema,
  }),
);

/** Consent as it was given: which text, in which language, when, and for which streets. */
export const consentSchema = z.object({
  textVersion: z.string().max(32),
  language: z.enum(['zh-CN', 'en']),
  givenAt: timestampSchema,
  streets: z.array(nameSchema).min(1).max(50),
});
export type Consent = z.infer<typeof consentSchema>;

/** A template that only the named hub can open: HPKE (DHKEM P-256, HKDF-SHA256, AES-256-GCM), base64. */
export const sealedTemplateSchema = z.object({
  hubId: nameSchema,
  packId: z.string().max(32),
  enc: base64Schema,
  ciphertext: base64Schema,
});
export type SealedTemplate = z.infer<typeof sealedTemplateSchema>;

export const shopperEnrolledSchema = eventOf(
  'shopper.enrolled',
  z.object({
    shopperId: uuidSchema,
    consent: consentSchema,
    packId: z.string().max(32),
    replicas: z.array(sealedTemplateSchema).max(50),
    /** sha256 of the secret in the link that the shopper pairs their phone by. */
    phoneLinkHash: sha256HexSchema.optional(),
  }),
);

export const shopperErasedSchema = eventOf(
  'shopper.erased',
  z.object({ shopperId: uuidSchema, requestedAt: timestampSchema }),
);

/** A hub's word that it holds nothing of this person any more, signed by the hub's certificate key. */
export const erasureReceiptSchema = eventOf(
  'erasure.receipt',
  z.object({
    shopperId: uuidSchema,
    hubId: nameSchema,
    erasedAt: timestampSchema,
    templatesRemoved: z.int().min(0),
    signature: base64Schema,
  }),
);

/** A hub introduces itself: its public sealing key, vouched for by its certificate. */
export const hubAnnouncementSchema = z.object({
  hubId: nameSchema,
  streetId: nameSchema,
  streetName: z.string().max(80),
  /** Raw public key of the HPKE KEM, base64. */
  sealingKey: base64Schema,
  certificatePem: z.string().max(4_000),
  /** ES256 (ieee-p1363, base64) over `announcementSigningInput` by the certificate's key. */
  signature: base64Schema,
});
export type HubAnnouncement = z.infer<typeof hubAnnouncementSchema>;

export const hubAnnouncedSchema = eventOf('hub.announced', hubAnnouncementSchema);

/**
 * A hub's process has started on a chain that goes on, and this is its first event. Whoever has restored a backup has started a
 * process: so where two lives of a hub tell different stories, the later one begins with this event (ADR 0033).
 */
export const epochOpenedSchema = eventOf(
  'epoch.opened',
  z.object({
    /** The event that it continues from, which the hub's ledger has as its last. */
    afterSeq: z.int().min(0),
    afterHash: sha256HexSchema,
    /** The hub knows that its files are not those which it has written last: what it was granted before may be spent. */
    restored: z.boolean(),
  }),
);

export const hubEventSchema = z.discriminatedUnion('type', [
  paymentCapturedSchema,
  paymentAuthorisedSchema,
  paymentRefundedSchema,
  paymentReversedSchema,
  paymentCancelledSchema,
  paymentExpiredSchema,
  allowanceReturnedSchema,
  discountGivenSchema,
  discountReturnedSchema,
  terminalRegisteredSchema,
  shopperEnrolledSchema,
  shopperErasedSchema,
  erasureReceiptSchema,
  hubAnnouncedSchema,
  epochOpenedSchema,
]);
export type HubEvent = z.infer<typeof hubEventSchema>;
export type HubEventType = HubEvent['type'];
export type HubEventData<Type extends HubEventType> = Extract<HubEvent, { type: Type }>['data'];

/** The part of an event that is read first, to answer unknown types and versions. */
export const hubEventHeadSchema = envelopeSchema.extend({
  seq: z.int().min(1),
  prevHash: sha256HexSchema,
  hash: sha256HexSchema,
});
export type HubEventHead = z.infer<typeof hubEventHeadSchema>;

export const GENESIS_HASH = '0'.repeat(64);

/**
 * The text whose sha256 is an event's `hash`. The data go in as the JSON text that was stored and
 * sent, so that no re-serialisation can change it.
 */
export function chainInput(event: {
  readonly id: string;
  readonly type: string;
  readonly version: number;
  readonly occurredAt: string;
  readonly source: string;
  readonly seq: number;
  readonly prevHash: string;
  readonly dataJson: string;
}): string {
  return [
    'wuma-chain-1',
    event.prevHash,
    event.source,
    String(event.seq),
    event.id,
    event.type,
    String(event.version),
    event.occurredAt,
    event.dataJson,
  ].join('\n');
}

/** The text that a hub's certificate key signs to vouch for its sealing key. */
export function announcementSigningInput(hub: {
  readonly hubId: string;
  readonly streetId: string;
  readonly streetName: string;
  readonly sealingKey: string;
}): string {
  return ['wuma-hub-1', hub.hubId, hub.streetId, hub.streetName, hub.sealingKey].join('\n');
}

/** The text that a hub's certificate key signs when it has erased a person. */
export function erasureSigningInput(receipt: {
  readonly hubId: string;
  readonly shopperId: string;
  readonly erasedAt: string;
  readonly templatesRemoved: number;
}): string {
  return [
    'wuma-erasure-1',
    receipt.hubId,
    receipt.shopperId,
    receipt.erasedAt,
    String(receipt.templatesRemoved),
  ].join('\n');
}
