import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  type Dispute,
  disputeDecisionSchema,
  disputeListSchema,
  disputeOpeningSchema,
  disputeReplySchema,
  disputeSchema,
  fundPaymentSchema,
  fundSchema,
} from '../../shared/contracts/http-disputes.ts';
import { currencySchema, uuidSchema } from '../../shared/contracts/primitives.ts';
import type { Result } from '../../shared/kernel/result.ts';
import { merchantScope, principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import type { DisputeFailure } from '../disputes/dispute-desk.ts';
import { type DisputeRow, fundBalance, listDisputes } from '../disputes/dispute-store.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

const ofDispute = { params: z.object({ disputeId: uuidSchema }) };
const disputeAnswers = { ...jsonAnswer(disputeSchema), ...problemAnswers(400, 404, 409) };

export const disputeListRoute = createRoute({
  method: 'get',
  path: '/api/disputes',
  summary: 'Disputed payments, newest first: one’s own merchants’, or all',
  request: {
    query: z.object({
      state: z.enum(['open', 'all']).default('open'),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: { ...jsonAnswer(disputeListSchema), ...problemAnswers(400) },
});

export const disputeOpenRoute = createRoute({
  method: 'post',
  path: '/api/disputes',
  summary: 'Opens a dispute: the risk fund compensates at once, the merchant’s share is held',
  request: jsonBody(disputeOpeningSchema),
  responses: disputeAnswers,
});

export const disputeReplyRoute = createRoute({
  method: 'post',
  path: '/api/disputes/{disputeId}/reply',
  summary: 'What the merchant says to it',
  request: { ...ofDispute, ...jsonBody(disputeReplySchema) },
  responses: disputeAnswers,
});

export const disputeDecideRoute = createRoute({
  method: 'post',
  path: '/api/disputes/{disputeId}/decide',
  summary: 'Upholds or dismisses a dispute',
  request: { ...ofDispute, ...jsonBody(disputeDecisionSchema) },
  responses: disputeAnswers,
});

export const fundRoute = createRoute({
  method: 'get',
  path: '/api/risk-fund',
  summary: 'What the risk fund holds',
  request: { query: z.object({ currency: currencySchema.default('CNY') }) },
  responses: { ...jsonAnswer(fundSchema), ...problemAnswers(400) },
});

export const fundPayInRoute = createRoute({
  method: 'post',
  path: '/api/risk-fund',
  summary: 'Money for the risk fund, booked once by its id',
  request: jsonBody(fundPaymentSchema),
  responses: { ...jsonAnswer(fundSchema), ...problemAnswers(400, 409) },
});

export const DISPUTE_ROUTES = [
  disputeListRoute,
  disputeOpenRoute,
  disputeReplyRoute,
  disputeDecideRoute,
  fundRoute,
  fundPayInRoute,
];

/** Disputes and the fund that compensates first. */
export function addDisputeRoutes(app: OpenAPIHono, { database, disputes }: HttpContext): void {
  app.openapi(disputeListRoute, async (request) => {
    const { state, limit } = request.req.valid('query');
    const scope = merchantScope(principalOf(request));
    const rows = await listDisputes(database.db, { scope, openOnly: state === 'open', limit });
    return request.json({ disputes: rows.map(disputeView) }, 200);
  });

  app.openapi(disputeOpenRoute, async (request) => {
    const opening = request.req.valid('json');
    const row = valueOf(request, await disputes.open(opening, principalOf(request)));
    return request.json(disputeView(row), 200);
  });

  app.openapi(disputeReplyRoute, async (request) => {
    const { disputeId } = request.req.valid('param');
    const { reply } = request.req.valid('json');
    const row = valueOf(request, await disputes.reply(disputeId, reply, principalOf(request)));
    return request.json(disputeView(row), 200);
  });

  app.openapi(disputeDecideRoute, async (request) => {
    const { disputeId } = request.req.valid('param');
    const decision = request.req.valid('json');
    const row = valueOf(request, await disputes.decide(disputeId, decision, principalOf(request)));
    return request.json(disputeView(row), 200);
  });

  app.openapi(fundRoute, async (request) => {
    const { currency } = request.req.valid('query');
    const balanceMinor = (await fundBalance(database.db, currency)).toString();
    return request.json({ currency, balanceMinor }, 200);
  });

  app.openapi(fundPayInRoute, async (request) => {
    const payment = request.req.valid('json');
    const balance = valueOf(request, await disputes.payIn(payment, principalOf(request)));
    return request.json({ currency: payment.currency, balanceMinor: balance.toString() }, 200);
  });
}

/** What was done, or its refusal as a problem. */
function valueOf<T>(request: Context, outcome: Result<T, DisputeFailure>): T {
  if (outcome.ok) return outcome.value;
  const code = outcome.error === 'not_found' ? 'not_found' : 'conflict';
  return refuse(request, code, outcome.error);
}

function disputeView(row: DisputeRow): Dispute {
  return {
    ...row,
    amountMinor: row.amountMinor.toString(),
    openedAt: row.openedAt.toISOString(),
    decidedAt: row.decidedAt?.toISOString() ?? null,
  };
}
