import { and, eq, isNotNull, isNull, type SQL } from 'drizzle-orm';
import type { ExceptionFilter } from '../../shared/contracts/reconciliation.ts';
import type { Executor } from '../db/database.ts';
import type { reconciliationExceptions } from '../db/schema.ts';
import type { settlementExceptions } from '../db/settlement-schema.ts';

/** A table in which differences wait for people: what was found stays, with a word on what was done about it. */
export type ExceptionQueue = typeof reconciliationExceptions | typeof settlementExceptions;

/** Which rows of a queue are asked for. */
export function isInState({ resolvedAt }: ExceptionQueue, state: ExceptionFilter): SQL | undefined {
  if (state === 'all') return undefined;
  return state === 'open' ? isNull(resolvedAt) : isNotNull(resolvedAt);
}

/** Closes an exception with a word on what was done. @returns false where there is no such open one */
export async function closeException(
  db: Executor,
  queue: ExceptionQueue,
  exception: { readonly exceptionId: number; readonly note: string; readonly at: Date },
): Promise<boolean> {
  const { exceptionId, note, at } = exception;
  const closed = await db
    .update(queue)
    .set({ resolvedAt: at, note })
    .where(and(eq(queue.exceptionId, exceptionId), isNull(queue.resolvedAt)))
    .returning({ exceptionId: queue.exceptionId });
  return closed.length > 0;
}
