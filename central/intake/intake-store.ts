import { and, eq, inArray, sql } from 'drizzle-orm';
import { arrayOf, bulkInsertWithTexts } from '../db/bulk-insert.ts';
import type { Executor } from '../db/database.ts';
import { downlinkHeads, hubs, inbox, intakeWatermarks, quarantinedEvents } from '../db/schema.ts';
import type { ChainedEvent, ChainPosition, QuarantineReason } from './hub-chain.ts';

/** Where central is in a hub's stream and in its chain. */
export interface StreamPosition {
  /** Creation time of the stream that `streamSeq` belongs to; null before the first read. */
  readonly streamCreated: string | null;
  /** The last sequence read; the next delivery is the one after it. */
  readonly streamSeq: number;
  /** Of the hub's lives, the one that is in force. */
  readonly epoch: number;
  readonly chain: ChainPosition;
}

export interface QuarantineRow {
  readonly streamSeq: number;
  readonly seq: number | null;
  readonly type: string | null;
  readonly version: number | null;
  readonly reason: QuarantineReason;
  /** Null when the inbox has it. */
  readonly raw: string | null;
}

/** Longest text of a message that is no event which is kept for looking at. */
const MAX_QUARANTINED_CHARACTERS = 65_536;

/** Makes hubs known, before they have said anything. */
export async function addHubs(db: Executor, hubIds: readonly string[]): Promise<void> {
  if (hubIds.length === 0) return;
  const rows = hubIds.map((hubId) => ({ hubId }));
  await db.insert(hubs).values(rows).onConflictDoNothing();
  await db
    .insert(intakeWatermarks)
    .values(rows.map((row) => ({ ...row, streamSeq: 0, chainSeq: 0, chainHash: '0'.repeat(64) })))
    .onConflictDoNothing();
  await db
    .insert(downlinkHeads)
    .values(rows.map((row) => ({ ...row, headSeq: 0, ackedSeq: 0 })))
    .onConflictDoNothing();
}

/** Where a hub's intake stands, or undefined for a hub that central does not know. */
export async function readPosition(
  db: Executor,
  hubId: string,
): Promise<StreamPosition | undefined> {
  const [row] = await db.select().from(intakeWatermarks).where(eq(intakeWatermarks.hubId, hubId));
  return row && positionOf(row);
}

/** The same with the hub's fence, held against every other central until the transaction ends. */
export async function lockPosition(
  tx: Executor,
  hubId: string,
): Promise<{ readonly position: StreamPosition; readonly fence: number } | undefined> {
  const [row] = await tx
    .select()
    .from(intakeWatermarks)
    .where(eq(intakeWatermarks.hubId, hubId))
    .for('update');
  return row && { position: positionOf(row), fence: row.fence };
}

function positionOf(row: typeof intakeWatermarks.$inferSelect): StreamPosition {
  return {
    streamCreated: row.streamCreated,
    streamSeq: row.streamSeq,
    epoch: row.epoch,
    chain: { seq: row.chainSeq, hash: row.chainHash, carried: row.carried },
  };
}

export async function writePosition(
  tx: Executor,
  hubId: string,
  to: StreamPosition & { readonly at: Date },
): Promise<void> {
  await tx
    .update(intakeWatermarks)
    .set({
      streamCreated: to.streamCreated,
      streamSeq: to.streamSeq,
      chainSeq: to.chain.seq,
      chainHash: to.chain.hash,
      epoch: to.epoch,
      carried: to.chain.carried,
      updatedAt: to.at,
    })
    .where(eq(intakeWatermarks.hubId, hubId));
}

/** Hashes of these events by id, of those that are in the inbox. */
export async function findInboxHashes(
  tx: Executor,
  hubId: string,
  eventIds: readonly string[],
): Promise<Map<string, string>> {
  if (eventIds.length === 0) return new Map();
  const rows = await tx
    .select({ eventId: inbox.eventId, hash: inbox.hash })
    .from(inbox)
    .where(and(eq(inbox.hubId, hubId), sql`${inbox.eventId} = any(${arrayOf(eventIds, 'uuid')})`));
  return new Map(rows.map(({ eventId, hash }) => [eventId, hash]));
}

/** Whether an event is in the inbox. */
export async function hasEvent(tx: Executor, hubId: string, eventId: string): Promise<boolean> {
  return (await findInboxHashes(tx, hubId, [eventId])).size > 0;
}

/** Hashes of events by their places, of those that are in the inbox. */
export async function findHashesAt(
  tx: Executor,
  hubId: string,
  places: readonly number[],
): Promise<Map<number, string>> {
  if (places.length === 0) return new Map();
  const rows = await tx
    .select({ seq: inbox.seq, hash: inbox.hash })
    .from(inbox)
    .where(and(eq(inbox.hubId, hubId), inArray(inbox.seq, [...places])));
  return new Map(rows.map(({ seq, hash }) => [seq, hash]));
}

export async function insertInbox(
  tx: Executor,
  hubId: string,
  batch: { readonly events: readonly ChainedEvent[]; readonly at: Date },
): Promise<void> {
  const { events, at } = batch;
  const values = events.map(({ seq, read: { head, delivery } }) => ({
    hubId,
    seq,
    eventId: head.id,
    type: head.type,
    version: head.version,
    occurredAt: new Date(head.occurredAt),
    prevHash: head.prevHash,
    hash: head.hash,
    streamSeq: delivery.streamSeq,
    receivedAt: at,
  }));
  const of = events.map(({ read }) => read.delivery.text);
  await bulkInsertWithTexts(tx, { into: inbox, values }, { column: inbox.raw, of });
}

/** Empties the text of events that hold something of an erased person; their hashes stay. */
export async function emptyInboxEvents(
  tx: Executor,
  events: readonly { readonly hubId: string; readonly seq: number }[],
): Promise<void> {
  for (const event of events) {
    await tx
      .update(inbox)
      .set({ raw: null })
      .where(and(eq(inbox.hubId, event.hubId), eq(inbox.seq, event.seq)));
  }
}

export async function insertQuarantined(
  tx: Executor,
  hubId: string,
  batch: { readonly rows: readonly QuarantineRow[]; readonly at: Date },
): Promise<void> {
  if (batch.rows.length === 0) return;
  await tx.insert(quarantinedEvents).values(
    batch.rows.map((row) => ({
      ...row,
      hubId,
      receivedAt: batch.at,
      // PostgreSQL has no NUL in text, and junk may hold one
      raw: row.raw?.slice(0, MAX_QUARANTINED_CHARACTERS).replaceAll('\0', '\uFFFD') ?? null,
    })),
  );
}
