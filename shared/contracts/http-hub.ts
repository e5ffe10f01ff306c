import { z } from 'zod';
import { PAYMENT_STATES } from '../domain/payment.ts';
import { currencySchema, nameSchema, timestampSchema, uuidSchema } from './primitives.ts';
import { refusalCodeSchema } from './refusal.ts';
import { stagesMsSchema } from './terminal-messages.ts';

/** What a hub answers on its HTTP API. Tolerant: a page of an older build ignores what a newer hub adds. */

const countSchema = z.number().int().min(0);
/** Minor units as decimal text. */
const sumMinorSchema = z.string().regex(/^-?\d{1,19}$/);

export const hubStatusSchema = z.object({
  hubId: nameSchema,
  streetId: nameSchema,
  streetName: z.string(),
  gallery: z.object({ size: countSchema, packId: z.string() }),
  /** The template key in force, and how many templates on disk are not under it yet. */
  templates: z.object({ keyId: z.string(), toRenew: countSchema }),
  /** The model pack before the present one, and how many people still have a template of it; null where none is set. */
  formerPack: z.object({ packId: z.string(), people: countSchema }).nullish(),
  /** How well strangers are told from the enrolled; aggregates only. */
  calibration: z.object({
    promisedFpir: z.number(),
    /** Null until the gallery is large enough to learn from. */
    promisableFpir: z.number().nullable(),
    thresholds: z.object({
      sure: z.number(),
      likely: z.number(),
      floor: z.number(),
      margin: z.number(),
    }),
    warning: z.enum(['too_few_people', 'outgrown']).nullable(),
  }),
  queue: z.object({ depth: countSchema, capacity: countSchema }),
  link: z.object({ central: z.enum(['up', 'down']), since: timestampSchema }),
  outbox: z.object({ pending: countSchema, lastSeq: countSchema, published: countSchema }),
  uptimeMs: z.number(),
});
export type HubStatus = z.infer<typeof hubStatusSchema>;

/** A decision as a page may see it: nothing that says who looked. */
export const decisionSchema = z.object({
  id: z.string(),
  /** Null where the message was too bad to name one. */
  paymentId: z.string().nullable(),
  /** The best candidate's comparison score, two decimals; null where nobody was compared. Kept in memory only. */
  score: z.number().nullable(),
  at: timestampSchema,
  terminalId: nameSchema,
  shopName: z.string(),
  amountMinor: sumMinorSchema,
  currency: currencySchema,
  outcome: z.enum(['paid', 'authorised', 'declined', 'fallback', 'refused', 'asked']),
  code: refusalCodeSchema.nullable(),
  /** What it was paid by: `face`, `face+last4`, `face+pin`, `face+last4+pin`; null unless paid or authorised. */
  method: z.string().nullable(),
  /** What the shopper is asked for; null unless asked. */
  question: z.enum(['last4', 'pin']).nullish(),
  stagesMs: stagesMsSchema,
});
export type Decision = z.infer<typeof decisionSchema>;
export const decisionListSchema = z.object({ decisions: z.array(decisionSchema) });

export const terminalSchema = z.object({
  terminalId: nameSchema,
  shopId: nameSchema,
  shopName: z.string(),
  merchantId: nameSchema,
  depth: z.boolean(),
  infrared: z.boolean(),
  online: z.boolean(),
  registeredAt: timestampSchema,
  revokedAt: timestampSchema.nullable(),
});
export type Terminal = z.infer<typeof terminalSchema>;
export const terminalListSchema = z.object({ terminals: z.array(terminalSchema) });

export const pairingCodeSchema = z.object({ code: z.string(), expiresAt: timestampSchema });
export const pairingSchema = z.object({ terminalId: nameSchema });

export const shopperSchema = z.object({
  shopperId: uuidSchema,
  packIds: z.array(z.string()),
  consent: z.object({
    textVersion: z.string(),
    language: z.enum(['zh-CN', 'en']),
    givenAt: timestampSchema,
    streets: z.array(nameSchema),
  }),
});
export type Shopper = z.infer<typeof shopperSchema>;
export const shopperListSchema = z.object({ shoppers: z.array(shopperSchema) });

export const enrolmentSchema = z.object({
  shopperId: uuidSchema,
  packId: z.string(),
  faces: countSchema,
  /** Somebody enrolled looks nearly the same: both give the PIN at every payment. */
  pinRule: z.boolean().default(false),
  /** The address by which the shopper pairs their phone, good once; told this once and kept nowhere. Null: no page is set. */
  phoneLink: z.url().nullable().default(null),
});
export type EnrolmentAnswer = z.infer<typeof enrolmentSchema>;

export const ledgerSummarySchema = z.object({
  /** Captured payments and their sum, whatever became of them later. */
  payments: countSchema,
  sumMinor: sumMinorSchema,
  refunds: countSchema.default(0),
  refundedMinor: sumMinorSchema.default('0'),
  reversals: countSchema.default(0),
  reversedMinor: sumMinorSchema.default('0'),
  /** Posting rows. */
  rows: countSchema,
  chain: z.object({ lastSeq: countSchema, lastHash: z.string() }),
});

/** `GET /api/payments?limit=` (operator): whom the hub charged, newest first; for audits and disputes. */
export const hubPaymentListSchema = z.object({
  payments: z.array(
    z.object({
      paymentId: uuidSchema,
      shopperId: uuidSchema,
      terminalId: nameSchema,
      amountMinor: sumMinorSchema,
      currency: currencySchema,
      capturedAt: timestampSchema,
      reference: z.string(),
      state: z.enum(PAYMENT_STATES).default('captured'),
      refundedMinor: sumMinorSchema.default('0'),
    }),
  ),
});

export const directorySchema = z.object({
  hubs: z.array(z.object({ hubId: nameSchema, streetId: nameSchema, streetName: z.string() })),
});

/** RFC 9457. `code` is one of the endpoint's closed set. */
export const problemSchema = z
  .object({
    status: z.number(),
    title: z.string(),
    detail: z.string().optional(),
    code: z.string().optional(),
  })
  // documents say it once and refer to it
  .meta({ id: 'Problem' });
