import { and, eq, isNotNull, isNull } from 'drizzle-orm';
import type { Executor } from '../db/database.ts';
import { resyncs } from '../db/schema.ts';

export type ResyncRow = typeof resyncs.$inferSelect;
export type ResyncReason = ResyncRow['reason'];

/** Asks that a hub's events be fetched from its ledger; one that waits already stays as it is. */
export async function askForResync(
  db: Executor,
  hubId: string,
  ask: { readonly reason: ResyncReason; readonly fromSeq: number; readonly at: Date },
): Promise<void> {
  const { reason, fromSeq, at: askedAt } = ask;
  await db
    .insert(resyncs)
    .values({ hubId, reason, askedAt, fromSeq })
    .onConflictDoUpdate({
      target: resyncs.hubId,
      set: { reason, askedAt, fromSeq, doneAt: null, toSeq: null },
      setWhere: isNotNull(resyncs.doneAt),
    });
}

/** The last one, done or not. */
export async function findResync(db: Executor, hubId: string): Promise<ResyncRow | undefined> {
  const [row] = await db.select().from(resyncs).where(eq(resyncs.hubId, hubId));
  return row;
}

export async function finishResync(
  db: Executor,
  hubId: string,
  end: { readonly toSeq: number; readonly at: Date },
): Promise<void> {
  await db
    .update(resyncs)
    .set({ toSeq: end.toSeq, doneAt: end.at })
    .where(and(eq(resyncs.hubId, hubId), isNull(resyncs.doneAt)));
}
