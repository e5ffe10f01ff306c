import { asc, eq, isNotNull, sql } from 'drizzle-orm';
import type { HubAnnouncement } from '../../shared/contracts/hub-events.ts';
import type { Executor } from '../db/database.ts';
import { downlinkHeads, hubs, intakeWatermarks } from '../db/schema.ts';

/** A hub as central knows it; the street is null until it has announced itself. */
export interface KnownHub {
  readonly hubId: string;
  readonly streetId: string | null;
  readonly streetName: string | null;
  /** Place of the last event in the inbox. */
  readonly watermarkSeq: number;
  /** The hub's own sequence of it: fewer, where the hub was restored from a backup. */
  readonly hubSeq: number;
  readonly watermarkHash: string;
  readonly headSeq: number;
  readonly ackedSeq: number;
  readonly ackedAt: Date | null;
}

/** All hubs with their two sequences, by id. */
export function listHubs(db: Executor): Promise<KnownHub[]> {
  return db
    .select({
      hubId: hubs.hubId,
      streetId: hubs.streetId,
      streetName: hubs.streetName,
      watermarkSeq: intakeWatermarks.chainSeq,
      hubSeq: sql<number>`${intakeWatermarks.chainSeq} - ${intakeWatermarks.carried}`.mapWith(
        Number,
      ),
      watermarkHash: intakeWatermarks.chainHash,
      headSeq: downlinkHeads.headSeq,
      ackedSeq: downlinkHeads.ackedSeq,
      ackedAt: downlinkHeads.ackedAt,
    })
    .from(hubs)
    .innerJoin(intakeWatermarks, eq(intakeWatermarks.hubId, hubs.hubId))
    .innerJoin(downlinkHeads, eq(downlinkHeads.hubId, hubs.hubId))
    .orderBy(asc(hubs.hubId));
}

/** Every hub's id, announced or not. */
export async function listHubIds(db: Executor): Promise<string[]> {
  const rows = await db.select({ hubId: hubs.hubId }).from(hubs).orderBy(asc(hubs.hubId));
  return rows.map((row) => row.hubId);
}

/** Whether central knows a hub of this id. */
export async function isHub(db: Executor, hubId: string): Promise<boolean> {
  const rows = await db.select({ hubId: hubs.hubId }).from(hubs).where(eq(hubs.hubId, hubId));
  return rows.length > 0;
}

/** What the announced hubs said of themselves, by id. */
export async function listAnnouncements(db: Executor): Promise<HubAnnouncement[]> {
  const rows = await db
    .select()
    .from(hubs)
    .where(isNotNull(hubs.announcedAt))
    .orderBy(asc(hubs.hubId));
  return rows.flatMap(({ hubId, streetId, streetName, sealingKey, certificatePem, signature }) =>
    streetId !== null &&
    streetName !== null &&
    sealingKey !== null &&
    certificatePem !== null &&
    signature !== null
      ? [{ hubId, streetId, streetName, sealingKey, certificatePem, signature }]
      : [],
  );
}

export async function writeAnnouncement(
  tx: Executor,
  announcement: HubAnnouncement,
  announcedAt: Date,
): Promise<void> {
  await tx
    .update(hubs)
    .set({ ...announcement, announcedAt })
    .where(eq(hubs.hubId, announcement.hubId));
}
