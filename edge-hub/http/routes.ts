import { createRoute, z } from '@hono/zod-openapi';
import {
  decisionListSchema,
  directorySchema,
  enrolmentSchema,
  hubPaymentListSchema,
  hubStatusSchema,
  ledgerSummarySchema,
  pairingCodeSchema,
  pairingSchema,
  problemSchema,
  shopperListSchema,
  terminalListSchema,
  terminalSchema,
} from '../../shared/contracts/http-hub.ts';
import { nameSchema, timestampSchema, uuidSchema } from '../../shared/contracts/primitives.ts';
import { receiptCheckSchema } from '../../shared/contracts/receipt.ts';

/** The hub's HTTP API as data: handlers are bound to it in `app.ts`, `docs/openapi.json` is made of it. */

const json = <Schema extends z.ZodType>(schema: Schema, description: string) => ({
  description,
  content: { 'application/json': { schema } },
});
const body = <Schema extends z.ZodType>(schema: Schema) => ({
  required: true,
  content: { 'application/json': { schema } },
});
const problems = {
  default: {
    description: 'A problem (RFC 9457); `code` says which',
    content: { 'application/problem+json': { schema: problemSchema } },
  },
};
const operator: { [name: string]: string[] }[] = [{ operatorToken: [] }, { operatorSession: [] }];
const limitQuery = z.object({ limit: z.coerce.number().int().min(1).max(500).default(50) });

const shopShape = {
  terminalId: nameSchema,
  shopId: nameSchema,
  shopName: z.string().min(1).max(80),
  merchantId: nameSchema,
};

export const statusRoute = createRoute({
  method: 'get',
  path: '/api/status',
  summary: 'How the hub is',
  responses: { 200: json(hubStatusSchema, 'Status'), ...problems },
});

export const healthRoute = createRoute({
  method: 'get',
  path: '/healthz',
  summary: 'Whether the hub can take payments',
  responses: { 200: json(z.object({ ok: z.literal(true) }), 'It can'), ...problems },
});

export const decisionsRoute = createRoute({
  method: 'get',
  path: '/api/decisions',
  summary: 'The last decisions, newest first, without identity',
  security: operator,
  request: { query: limitQuery },
  responses: { 200: json(decisionListSchema, 'Decisions'), ...problems },
});

export const decisionStreamRoute = createRoute({
  method: 'get',
  path: '/api/decisions/stream',
  summary: 'Decisions as they are made, as server-sent events named `decision`',
  security: operator,
  responses: {
    200: {
      description: 'A stream without end',
      content: { 'text/event-stream': { schema: z.string() } },
    },
    ...problems,
  },
});

export const terminalsRoute = createRoute({
  method: 'get',
  path: '/api/terminals',
  summary: 'Registered terminals',
  security: operator,
  responses: { 200: json(terminalListSchema, 'Terminals'), ...problems },
});

export const registerTerminalRoute = createRoute({
  method: 'post',
  path: '/api/terminals',
  summary: 'Registers a terminal by its certificate or its public key',
  security: operator,
  request: {
    body: body(
      z.strictObject({
        ...shopShape,
        depth: z.boolean(),
        /** Whether its depth comes with infrared pictures: frames without them are then refused. */
        infrared: z.boolean().optional(),
        certificatePem: z.string().max(10_000).optional(),
        publicKeyPem: z.string().max(10_000).optional(),
      }),
    ),
  },
  responses: { 201: json(terminalSchema, 'Registered, now or before'), ...problems },
});

export const revokeTerminalRoute = createRoute({
  method: 'post',
  path: '/api/terminals/{terminalId}/revoke',
  summary: 'Ends a terminal for good and cuts its connection',
  security: operator,
  request: { params: z.object({ terminalId: nameSchema }) },
  responses: { 200: json(terminalSchema, 'Revoked'), ...problems },
});

export const createPairingRoute = createRoute({
  method: 'post',
  path: '/api/pairing-codes',
  summary: 'A one-time code with which a kiosk registers its key',
  security: operator,
  request: { body: body(z.strictObject(shopShape)) },
  responses: { 201: json(pairingCodeSchema, 'The code, shown once'), ...problems },
});

export const usePairingRoute = createRoute({
  method: 'post',
  path: '/api/pairings',
  summary: 'A kiosk registers its key',
  request: {
    body: body(
      z.strictObject({
        code: z.string().min(8).max(20),
        /** SubjectPublicKeyInfo, DER, base64. */
        publicKeySpki: z.base64().max(500),
      }),
    ),
  },
  responses: { 201: json(pairingSchema, 'Paired'), ...problems },
});

