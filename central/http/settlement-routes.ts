import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  bankExchangeSchema,
  dueSchema,
  payoutListSchema,
  settlementRequestSchema,
  settlementRunDetailSchema,
  settlementRunListSchema,
} from '../../shared/contracts/http-settlement.ts';
import { currencySchema, nameSchema, uuidSchema } from '../../shared/contracts/primitives.ts';
import { principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import { dueOf } from '../settlement/merchant-due.ts';
import { findFile, findRun, listPayouts, listRuns } from '../settlement/settlement-store.ts';
import { payoutView, runViews } from '../settlement/settlement-view.ts';
import type { Settling } from '../settlement/settling.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

/** Payouts of one run that are listed: a page shows no more, files and statements have them all. */
const MAX_PAYOUTS = 1_000;

export const settlementListRoute = createRoute({
  method: 'get',
  path: '/api/settlements',
  summary: 'Settlement runs, newest first',
  request: { query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }) },
  responses: { ...jsonAnswer(settlementRunListSchema), ...problemAnswers(400) },
});

export const settlementRunRoute = createRoute({
  method: 'post',
  path: '/api/settlements',
  summary: 'Pays merchants what they are owed; a day is settled once, and the same run is the same',
  request: jsonBody(settlementRequestSchema),
  responses: { ...jsonAnswer(settlementRunDetailSchema), ...problemAnswers(400, 409, 503) },
});

export const settlementRoute = createRoute({
  method: 'get',
  path: '/api/settlements/{runId}',
  summary: 'A settlement run with its payouts',
  request: { params: z.object({ runId: uuidSchema }) },
  responses: { ...jsonAnswer(settlementRunDetailSchema), ...problemAnswers(400, 404) },
});

export const settlementFileRoute = createRoute({
  method: 'get',
  path: '/api/settlement-files/{messageId}',
  summary: 'A file as the bank was sent it: ISO 20022 pain.001.001.12',
  request: { params: z.object({ messageId: z.string().regex(/^[0-9a-f]{32}$/) }) },
  responses: {
    200: { description: 'The file', content: { 'application/xml': { schema: z.string() } } },
    ...problemAnswers(400, 404),
  },
});

export const bankExchangeRoute = createRoute({
  method: 'post',
  path: '/api/bank/exchange',
  summary: 'Sends what waits for the bank and reads what it has answered, now',
  responses: { ...jsonAnswer(bankExchangeSchema), ...problemAnswers(503) },
});

export const merchantPayoutsRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/payouts',
  summary: 'What a merchant was paid, newest first',
  request: {
    params: z.object({ merchantId: nameSchema }),
    query: z.object({ limit: z.coerce.number().int().min(1).max(500).default(100) }),
  },
  responses: { ...jsonAnswer(payoutListSchema), ...problemAnswers(400) },
});

export const merchantDueRoute = createRoute({
  method: 'get',
  path: '/api/merchants/{merchantId}/due',
  summary: 'What a merchant is owed by now and no payout has settled',
  request: {
    params: z.object({ merchantId: nameSchema }),
    query: z.object({ currency: currencySchema.default('CNY') }),
  },
  responses: { ...jsonAnswer(dueSchema), ...problemAnswers(400) },
});

export const SETTLEMENT_ROUTES = [
  merchantDueRoute,
  settlementListRoute,
  settlementRunRoute,
  settlementRoute,
  settlementFileRoute,
  bankExchangeRoute,
  merchantPayoutsRoute,
];

/** Settlement: runs, their payouts and files, and the exchange with the bank. */
export function addSettlementRoutes(app: OpenAPIHono, context: HttpContext): void {
  const { database } = context;
  const settling = (request: Context): Settling =>
    context.settling ?? refuse(request, 'unavailable', 'no bank is set');

  const detail = async (request: Context, runId: string) => {
    const run = await findRun(database.db, runId);
    if (!run) return refuse(request, 'not_found', 'run');
    const [view] = await runViews(database.db, [run]);
    if (!view) return refuse(request, 'not_found', 'run');
    const payouts = await listPayouts(database.db, { runId }, MAX_PAYOUTS);
    return { ...view, payoutList: payouts.map(payoutView) };
  };

  app.openapi(settlementListRoute, async (request) => {
    const runs = await listRuns(database.db, request.req.valid('query').limit);
    return request.json({ runs: await runViews(database.db, runs) }, 200);
  });

  app.openapi(settlementRunRoute, async (request) => {
    const { settlement } = settling(request);
    const done = await settlement.run(request.req.valid('json'), principalOf(request));
    if (!done.ok) return refuse(request, 'conflict', done.error);
    return request.json(await detail(request, done.value), 200);
  });

  app.openapi(settlementRoute, async (request) =>
    request.json(await detail(request, request.req.valid('param').runId), 200),
  );

  app.openapi(settlementFileRoute, async (request) => {
    const file = await findFile(database.db, request.req.valid('param').messageId);
    if (!file) return refuse(request, 'not_found', 'file');
    return request.body(file.content, 200, { 'content-type': 'application/xml' });
  });

  app.openapi(bankExchangeRoute, async (request) =>
    request.json(await settling(request).desk.exchange(), 200),
  );

  app.openapi(merchantPayoutsRoute, async (request) => {
    const { merchantId } = request.req.valid('param');
    const { limit } = request.req.valid('query');
    const payouts = await listPayouts(database.db, { merchantId }, limit);
    return request.json({ payouts: payouts.map(payoutView) }, 200);
  });

  app.openapi(merchantDueRoute, async (request) => {
    const asked = { ...request.req.valid('param'), ...request.req.valid('query') };
    const capturedBefore = new Date(context.clock.now());
    const due = await database.transact((tx) => dueOf(tx, { ...asked, capturedBefore }));
    return request.json(due, 200);
  });
}
