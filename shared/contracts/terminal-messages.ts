import { z } from 'zod';
import { WAYS } from '../domain/way.ts';
import { signatureSchema } from './device-signature.ts';
import { envelopeSchema } from './envelope.ts';
import { LIGHT_STEPS, lightColourSchema } from './light-sequence.ts';
import { itemsLine, lineItemsSchema } from './line-items.ts';
import {
  currencySchema,
  nameSchema,
  positiveAmountMinorSchema,
  timestampSchema,
  uuidSchema,
} from './primitives.ts';
import { ASKING_VERSION, LIGHT_VERSION, TERMINAL_PROTOCOL_VERSIONS } from './protocol-version.ts';
import { refusalCodeSchema, wordsSchema } from './refusal.ts';
import { codeClaimSchema, phoneClaimSchema } from './terminal-claims.ts';
import { frameSchema, MAX_FRAMES } from './terminal-frames.ts';
import {
  paymentMoveSchema,
  paymentStateSchema,
  recentPaymentsSchema,
  recentRequestSchema,
  statusRequestSchema,
} from './terminal-moves.ts';

/** Requests of a terminal (MQTT, `wuma/1/<terminalId>/request`) and the hub's replies (`…/reply`), versions 1 to 3. */

const request = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  envelopeSchema
    .extend({ type: z.literal(type), version: z.literal(TERMINAL_PROTOCOL_VERSIONS), data })
    .strict();

export const helloSchema = request(
  'terminal.hello',
  z.strictObject({
    protocolVersions: z.array(z.int()).min(1).max(10),
    software: z.string().max(64),
    camera: z.strictObject({
      depth: z.boolean(),
      width: z.int(),
      height: z.int(),
      /** Whether its screen can light the face: the welcome's limit is then the one for that. Since version 3. */
      canLight: z.boolean().optional(),
    }),
  }),
);

/** Asks for a one-time challenge, bound to this payment and amount. `paymentId` is a UUIDv7 that the terminal has saved. */
export const challengeRequestSchema = request(
  'challenge.request',
  z.strictObject({
    paymentId: uuidSchema,
    amountMinor: positiveAmountMinorSchema,
    currency: currencySchema,
    /** Whether the terminal's screen can light the face. Since version 3. */
    canLight: z.boolean().optional(),
  }),
);

const probeDataSchema = z.strictObject({
  paymentId: uuidSchema,
  challenge: z.string().min(16).max(128),
  amountMinor: positiveAmountMinorSchema,
  currency: currencySchema,
  frames: z.array(frameSchema).min(1).max(MAX_FRAMES),
  /** Only authorise; the terminal captures by `payment.capture` or cancels. Without it both are one step. Since version 3. */
  capture: z.literal('later').optional(),
  /** What was bought; where the welcome says `takesItems`. Since version 3. */
  items: lineItemsSchema.optional(),
  /** Over `probeSigningInput`. */
  signature: signatureSchema,
});

/** From version 2 on it may be answered by `payment.question`. */
export const probeSchema = request('payment.probe', probeDataSchema);

/** What the shopper has typed, for one `payment.question`. Good once. Since version 2. */
export const answerSchema = envelopeSchema
  .extend({
    type: z.literal('payment.answer'),
    version: z.literal([ASKING_VERSION, LIGHT_VERSION]),
    data: z.strictObject({
      paymentId: uuidSchema,
      questionId: uuidSchema,
      digits: z.string().regex(/^\d{4,6}$/),
      /** Over `answerSigningInput`. */
      signature: signatureSchema,
    }),
  })
  .strict();

export const paymentQuerySchema = request(
  'payment.query',
  z.strictObject({ paymentId: uuidSchema }),
);

export const terminalRequestSchema = z.discriminatedUnion('type', [
  helloSchema,
  challengeRequestSchema,
  probeSchema,
  answerSchema,
  codeClaimSchema,
  phoneClaimSchema,
  paymentQuerySchema,
  ...paymentMoveSchema.options,
  statusRequestSchema,
  recentRequestSchema,
]);

