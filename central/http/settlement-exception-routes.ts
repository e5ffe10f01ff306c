import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { settlementExceptionListSchema } from '../../shared/contracts/http-settlement.ts';
import {
  EXCEPTION_FILTERS,
  recordedSchema,
  resolveExceptionSchema,
} from '../../shared/contracts/reconciliation.ts';
import { recordAct } from '../access/audit-store.ts';
import { principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import { listExceptions, resolveException } from '../settlement/settlement-store.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { refuse } from './problem.ts';

export const settlementExceptionsRoute = createRoute({
  method: 'get',
  path: '/api/settlement-exceptions',
  summary: 'Payouts that did not arrive and answers of banks that do not fit, newest first',
  request: {
    query: z.object({
      state: z.enum(EXCEPTION_FILTERS).default('open'),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
  },
  responses: { ...jsonAnswer(settlementExceptionListSchema), ...problemAnswers(400) },
});

export const settlementResolveRoute = createRoute({
  method: 'post',
  path: '/api/settlement-exceptions/{exceptionId}/resolve',
  summary: 'Closes an exception with a word on what was done',
  request: {
    params: z.object({ exceptionId: z.coerce.number().int().min(1) }),
    ...jsonBody(resolveExceptionSchema),
  },
  responses: { ...jsonAnswer(recordedSchema), ...problemAnswers(400, 404) },
});

export const SETTLEMENT_EXCEPTION_ROUTES = [settlementExceptionsRoute, settlementResolveRoute];

/** What settlement leaves for a person to look at. */
export function addSettlementExceptionRoutes(
  app: OpenAPIHono,
  { database, clock }: HttpContext,
): void {
  app.openapi(settlementExceptionsRoute, async (request) => {
    const { state, limit } = request.req.valid('query');
    const rows = await listExceptions(database.db, { state, limit });
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
    const at = new Date(clock.now());
    const by = principalOf(request);
    const closed = await database.transact(async (tx) => {
      if (!(await resolveException(tx, { exceptionId, note, at }))) return false;
      await recordAct(tx, { action: 'exception.resolve', by, subject: String(exceptionId), at });
      return true;
    });
    if (!closed) return refuse(request, 'not_found', 'open exception');
    return request.json({ recorded: 1 }, 200);
  });
}
