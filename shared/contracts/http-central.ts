import { z } from 'zod';
import {
  currencySchema,
  nameSchema,
  sha256HexSchema,
  timestampSchema,
  uuidSchema,
} from './primitives.ts';

/** What central answers on its HTTP API. Tolerant: a page of an older build ignores what a newer central adds. */

const countSchema = z.number().int().min(0);
/** Minor units as decimal text. */
const sumMinorSchema = z.string().regex(/^-?\d{1,19}$/);

/** What became of a captured payment. */
export const cityPaymentStateSchema = z.enum([
  'captured',
  'partly_refunded',
  'refunded',
  'reversed',
]);

/** A payment as the city sees it: where and how much, never who. */
export const cityPaymentSchema = z.object({
  paymentId: z.string(),
  hubId: nameSchema,
  streetId: nameSchema,
  shopId: nameSchema,
  shopName: z.string(),
  terminalId: nameSchema,
  amountMinor: sumMinorSchema,
  currency: currencySchema,
  capturedAt: timestampSchema,
  /** When the city's books had it; its distance from `capturedAt` is what the link cost. */
  bookedAt: timestampSchema.optional(),
  reference: z.string(),
  state: cityPaymentStateSchema.default('captured'),
  refundedMinor: sumMinorSchema.default('0'),
});
export type CityPayment = z.infer<typeof cityPaymentSchema>;
export const cityPaymentListSchema = z.object({
  payments: z.array(cityPaymentSchema),
  /** `?after=` of the next page back in time; null on the last. */
  nextCursor: z.string().nullish(),
});

/** One hub as central sees it: how far its stream is read, and whether it answers. */
export const cityHubSchema = z.object({
  hubId: nameSchema,
  streetId: nameSchema,
  streetName: z.string(),
  state: z.enum(['up', 'down']),
  /** When the hub was last heard of; null when never. */
  lastSeenAt: timestampSchema.nullable(),
  watermarkSeq: countSchema,
  /** Events that the hub has committed and central has not read; null while the hub is down. */
  lag: countSchema.nullable(),
  /** Set while the hub's chain of events does not go on: nothing after `seq` is booked. */
  halted: z
    .object({
      code: z.enum(['gap', 'prev_hash_mismatch', 'hash_mismatch', 'fork', 'event_id_reused']),
      seq: countSchema,
      since: timestampSchema,
    })
    .nullish(),
  downlink: z.object({ headSeq: countSchema, ackedSeq: countSchema }),
  payments: countSchema,
  sumMinor: sumMinorSchema,
});
export type CityHub = z.infer<typeof cityHubSchema>;
export const cityHubListSchema = z.object({ hubs: z.array(cityHubSchema) });

/** The last time that a hub's events were fetched from its ledger; `done` is null while it is due. */
export const resyncSchema = z.object({
  hubId: nameSchema,
  reason: z.enum(['gap', 'stream_lost', 'tail_lost', 'command']),
  askedAt: timestampSchema,
  /** The last event that was booked when it became due, and now. */
  fromSeq: countSchema,
  bookedSeq: countSchema,
  done: z.object({ at: timestampSchema, toSeq: countSchema }).nullable(),
});
export type ResyncState = z.infer<typeof resyncSchema>;

export const trialBalanceSchema = z.object({
  currency: currencySchema,
  balanced: z.boolean(),
  accounts: z.array(
    z.object({ account: z.string(), debitMinor: sumMinorSchema, creditMinor: sumMinorSchema }),
  ),
  totals: z.object({ debitMinor: sumMinorSchema, creditMinor: sumMinorSchema }),
});
export type TrialBalance = z.infer<typeof trialBalanceSchema>;

export const cityStatusSchema = z.object({
  nats: z.enum(['up', 'down']),
  database: z.enum(['up', 'down']),
  hubs: z.object({ known: countSchema, up: countSchema, halted: countSchema }),
  uptimeMs: z.number(),
  /** Whether staff can sign in at a provider. */
  staffSignIn: z.boolean(),
});

/** What a hub's own ledger summary is compared with. */
export const reconciliationSchema = z.object({
  hubId: nameSchema,
  /** Captured payments and their sum, whatever became of them later. */
  rows: countSchema,
  sumMinor: sumMinorSchema,
  refunds: countSchema.default(0),
  refundedMinor: sumMinorSchema.default('0'),
  reversals: countSchema.default(0),
  reversedMinor: sumMinorSchema.default('0'),
  /** The last event of the hub's chain that is in the inbox. */
  lastSeq: countSchema,
  lastHash: sha256HexSchema,
});

/** Where a person is enrolled and who has confirmed their erasure. For operators; there is no face data at central. */
export const shopperEnrolmentsSchema = z.object({
  shopperId: uuidSchema,
  state: z.enum(['enrolled', 'erasing', 'erased']),
  enrolments: z.array(
    z.object({
      hubId: nameSchema,
      streetId: nameSchema,
      packId: z.string(),
      consent: z.object({
        textVersion: z.string(),
        language: z.string(),
        givenAt: timestampSchema,
        streets: z.array(nameSchema),
      }),
    }),
  ),
  replicas: z.array(
    z.object({
      hubId: nameSchema,
      streetId: nameSchema,
      packId: z.string(),
      /** Whether the hub has acknowledged it. */
      delivered: z.boolean(),
    }),
  ),
  erasure: z
    .object({
      requestedAt: timestampSchema,
      receipts: z.array(
        z.object({
          hubId: nameSchema,
          /** Null while the hub has not said so. */
          erasedAt: timestampSchema.nullable(),
          templatesRemoved: countSchema.nullable(),
        }),
      ),
    })
    .nullable(),
});
export type ShopperEnrolments = z.infer<typeof shopperEnrolmentsSchema>;
