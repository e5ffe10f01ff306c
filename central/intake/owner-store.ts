import { and, eq, sql } from 'drizzle-orm';
import { applicationName, type Executor } from '../db/database.ts';
import { intakeWatermarks } from '../db/schema.ts';

/** A hub that this process reads. */
export interface Claim {
  readonly fence: number;
  readonly resyncDue: boolean;
}

/** A central process that wants to read a hub. */
export interface Claimant {
  readonly ownerId: string;
  readonly leaseMs: number;
}

/**
 * Takes a hub, or keeps it: the owner is who holds a lease that has not run out and is still connected to PostgreSQL.
 * Whoever takes a hub over raises its fence.
 *
 * @returns the fence and whether a resync is due, or undefined while another central owns the hub
 */
export async function claimHub(
  db: Executor,
  hubId: string,
  { ownerId, leaseMs }: Claimant,
): Promise<Claim | undefined> {
  const [row] = await db.execute<{ fence: string; resync_due: boolean }>(sql`
    update intake_watermarks set
      fence = fence + (owner_id is distinct from ${ownerId}::uuid)::int,
      owner_id = ${ownerId}::uuid,
      owned_until = clock_timestamp() + make_interval(secs => ${leaseMs / 1_000})
    where hub_id = ${hubId} and (
      owner_id is null or owner_id = ${ownerId}::uuid or owned_until < clock_timestamp()
      or not exists (select 1 from pg_stat_activity where application_name = ${applicationName('')} || owner_id))
    returning fence,
      exists (select 1 from resyncs r where r.hub_id = ${hubId} and r.done_at is null) as resync_due`);
  return row && { fence: Number(row.fence), resyncDue: row.resync_due };
}

/** Lets another central have the hub at once. */
export async function releaseHub(db: Executor, hubId: string, ownerId: string): Promise<void> {
  await db
    .update(intakeWatermarks)
    .set({ ownerId: null, ownedUntil: null })
    .where(and(eq(intakeWatermarks.hubId, hubId), eq(intakeWatermarks.ownerId, ownerId)));
}
