import { desc, eq, isNull, sql } from 'drizzle-orm';
import type { ExceptionFilter, FoundDifference } from '../../shared/contracts/reconciliation.ts';
import type { Executor } from '../db/database.ts';
import { reconciliationExceptions, reconciliationRuns } from '../db/schema.ts';
import { isInState } from '../exceptions/exception-queue-store.ts';

export type ExceptionRow = typeof reconciliationExceptions.$inferSelect;

/** Puts differences in the queue; one that is open already is seen once more. */
export async function recordDifferences(
  tx: Executor,
  found: {
    readonly hubId: string;
    readonly source: 'nightly' | 'command' | 'intake';
    readonly differences: readonly FoundDifference[];
    readonly at: Date;
  },
): Promise<void> {
  const { hubId, source, at } = found;
  for (const { code, subject, seq, detail, sides = [] } of found.differences) {
    await tx
      .insert(reconciliationExceptions)
      .values({ hubId, code, subject, seq, detail, sides, source, foundAt: at, lastSeenAt: at })
      .onConflictDoUpdate({
        target: [
          reconciliationExceptions.hubId,
          reconciliationExceptions.code,
          reconciliationExceptions.subject,
        ],
        targetWhere: isNull(reconciliationExceptions.resolvedAt),
        set: {
          detail,
          sides,
          lastSeenAt: at,
          timesSeen: sql`${reconciliationExceptions.timesSeen} + 1`,
        },
      });
  }
}

/** Exceptions, newest first. */
export function listExceptions(
  db: Executor,
  page: { readonly state: ExceptionFilter; readonly limit: number },
): Promise<ExceptionRow[]> {
  return db
    .select()
    .from(reconciliationExceptions)
    .where(isInState(reconciliationExceptions, page.state))
    .orderBy(desc(reconciliationExceptions.lastSeenAt), desc(reconciliationExceptions.exceptionId))
    .limit(page.limit);
}

export async function findException(
  db: Executor,
  exceptionId: number,
): Promise<ExceptionRow | undefined> {
  const [row] = await db
    .select()
    .from(reconciliationExceptions)
    .where(eq(reconciliationExceptions.exceptionId, exceptionId));
  return row;
}

export async function recordRun(
  tx: Executor,
  run: {
    readonly hubId: string;
    readonly runAt: Date;
    readonly headSeq: number;
    readonly differences: number;
  },
): Promise<void> {
  await tx.insert(reconciliationRuns).values(run);
}

/** The last run of each hub. */
export async function lastRuns(
  db: Executor,
): Promise<{ readonly hubId: string; readonly runAt: Date; readonly differences: number }[]> {
  const rows = await db
    .select({
      hubId: reconciliationRuns.hubId,
      runAt: reconciliationRuns.runAt,
      differences: reconciliationRuns.differences,
    })
    .from(reconciliationRuns)
    .orderBy(desc(reconciliationRuns.runAt))
    .limit(1_000);
  const newest = new Map(rows.toReversed().map((row) => [row.hubId, row]));
  return [...newest.values()];
}

/** Takes the city's turn for this transaction: with several centrals one reconciles at a time. */
export async function takeReconcilingTurn(tx: Executor): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${RECONCILING_LOCK})`);
}

/** Any number of ours, the same for every central. */
const RECONCILING_LOCK = 7_401_946_215;
