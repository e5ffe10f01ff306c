import { z } from 'zod';
import { envelopeSchema } from './envelope.ts';
import {
  currencySchema,
  nameSchema,
  positiveAmountMinorSchema,
  timestampSchema,
  uuidSchema,
} from './primitives.ts';
import { refusalCodeSchema, wordsSchema } from './refusal.ts';
import { frameSchema, MAX_FRAMES } from './terminal-frames.ts';

/** Requests of a terminal (MQTT, `wuma/1/<terminalId>/request`) and the hub's replies (`…/reply`), version 1. */

const request = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  envelopeSchema.extend({ type: z.literal(type), version: z.literal(1), data }).strict();

export const helloSchema = request(
  'terminal.hello',
  z.strictObject({
    protocolVersions: z.array(z.int()).min(1).max(10),
    software: z.string().max(64),
    camera: z.strictObject({ depth: z.boolean(), width: z.int(), height: z.int() }),
  }),
);

/** Asks for a one-time challenge, bound to this payment and amount. `paymentId` is a UUIDv7 that the terminal has saved. */
export const challengeRequestSchema = request(
  'challenge.request',
  z.strictObject({
    paymentId: uuidSchema,
    amountMinor: positiveAmountMinorSchema,
    currency: currencySchema,
  }),
);

const probeDataSchema = z.strictObject({
  paymentId: uuidSchema,
  challenge: z.string().min(16).max(128),
  amountMinor: positiveAmountMinorSchema,
  currency: currencySchema,
  frames: z.array(frameSchema).min(1).max(MAX_FRAMES),
  signature: z.strictObject({
    /** ES256 over `probeSigningInput`: 64 bytes r||s as WebCrypto makes it, or DER as openssl does. */
    format: z.enum(['ieee-p1363', 'der']),
    value: z.base64().max(200),
  }),
});

export const probeSchema = request('payment.probe', probeDataSchema);

export const paymentQuerySchema = request(
  'payment.query',
  z.strictObject({ paymentId: uuidSchema }),
);

export const terminalRequestSchema = z.discriminatedUnion('type', [
  helloSchema,
  challengeRequestSchema,
  probeSchema,
  paymentQuerySchema,
]);

export type TerminalRequest = z.infer<typeof terminalRequestSchema>;
export type ProbeRequest = z.infer<typeof probeSchema>;
export type TerminalRequestType = TerminalRequest['type'];
export const TERMINAL_REQUEST_TYPES: readonly TerminalRequestType[] = [
  'terminal.hello',
  'challenge.request',
  'payment.probe',
  'payment.query',
];

/**
 * The text that a device key signs. It binds the pictures to this terminal, challenge, payment and
 * amount, so that none of them can be taken from one payment and put into another.
 */
export function probeSigningInput(
  terminalId: string,
  data: {
    readonly paymentId: string;
    readonly challenge: string;
    readonly amountMinor: bigint;
    readonly currency: string;
    readonly frames: readonly {
      readonly takenAt: string;
      readonly colour: { readonly sha256: string };
      readonly depth?: { readonly sha256: string } | undefined;
    }[];
  },
): string {
  const frames = data.frames.map(
    (frame) => `${frame.takenAt} ${frame.colour.sha256} ${frame.depth?.sha256 ?? '-'}`,
  );
  return [
    'wuma-probe-1',
    terminalId,
    data.challenge,
    data.paymentId,
    `${data.amountMinor} ${data.currency}`,
    ...frames,
  ].join('\n');
}

const reply = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  envelopeSchema.extend({ type: z.literal(type), replyTo: uuidSchema.nullable(), data });

export const welcomeSchema = reply(
  'terminal.welcome',
  z.object({
    hubId: nameSchema,
    streetId: nameSchema,
    shop: z.object({ id: nameSchema, name: z.string() }),
    currency: currencySchema,
    /** Above this a terminal without depth, or any terminal, is told to use another way. Minor units. */
    limitMinor: z.string(),
    protocolVersion: z.int(),
    serverTime: timestampSchema,
  }),
);

export const challengeIssuedSchema = reply(
  'challenge.issued',
  z.object({ paymentId: uuidSchema, challenge: z.string(), expiresAt: timestampSchema }),
);

/** Milliseconds spent in each stage at the hub; the sum over the burst's frames for the models. */
export const stagesMsSchema = z.object({
  queue: z.number(),
  decode: z.number(),
  detect: z.number(),
  pad: z.number(),
  embed: z.number(),
  search: z.number(),
  commit: z.number(),
  total: z.number(),
});
export type StagesMs = z.infer<typeof stagesMsSchema>;

export const paymentResultSchema = reply(
  'payment.result',
  z.object({
    paymentId: uuidSchema,
    outcome: z.enum(['paid', 'declined', 'fallback']),
    /** Present unless paid. `declined`: look again; `fallback`: pay another way. */
    code: refusalCodeSchema.nullable(),
    words: wordsSchema,
    receipt: z
      .object({
        reference: z.string(),
        amountMinor: z.string(),
        currency: currencySchema,
        capturedAt: timestampSchema,
      })
      .nullable(),
    stagesMs: stagesMsSchema,
  }),
);
export type PaymentResultData = z.infer<typeof paymentResultSchema>['data'];

export const terminalErrorSchema = reply(
  'error',
  z.object({
    code: refusalCodeSchema,
    words: wordsSchema,
    /** For engineers: what was wrong, without anything of the message's content. */
    detail: z.string(),
    supportedVersions: z.array(z.int()),
  }),
);

export const terminalReplySchema = z.discriminatedUnion('type', [
  welcomeSchema,
  challengeIssuedSchema,
  paymentResultSchema,
  terminalErrorSchema,
]);
export type TerminalReply = z.infer<typeof terminalReplySchema>;
