import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  EXCEPTION_FILTERS,
  recordedSchema,
  resolveExceptionSchema,
} from '../../shared/contracts/reconciliation.ts';
import { recordAct } from '../access/audit-store.ts';
import { principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import { closeException, type ExceptionQueue } from '../exceptions/exception-queue-store.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';

/** What is asked of a queue of exceptions. */
export const exceptionQuerySchema = z.object({
  state: z.enum(EXCEPTION_FILTERS).default('open'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

/** @param path of the queue */
export function resolveRouteOf<Path extends string>(path: Path) {
  return createRoute({
    method: 'post',
    path: `${path}/{exceptionId}/resolve` as const,
    summary: 'Closes an exception with a word on what was done',
    request: {
      params: z.object({ exceptionId: z.coerce.number().int().min(1) }),
      ...jsonBody(resolveExceptionSchema),
    },
    responses: { ...jsonAnswer(recordedSchema), ...problemAnswers(400, 404) },
  });
}

/** Closes an exception in the name of whoever asks. @returns false where there is no such open one */
export async function closeByCaller(
  request: Context,
  { database, clock }: Pick<HttpContext, 'database' | 'clock'>,
  exception: {
    readonly queue: ExceptionQueue;
    readonly exceptionId: number;
    readonly note: string;
    readonly action: Parameters<typeof recordAct>[1]['action'];
  },
): Promise<boolean> {
  const { queue, exceptionId, note, action } = exception;
  const by = principalOf(request);
  const at = new Date(clock.now());
  return database.transact(async (tx) => {
    if (!(await closeException(tx, queue, { exceptionId, note, at }))) return false;
    await recordAct(tx, { action, by, subject: String(exceptionId), at });
    return true;
  });
}
