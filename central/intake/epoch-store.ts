import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Executor } from '../db/database.ts';
import { allowances, hubEpochs, supersededEvents } from '../db/schema.ts';
import { Epochs } from './epochs.ts';
import type { OpenedEpoch, ReadEvent } from './hub-chain.ts';

/** A hub's lives. */
export async function readEpochs(db: Executor, hubId: string): Promise<Epochs> {
  const later = await db
    .select({
      epoch: hubEpochs.epoch,
      fromSeq: hubEpochs.fromSeq,
      afterSeq: hubEpochs.afterSeq,
      carried: hubEpochs.carried,
    })
    .from(hubEpochs)
    .where(eq(hubEpochs.hubId, hubId))
    .orderBy(asc(hubEpochs.epoch));
  return new Epochs(later);
}

/** Lives begin; what the hub was granted before is closed. The caller holds the hub's watermark. */
export async function insertEpochs(
  tx: Executor,
  hubId: string,
  begun: { readonly epochs: readonly OpenedEpoch[]; readonly last: number; readonly at: Date },
): Promise<void> {
  const { epochs, last, at: openedAt } = begun;
  if (epochs.length === 0) return;
  await tx
    .insert(hubEpochs)
    .values(epochs.map((each, index) => ({ ...each, hubId, epoch: last + index + 1, openedAt })));
  await tx
    .update(allowances)
    .set({ closedMinor: sql`${allowances.grantedMinor}` })
    .where(eq(allowances.hubId, hubId));
}

/** Hashes by id, of these events, of those that were put aside because another life had begun. */
export async function findSupersededHashes(
  tx: Executor,
  hubId: string,
  eventIds: readonly string[],
): Promise<Map<string, string>> {
  if (eventIds.length === 0) return new Map();
  const rows = await tx
    .select({ eventId: supersededEvents.eventId, hash: supersededEvents.hash })
    .from(supersededEvents)
    .where(
      and(eq(supersededEvents.hubId, hubId), inArray(supersededEvents.eventId, [...eventIds])),
    );
  return new Map(rows.map(({ eventId, hash }) => [eventId, hash]));
}

/** Which of these are hashes of events that were put aside. */
export async function findSuperseded(
  tx: Executor,
  hubId: string,
  hashes: readonly string[],
): Promise<string[]> {
  if (hashes.length === 0) return [];
  const rows = await tx
    .select({ hash: supersededEvents.hash })
    .from(supersededEvents)
    .where(and(eq(supersededEvents.hubId, hubId), inArray(supersededEvents.hash, [...hashes])));
  return rows.map(({ hash }) => hash);
}

/** Keeps what a life that is over has told since. Of an enrolment its hash only: nobody could erase it here. */
export async function insertSuperseded(
  tx: Executor,
  hubId: string,
  told: { readonly events: readonly ReadEvent[]; readonly at: Date },
): Promise<void> {
  if (told.events.length === 0) return;
  await tx.insert(supersededEvents).values(
    told.events.map(({ head, delivery }) => ({
      hubId,
      eventId: head.id,
      hubSeq: head.seq,
      type: head.type,
      hash: head.hash,
      receivedAt: told.at,
      raw: head.type === 'shopper.enrolled' ? null : delivery.text,
    })),
  );
}
