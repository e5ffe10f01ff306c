import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { settlementExceptionListSchema } from '../../shared/contracts/http-settlement.ts';
import type { HttpContext } from '../context.ts';
import { settlementExceptions } from '../db/settlement-schema.ts';
import { listExceptions } from '../settlement/settlement-store.ts';
import { jsonAnswer, problemAnswers } from './answers.ts';
import { closeByCaller, exceptionQuerySchema, resolveRouteOf } from './exception-queue.ts';
import { refuse } from './problem.ts';

export const settlementExceptionsRoute = createRoute({
  method: 'get',
  path: '/api/settlement-exceptions',
  summary: 'Payouts that did not arrive and answers of banks that do not fit, newest first',
  request: { query: exceptionQuerySchema },
  responses: { ...jsonAnswer(settlementExceptionListSchema), ...problemAnswers(400) },
});

export const settlementResolveRoute = resolveRouteOf('/api/settlement-exceptions');

export const SETTLEMENT_EXCEPTION_ROUTES = [settlementExceptionsRoute, settlementResolveRoute];

/** What settlement leaves for a person to look at. */
export function addSettlementExceptionRoutes(app: OpenAPIHono, context: HttpContext): void {
  app.openapi(settlementExceptionsRoute, async (request) => {
    const { state, limit } = request.req.valid('query');
    const rows = await listExceptions(context.database.db, { state, limit });
    const exceptions = rows.map((row) => ({
      ...row,
      foundAt: row.foundAt.toISOString(),
      resolvedAt: row.resolvedAt?.toISOString() ?? null,
    }));
    return request.json({ exceptions }, 200);
  });

  app.openapi(settlementResolveRoute, async (request) => {
    const { exceptionId } = request.req.valid('param');
    const { note } = request.req.valid('json');
    const queue = settlementExceptions;
    const action = 'exception.resolve';
    const closed = await closeByCaller(request, context, { queue, exceptionId, note, action });
    if (!closed) return refuse(request, 'not_found', 'open exception');
    return request.json({ recorded: 1 }, 200);
  });
}