export const enrolRoute = createRoute({
  method: 'post',
  path: '/api/enrolments',
  summary: 'Enrols a person from 1-5 photos, with their consent',
  security: operator,
  request: {
    body: {
      required: true,
      content: {
        'multipart/form-data': {
          schema: z.object({
            photos: z
              .array(z.any().openapi({ type: 'string', format: 'binary' }))
              .min(1)
              .max(5),
            consent: z.string().openapi({
              description: 'JSON {textVersion, language: zh-CN|en, streets: [streetId]}',
            }),
            enrolmentId: z.string().openapi({ format: 'uuid' }),
            phone: z.string().optional().openapi({
              description:
                'The phone number as 8 to 15 digits: with a PIN it can be paid by. Its last four are asked for as below',
            }),
            phoneLast4: z.string().optional().openapi({
              description:
                'Last four digits of the phone number, asked for where a face alone is not sure. Without them such a payment goes another way',
            }),
            pin: z.string().optional().openapi({
              description:
                'Six digits, asked for above an amount, of look-alikes, and where digits alone are not enough',
            }),
            minor: z.enum(['yes', 'no']).optional().openapi({ description: 'A lower limit' }),
            twin: z.enum(['yes', 'no']).optional().openapi({
              description:
                'The operator has seen that this is somebody else than the person of the nearest face; both get a PIN rule',
            }),
          }),
        },
      },
    },
  },
  responses: {
    201: json(
      enrolmentSchema.extend({
        quality: z.record(z.string(), z.number()),
        replicatedTo: z.array(nameSchema),
      }),
      'Enrolled, now or before',
    ),
    ...problems,
  },
});

export const shoppersRoute = createRoute({
  method: 'get',
  path: '/api/shoppers',
  summary: 'Who is enrolled: ids, consent, model packs',
  security: operator,
  responses: { 200: json(shopperListSchema, 'People'), ...problems },
});

export const eraseRoute = createRoute({
  method: 'delete',
  path: '/api/shoppers/{shopperId}',
  summary: 'Erases a person here and asks central to have them erased everywhere',
  security: operator,
  request: { params: z.object({ shopperId: uuidSchema }) },
  responses: {
    200: json(
      z.object({ shopperId: uuidSchema, erased: z.literal(true) }),
      'Erased, now or before',
    ),
    ...problems,
  },
});

export const ledgerSummaryRoute = createRoute({
  method: 'get',
  path: '/api/ledger/summary',
  summary: 'What is booked, to compare with central',
  security: operator,
  responses: { 200: json(ledgerSummarySchema, 'Sums and the head of the chain'), ...problems },
});

export const paymentsRoute = createRoute({
  method: 'get',
  path: '/api/payments',
  summary: 'Whom the hub charged, newest first; for audits and disputes',
  security: operator,
  request: { query: limitQuery },
  responses: { 200: json(hubPaymentListSchema, 'Captured payments'), ...problems },
});

export const receiptRoute = createRoute({
  method: 'get',
  path: '/api/receipts/{reference}',
  summary: 'Whether a receipt is genuine, and what it is of; nobody is named',
  request: { params: z.object({ reference: z.string().max(80) }) },
  responses: { 200: json(receiptCheckSchema, 'The books bear it out'), ...problems },
});

export const directoryRoute = createRoute({
  method: 'get',
  path: '/api/directory',
  summary: 'Streets that a shopper may agree to',
  responses: {
    200: json(directorySchema, 'Hubs that are vouched for, this one first'),
    ...problems,
  },
});

export const auditRoute = createRoute({
  method: 'get',
  path: '/api/audit',
  summary: 'Administrative acts, newest first, hash-chained',
  security: operator,
  request: { query: limitQuery },
  responses: {
    200: json(
      z.object({
        entries: z.array(
          z.object({
            seq: z.int(),
            at: timestampSchema,
            action: z.string(),
            actor: z.string(),
            subject: z.string(),
            prevHash: z.string(),
            hash: z.string(),
          }),
        ),
      }),
      'Entries',
    ),
    ...problems,
  },
});

/** All of them, in the order of the document. */
export const HUB_ROUTES = [
  statusRoute,
  healthRoute,
  decisionsRoute,
  decisionStreamRoute,
  terminalsRoute,
  registerTerminalRoute,
  revokeTerminalRoute,
  createPairingRoute,
  usePairingRoute,
  enrolRoute,
  shoppersRoute,
  eraseRoute,
  ledgerSummaryRoute,
  paymentsRoute,
  receiptRoute,
  directoryRoute,
  auditRoute,
] as const;
