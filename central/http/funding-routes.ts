import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  type PaymentIn,
  paymentInListSchema,
  paymentInRequestSchema,
  paymentInSchema,
  paymentReturnRequestSchema,
} from '../../shared/contracts/http-funding.ts';
import { uuidSchema } from '../../shared/contracts/primitives.ts';
import type { Result } from '../../shared/kernel/result.ts';
import { principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import type { FundingFailure } from '../funding/funding-desk.ts';
import {
  findPaymentIn,
  listPaymentsIn,
  type PaymentInWithReturns,
} from '../funding/payment-in-store.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { type ProblemCode, refuse } from './problem.ts';

const params = z.object({ paymentInId: uuidSchema });
const changed = { ...jsonAnswer(paymentInSchema), ...problemAnswers(400, 404, 409, 503) };

const listRoute = createRoute({
  method: 'get',
  path: '/api/payments-in',
  summary: 'What shoppers have paid in from a funding source, newest first',
  request: {
    query: z.object({
      state: z.enum(['open', 'all']).default('open'),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: { ...jsonAnswer(paymentInListSchema), ...problemAnswers(400) },
});

const collectRoute = createRoute({
  method: 'post',
  path: '/api/payments-in',
  summary: 'Collects money for a shopper’s wallet; the answer comes before the source is asked',
  request: jsonBody(paymentInRequestSchema),
  responses: changed,
});

const findRoute = createRoute({
  method: 'get',
  path: '/api/payments-in/{paymentInId}',
  summary: 'Where a payment in stands',
  request: { params },
  responses: { ...jsonAnswer(paymentInSchema), ...problemAnswers(400, 404) },
});

const returnRoute = createRoute({
  method: 'post',
  path: '/api/payments-in/{paymentInId}/returns',
  summary: 'Gives back a part of a payment in to where it came from',
  request: { params, ...jsonBody(paymentReturnRequestSchema) },
  responses: changed,
});

const askAgainRoute = createRoute({
  method: 'post',
  path: '/api/payments-in/{paymentInId}/ask-again',
  summary: 'Takes up what was left unresolved',
  request: { params },
  responses: changed,
});

export const FUNDING_ROUTES = [listRoute, collectRoute, findRoute, returnRoute, askAgainRoute];

/** What shoppers pay in. */
export function addFundingRoutes(app: OpenAPIHono, { database, funding }: HttpContext): void {
  const { desk } = funding;
  app.openapi(listRoute, async (request) => {
    const { state, limit } = request.req.valid('query');
    const rows = await listPaymentsIn(database.db, { openOnly: state === 'open', limit });
    return request.json({ paymentsIn: rows.map(viewOf) }, 200);
  });
  app.openapi(collectRoute, async (request) => {
    const outcome = await desk.collect(request.req.valid('json'), principalOf(request));
    return request.json(viewOf(valueOf(request, outcome)), 200);
  });
  app.openapi(findRoute, async (request) => {
    const row = await findPaymentIn(database.db, request.req.valid('param').paymentInId);
    return row ? request.json(viewOf(row), 200) : refuse(request, 'not_found', 'payment in');
  });
  app.openapi(returnRoute, async (request) => {
    const { paymentInId } = request.req.valid('param');
    const asked = request.req.valid('json');
    const outcome = await desk.giveBack(paymentInId, asked, principalOf(request));
    return request.json(viewOf(valueOf(request, outcome)), 200);
  });
  app.openapi(askAgainRoute, async (request) => {
    const { paymentInId } = request.req.valid('param');
    const outcome = await desk.askAgain(paymentInId, principalOf(request));
    return request.json(viewOf(valueOf(request, outcome)), 200);
  });
}

const PROBLEM_OF: Record<FundingFailure, ProblemCode> = {
  not_found: 'not_found',
  conflict: 'conflict',
  unavailable: 'unavailable',
  above_payment: 'conflict',
  held: 'conflict',
};

function valueOf<T>(request: Context, outcome: Result<T, FundingFailure>): T {
  return outcome.ok ? outcome.value : refuse(request, PROBLEM_OF[outcome.error], outcome.error);
}

function viewOf(row: PaymentInWithReturns): PaymentIn {
  return {
    paymentInId: row.paymentInId,
    shopperId: row.shopperId,
    amountMinor: row.amountMinor.toString(),
    currency: row.currency,
    source: row.source,
    state: row.state,
    reason: row.reason,
    reference: row.reference,
    requestedAt: row.requestedAt.toISOString(),
    changedAt: row.changedAt.toISOString(),
    returns: row.returns.map((each) => ({
      returnId: each.returnId,
      amountMinor: each.amountMinor.toString(),
      state: each.state,
      reason: each.reason,
      changedAt: each.changedAt.toISOString(),
    })),
  };
}