export type TerminalRequest = z.infer<typeof terminalRequestSchema>;
export type ProbeRequest = z.infer<typeof probeSchema>;
export type AnswerRequest = z.infer<typeof answerSchema>;
export type TerminalRequestType = TerminalRequest['type'];
export const TERMINAL_REQUEST_TYPES: readonly TerminalRequestType[] = [
  'terminal.hello',
  'challenge.request',
  'payment.probe',
  'payment.answer',
  'payment.code',
  'payment.phone',
  'payment.query',
  'payment.capture',
  'payment.refund',
  'payment.reverse',
  'payment.cancel',
  'payment.status',
  'payment.recent',
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
    readonly capture?: 'later' | undefined;
    readonly items?: readonly string[] | undefined;
    readonly frames: readonly {
      readonly takenAt: string;
      readonly colour: { readonly sha256: string };
      readonly depth?: { readonly sha256: string } | undefined;
      readonly infrared?: { readonly sha256: string } | undefined;
      readonly lightStep?: number | undefined;
    }[];
  },
): string {
  const frames = data.frames.map(({ takenAt, colour, depth, infrared, lightStep }) => {
    const words = [takenAt, colour.sha256, depth?.sha256 ?? '-', infrared?.sha256, lightStep];
    return words.filter((word) => word !== undefined).join(' ');
  });
  return [
    'wuma-probe-1',
    terminalId,
    data.challenge,
    data.paymentId,
    `${data.amountMinor} ${data.currency}`,
    ...(data.capture === undefined ? [] : [`capture ${data.capture}`]),
    ...itemsLine(data.items),
    ...frames,
  ].join('\n');
}

/** The text that a device key signs for an answer: it is of this terminal, for this question and no other. */
export function answerSigningInput(
  terminalId: string,
  data: {
    readonly paymentId: string;
    readonly questionId: string;
    readonly digits: string;
  },
): string {
  return ['wuma-answer-1', terminalId, data.questionId, data.paymentId, data.digits].join('\n');
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
    /** Above this a terminal without depth, or any terminal, is told to use another way than the face. Minor units. */
    limitMinor: z.string(),
    /** The ways that the hub takes, each with the most of one payment. A hub of before takes faces alone. */
    ways: z.array(z.object({ way: z.enum(WAYS), limitMinor: z.string() })).optional(),
    /** Whether frames may hold infrared pictures. A hub of before does not. */
    takesInfrared: z.boolean().optional(),
    /** Whether a probe or claim may say what was bought. A hub of before refuses it. */
    takesItems: z.boolean().optional(),
    protocolVersion: z.int(),
    serverTime: timestampSchema,
  }),
);

export const challengeIssuedSchema = reply(
  'challenge.issued',
  z.object({
    paymentId: uuidSchema,
    challenge: z.string(),
    expiresAt: timestampSchema,
    /**
     * Colours that the screen shows, one after the other, a frame at each (`light-sequence.ts` has their values); good for
     * this challenge alone. Only for a terminal that has said that it can light, and has no depth. Since version 3.
     */
    light: z.object({ steps: z.array(lightColourSchema).length(LIGHT_STEPS) }).optional(),
  }),
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

/** What a campaign takes off the price: the shopper pays the rest. */
export const discountSchema = z.object({ title: wordsSchema, amountMinor: z.string() });
export type Discount = z.infer<typeof discountSchema>;

export const paymentResultSchema = reply(
  'payment.result',
  z.object({
    paymentId: uuidSchema,
    /** `authorised` only where the probe said `capture: later`. */
    outcome: z.enum(['paid', 'authorised', 'declined', 'fallback']),
    /** Null when paid or authorised. `declined`: look again; `fallback`: pay another way. */
    code: refusalCodeSchema.nullable(),
    words: wordsSchema,
    receipt: z
      .object({
        reference: z.string(),
        amountMinor: z.string(),
        currency: currencySchema,
        capturedAt: timestampSchema,
        discount: discountSchema.optional(),
      })
      .nullable(),
    stagesMs: stagesMsSchema,
  }),
);
export type PaymentResultData = z.infer<typeof paymentResultSchema>['data'];

/**
 * What the shopper has shown does not do: they type digits. The question is this terminal's, for this payment, and good
 * once until `expiresAt`; a new probe of the terminal ends it. Nothing is charged before it is answered.
 */
export const paymentQuestionSchema = reply(
  'payment.question',
  z.object({
    paymentId: uuidSchema,
    questionId: uuidSchema,
    /** `last4`: of the phone number; `pin`: to be shown as dots. */
    question: z.enum(['last4', 'pin']),
    /** How many are to be typed. */
    digits: z.int(),
    /** The answer before was wrong. */
    again: z.boolean(),
    words: wordsSchema,
    expiresAt: timestampSchema,
    stagesMs: stagesMsSchema,
  }),
);
export type PaymentQuestionData = z.infer<typeof paymentQuestionSchema>['data'];

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
  paymentQuestionSchema,
  paymentStateSchema,
  recentPaymentsSchema,
  terminalErrorSchema,
]);
export type TerminalReply = z.infer<typeof terminalReplySchema>;
