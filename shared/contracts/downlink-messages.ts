import { z } from 'zod';
import { campaignShareSchema } from './campaign.ts';
import { consentSchema, hubAnnouncementSchema, sealedTemplateSchema } from './hub-events.ts';
import { phoneKeySchema } from './payment-code.ts';
import {
  amountMinorSchema,
  currencySchema,
  nameSchema,
  timestampSchema,
  uuidSchema,
} from './primitives.ts';

/** What central tells a hub, version 1: numbered per hub, pulled by the hub, acknowledged by the next pull. */

const message = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({
    seq: z.int().min(1),
    id: uuidSchema,
    type: z.literal(type),
    version: z.literal(1),
    occurredAt: timestampSchema,
    data,
  });

/** A person of another street who agreed to this one; the template opens only at the hub it names. */
export const templateReplicaSchema = message(
  'template.replica',
  z.object({
    shopperId: uuidSchema,
    fromHubId: nameSchema,
    consent: consentSchema,
    sealed: sealedTemplateSchema,
  }),
);

export const shopperEraseSchema = message(
  'shopper.erase',
  z.object({ shopperId: uuidSchema, requestedAt: timestampSchema }),
);

/** All hubs of the city, so that a hub can seal for another. Each entry is vouched for by its certificate. */
export const hubDirectorySchema = message(
  'hub.directory',
  z.object({ hubs: z.array(hubAnnouncementSchema).max(1_000) }),
);

/** Another hub needs it: what can be spared is to be returned (`allowance.returned`). */
export const allowanceReclaimSchema = message(
  'allowance.reclaim',
  z.object({ shopperId: uuidSchema, currency: currencySchema, keepMinor: amountMinorSchema }),
);

/** The phone whose codes are good for a shopper from now on, in the place of the one before; null: none is. */
export const shopperPhoneSchema = message(
  'shopper.phone',
  z.object({ shopperId: uuidSchema, publicKey: phoneKeySchema.nullable() }),
);

/** Most shoppers on one exception list, so that it fits in a message. */
export const MAX_EXCEPTIONS = 10_000;

/** Who may not pay now, the whole list; a hub keeps the highest version. */
export const exceptionListSchema = message(
  'exception.list',
  z.object({
    listVersion: z.int().min(1),
    shopperIds: z.array(uuidSchema).max(MAX_EXCEPTIONS),
  }),
);

/** A campaign that this hub may discount payments by, up to its share of the budget. Its terms do not change. */
export const campaignOpenSchema = message('campaign.open', campaignShareSchema);

/** A campaign is over before its time. */
export const campaignStopSchema = message('campaign.stop', z.object({ campaignId: uuidSchema }));

export const downlinkMessageSchema = z.discriminatedUnion('type', [
  templateReplicaSchema,
  shopperEraseSchema,
  hubDirectorySchema,
  shopperPhoneSchema,
  allowanceReclaimSchema,
  exceptionListSchema,
  campaignOpenSchema,
  campaignStopSchema,
]);
export type DownlinkMessage = z.infer<typeof downlinkMessageSchema>;

/** Most bytes of one answer, so that it fits in a NATS message (1 MiB) with room to spare. */
export const MAX_DOWNLINK_BYTES = 700_000;

export const downlinkPullSchema = z.object({
  version: z.int(),
  /** Everything up to here is applied and committed at the hub. */
  afterSeq: z.int().min(0),
  limit: z.int().min(1).max(500),
});

export const downlinkAnswerSchema = z.object({
  /** Unparsed here: the hub parses each so that one it does not know does not hide the others. */
  messages: z.array(z.unknown()),
  headSeq: z.int().min(0),
});

export const downlinkErrorSchema = z.object({
  error: z.enum(['unsupported_version', 'malformed_message', 'unknown_hub', 'unavailable']),
  supportedVersions: z.array(z.int()),
});
