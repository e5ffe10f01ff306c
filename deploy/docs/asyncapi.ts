import { readFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { z } from 'zod';
import { TERMINAL_PROTOCOL_VERSIONS } from '../../shared/contracts/protocol-version.ts';
import { REFUSAL_CODES, REFUSAL_WORDS } from '../../shared/contracts/refusal.ts';
import { topics } from '../../shared/contracts/subjects.ts';
import { codeClaimSchema, phoneClaimSchema } from '../../shared/contracts/terminal-claims.ts';
import {
  MAX_FRAMES,
  MAX_HEAD_BYTES,
  MAX_IMAGE_EDGE,
  MAX_PAYLOAD_BYTES,
} from '../../shared/contracts/terminal-frames.ts';
import {
  answerSchema,
  challengeIssuedSchema,
  challengeRequestSchema,
  helloSchema,
  paymentQuerySchema,
  paymentQuestionSchema,
  paymentResultSchema,
  probeSchema,
  terminalErrorSchema,
  welcomeSchema,
} from '../../shared/contracts/terminal-messages.ts';
import {
  paymentMoveSchema,
  paymentStateSchema,
  recentPaymentsSchema,
  recentRequestSchema,
  statusRequestSchema,
} from '../../shared/contracts/terminal-moves.ts';
import { EXAMPLES } from './asyncapi-examples.ts';
import { guide } from './asyncapi-guide.ts';

const EXAMPLE_CLIENT = new URL('../../test/e2e/foreign-client.sh', import.meta.url);

interface MessageFacts {
  /** Name of the component, e.g. `PaymentProbe`. */
  readonly key: string;
  readonly schema: z.ZodType;
  readonly summary: string;
  readonly contentType?: string;
}

const REQUESTS: readonly MessageFacts[] = [
  {
    key: 'TerminalHello',
    schema: helloSchema,
    summary: 'Introduces the terminal. Answered by terminal.welcome.',
  },
  {
    key: 'ChallengeRequest',
    schema: challengeRequestSchema,
    summary:
      'Asks for a one-time challenge bound to this payment and amount. Answered by challenge.issued. The payment id is a UUIDv7 that the terminal has saved before it sends this.',
  },
  {
    key: 'PaymentProbe',
    schema: probeSchema,
    contentType: 'application/vnd.wuma.probe',
    summary:
      'One look: the JSON head described here, one line feed, the blobs back to back. Answered by payment.result, or from version 2 on by payment.question.',
  },
  {
    key: 'PaymentAnswer',
    schema: answerSchema,
    summary:
      'What the shopper has typed for a payment.question. Answered by payment.result, by another payment.question, or by error question_unknown when it came too late. Since version 2.',
  },
  {
    key: 'PaymentQuery',
    schema: paymentQuerySchema,
    summary:
      'What became of a payment. Answered by payment.result, or by error payment_unknown when the hub has none of that id from this terminal.',
  },
];

/** Other ways to pay than by face, since version 3; each is answered like a probe. */
const CLAIMS: readonly (MessageFacts & { readonly operation: string })[] = [
  {
    key: 'PaymentCode',
    operation: 'payByCode',
    schema: codeClaimSchema,
    summary:
      'The one-time code that the terminal has read off the shopper’s phone, as it is: EMVCo consumer-presented mode, base64. Answered by payment.result or payment.question. Since version 3.',
  },
  {
    key: 'PaymentPhone',
    operation: 'payByPhone',
    schema: phoneClaimSchema,
    summary:
      'Phone number and PIN, as the shopper has typed them. Answered by payment.result. Since version 3.',
  },
];

const [captureSchema, refundSchema, reverseSchema, cancelSchema] = paymentMoveSchema.options;

/** What comes after the look, since version 3; each with the reply that it gets. */
const MOVES: readonly (MessageFacts & { readonly operation: string; readonly reply: string })[] = [
  {
    key: 'PaymentCapture',
    operation: 'capturePayment',
    reply: 'PaymentState',
    schema: captureSchema,
    summary: 'Takes an authorised payment as a whole. Answered by payment.state. Since version 3.',
  },
  {
    key: 'PaymentRefund',
    operation: 'refundPayment',
    reply: 'PaymentState',
    schema: refundSchema,
    summary:
      'Gives back part or all of a captured payment, by a terminal of the shop that took it. Answered by payment.state. Since version 3.',
  },
  {
    key: 'PaymentReverse',
    operation: 'reversePayment',
    reply: 'PaymentState',
    schema: reverseSchema,
    summary:
      'Undoes a captured payment as a whole before settlement. Answered by payment.state. Since version 3.',
  },
  {
    key: 'PaymentCancel',
    operation: 'cancelPayment',
    reply: 'PaymentState',
    schema: cancelSchema,
    summary:
      'Ends a payment that is not captured, also one that the hub has not heard of: a late probe is refused then. Answered by payment.state. Since version 3.',
  },
  {
    key: 'PaymentStatus',
    operation: 'askForStatus',
    reply: 'PaymentState',
    schema: statusRequestSchema,
    summary: 'How a payment of this shop stands. Answered by payment.state. Since version 3.',
  },
  {
    key: 'PaymentRecent',
    operation: 'listRecentPayments',
    reply: 'RecentPayments',
    schema: recentRequestSchema,
    summary: 'The shop’s last captured payments. Answered by payments.recent. Since version 3.',
  },
];

const REPLIES: readonly MessageFacts[] = [
  {
    key: 'TerminalWelcome',
    schema: welcomeSchema,
    summary: 'Shop, currency, limits, ways to pay, and the hub’s clock.',
  },
  {
    key: 'ChallengeIssued',
    schema: challengeIssuedSchema,
    summary: 'The challenge, good once, for the payment, amount and terminal that asked.',
  },
  {
    key: 'PaymentResult',
    schema: paymentResultSchema,
    summary: 'How the payment stands. `paid` is final and durable before it is sent.',
  },
  {
    key: 'PaymentQuestion',
    schema: paymentQuestionSchema,
    summary:
      'What was shown does not do: the shopper is to type digits. Nothing is charged before they are answered. Since version 2.',
  },
  {
    key: 'PaymentState',
    schema: paymentStateSchema,
    summary: 'How a payment stands; after a move with its receipt. Durable before it is sent.',
  },
  {
    key: 'RecentPayments',
    schema: recentPaymentsSchema,
    summary: 'Captured payments, newest first.',
  },
  {
    key: 'Error',
    schema: terminalErrorSchema,
    summary: 'The request was refused; nothing was charged by it.',
  },
];

/**
 * The terminal protocol as AsyncAPI 3.0, in YAML, from the zod contracts: what a foreign firmware needs to pay.
 * Deterministic: the same sources give the same text.
 */
export function generateAsyncApi(): string {
  const all = [...REQUESTS, ...CLAIMS, ...MOVES, ...REPLIES];
  const document = {
    asyncapi: '3.0.0',
    info: {
      title: 'Wuma terminal protocol',
      version: `${TERMINAL_PROTOCOL_VERSIONS.at(-1)}.0.0`,
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      description: guide({
        client: readFileSync(EXAMPLE_CLIENT, 'utf8'),
        maxPayloadBytes: MAX_PAYLOAD_BYTES,
        maxHeadBytes: MAX_HEAD_BYTES,
        maxFrames: MAX_FRAMES,
        maxImageEdge: MAX_IMAGE_EDGE,
      }),
    },
    defaultContentType: 'application/json',
    servers: servers(),
    channels: channels(),
    operations: operations(),
    components: {
      securitySchemes: {
        terminalCertificate: {
          type: 'X509',
          description:
            'TLS client certificate of the operator’s CA. Its common name is the terminal id; its key, EC on P-256, also signs the probes. A revoked certificate is refused at the connection.',
        },
      },
      parameters: {
        terminalId: {
          description: 'The terminal’s own id; topics of others are forbidden.',
          examples: ['wuma-t1'],
        },
      },
      messages: Object.fromEntries([...all, STATUS].map((facts) => [facts.key, messageOf(facts)])),
      schemas: Object.fromEntries(all.map((facts) => [facts.key, schemaOf(facts.schema)])),
    },
    'x-errors': Object.fromEntries(REFUSAL_CODES.map((code) => [code, REFUSAL_WORDS[code]])),
  };
  return stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
}

const STATUS = { key: 'Status', summary: 'Presence: the text `online` or `offline`.' } as const;

function servers(): object {
  return {
    hub: {
      host: '{host}:{port}',
      protocol: 'mqtts',
      protocolVersion: '3.1.1',
      description:
        'The street’s hub. Client id = terminal id; one connection per terminal, a second one ends the first. No user name, no password. Set TCP_NODELAY.',
      variables: {
        host: { default: 'localhost' },
        port: { default: '7411', description: 'The development set-up’s first hub.' },
      },
      security: [{ $ref: '#/components/securitySchemes/terminalCertificate' }],
    },
  };
}

function messagesOf(all: readonly { readonly key: string }[]): object {
  return Object.fromEntries(all.map(({ key }) => [key, { $ref: `#/components/messages/${key}` }]));
}

function channels(): object {
  const parameters = { terminalId: { $ref: '#/components/parameters/terminalId' } };
  return {
    request: {
      address: topics.request('{terminalId}'),
      description: 'Terminal to hub, QoS 1, not retained.',
      parameters,
      messages: messagesOf([...REQUESTS, ...CLAIMS, ...MOVES]),
    },
    reply: {
      address: topics.reply('{terminalId}'),
      description:
        'Hub to terminal, QoS 1, not retained. Subscribe before the first request. `replyTo` is the id of the request; null where the hub could not read it.',
      parameters,
      messages: messagesOf(REPLIES),
    },
    status: {
      address: topics.status('{terminalId}'),
      description:
        'Terminal to hub, QoS 1, retained. Optional; also the last will. Nothing depends on it.',
      parameters,
      messages: messagesOf([STATUS]),
    },
  };
}

function sent(request: MessageFacts, ...replyKeys: readonly string[]): object {
  return {
    action: 'send',
    channel: { $ref: '#/channels/request' },
    summary: request.summary,
    messages: [{ $ref: `#/channels/request/messages/${request.key}` }],
    reply: {
      channel: { $ref: '#/channels/reply' },
      messages: [
        ...replyKeys.map((key) => ({ $ref: `#/channels/reply/messages/${key}` })),
        { $ref: '#/channels/reply/messages/Error' },
      ],
    },
  };
}

function operations(): object {
  const [hello, challenge, probe, answer, query] = REQUESTS;
  if (!hello || !challenge || !probe || !answer || !query) {
    throw new Error('five requests are described');
  }
  return {
    sayHello: sent(hello, 'TerminalWelcome'),
    askForChallenge: sent(challenge, 'ChallengeIssued'),
    sendProbe: sent(probe, 'PaymentResult', 'PaymentQuestion'),
    answerQuestion: sent(answer, 'PaymentResult', 'PaymentQuestion'),
    queryPayment: sent(query, 'PaymentResult'),
    ...Object.fromEntries(
      CLAIMS.map((claim) => [claim.operation, sent(claim, 'PaymentResult', 'PaymentQuestion')]),
    ),
    ...Object.fromEntries(MOVES.map((move) => [move.operation, sent(move, move.reply)])),
    showPresence: {
      action: 'send',
      channel: { $ref: '#/channels/status' },
      summary: STATUS.summary,
      messages: [{ $ref: '#/channels/status/messages/Status' }],
    },
  };
}

function messageOf(facts: Omit<MessageFacts, 'schema'> & { readonly schema?: z.ZodType }): object {
  const { key, summary, contentType } = facts;
  const example = EXAMPLES[key];
  return {
    name: key,
    summary,
    ...(facts.schema
      ? {
          contentType: contentType ?? 'application/json',
          correlationId: { location: correlationOf(key) },
          payload: { $ref: `#/components/schemas/${key}` },
        }
      : { contentType: 'text/plain', payload: { type: 'string', enum: ['online', 'offline'] } }),
    ...(example === undefined ? {} : { examples: [{ payload: example }] }),
  };
}

/** A reply names its request; a request is named by its own id. */
function correlationOf(key: string): string {
  const isReply = REPLIES.some((reply) => reply.key === key);
  return isReply ? '$message.payload#/replyTo' : '$message.payload#/id';
}

/** What goes over the wire (`io: input`): amounts are decimal text there, whatever they become inside. */
function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', target: 'draft-7' });
  return json;
}
