import { asc, eq, sql } from 'drizzle-orm';
import type { HubEvent } from '../../shared/contracts/hub-events.ts';
import type { Executor } from '../db/database.ts';
import {
  enrolments,
  erasureReceipts,
  erasures,
  erasureTargets,
  hubs,
  replicas,
  shoppers,
} from '../db/schema.ts';

type EventOf<Type extends HubEvent['type']> = Extract<HubEvent, { type: Type }>;

/** One enrolments transaction at a time, so that two never wait for each other's downlink rows. */
const ENROLMENT_LOCK = 7_401_946_212;

/** Waits for its turn among the transactions that write enrolments and downlinks. */
export async function takeEnrolmentLock(tx: Executor): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${ENROLMENT_LOCK})`);
}

/** Keeps who enrolled where, and the consent as it was given. */
export async function insertEnrolment(
  tx: Executor,
  { source, seq, occurredAt, data }: EventOf<'shopper.enrolled'>,
): Promise<void> {
  await tx
    .insert(shoppers)
    .values({ hubId: source, shopperId: data.shopperId, enrolledAt: new Date(occurredAt) })
    .onConflictDoNothing();
  await tx.insert(enrolments).values({
    hubId: source,
    eventSeq: seq,
    shopperId: data.shopperId,
    packId: data.packId,
    textVersion: data.consent.textVersion,
    language: data.consent.language,
    givenAt: new Date(data.consent.givenAt),
    streets: data.consent.streets,
  });
}

export async function upsertReplica(
  tx: Executor,
  row: typeof replicas.$inferInsert,
): Promise<void> {
  const { fromHubId, downlinkSeq, sentAt } = row;
  await tx
    .insert(replicas)
    .values(row)
    .onConflictDoUpdate({
      target: [replicas.hubId, replicas.shopperId, replicas.packId],
      set: { fromHubId, downlinkSeq, sentAt },
    });
}

export async function isErased(db: Executor, shopperId: string): Promise<boolean> {
  const rows = await db
    .select({ hubId: erasures.hubId })
    .from(erasures)
    .where(eq(erasures.shopperId, shopperId))
    .limit(1);
  return rows.length > 0;
}

/** Hubs that enrolled the person or were sent a template. */
export async function hubsHolding(db: Executor, shopperId: string): Promise<string[]> {
  const enrolled = await db
    .selectDistinct({ hubId: shoppers.hubId })
    .from(shoppers)
    .where(eq(shoppers.shopperId, shopperId));
  const sent = await db
    .selectDistinct({ hubId: replicas.hubId })
    .from(replicas)
    .where(eq(replicas.shopperId, shopperId));
  return [...new Set([...enrolled, ...sent].map((row) => row.hubId))].toSorted();
}

/** Events whose text holds something of the person. */
export function enrolmentEvents(
  db: Executor,
  shopperId: string,
): Promise<{ hubId: string; seq: number }[]> {
  return db
    .select({ hubId: enrolments.hubId, seq: enrolments.eventSeq })
    .from(enrolments)
    .where(eq(enrolments.shopperId, shopperId));
}

/**
 * Keeps that a person is to be erased, and which hubs owe a receipt.
 *
 * @returns the hubs that did not owe one before
 */
export async function insertErasure(
  tx: Executor,
  event: EventOf<'shopper.erased'>,
  targets: readonly string[],
): Promise<string[]> {
  const { shopperId, requestedAt } = event.data;
  await tx
    .insert(erasures)
    .values({ hubId: event.source, shopperId, requestedAt: new Date(requestedAt) })
    .onConflictDoNothing();
  if (targets.length === 0) return [];
  const added = await tx
    .insert(erasureTargets)
    .values(targets.map((hubId) => ({ hubId, shopperId })))
    .onConflictDoNothing()
    .returning({ hubId: erasureTargets.hubId });
  await tx.delete(replicas).where(eq(replicas.shopperId, shopperId));
  return added.map((row) => row.hubId).toSorted();
}

/** Keeps a hub's first receipt; a second one of the same person says the same. */
export async function insertReceipt(
  tx: Executor,
  { data }: EventOf<'erasure.receipt'>,
  receivedAt: Date,
): Promise<void> {
  await tx
    .insert(erasureReceipts)
    .values({
      hubId: data.hubId,
      shopperId: data.shopperId,
      erasedAt: new Date(data.erasedAt),
      templatesRemoved: data.templatesRemoved,
      signature: data.signature,
      receivedAt,
    })
    .onConflictDoNothing();
}

/** Where a person is enrolled and what became of their erasure; no face data, central has none. */
export interface ShopperRecord {
  readonly enrolments: readonly {
    readonly hubId: string;
    readonly streetId: string | null;
    readonly packId: string;
    readonly textVersion: string;
    readonly language: string;
    readonly givenAt: Date;
    readonly streets: readonly string[];
  }[];
  readonly replicas: readonly {
    readonly hubId: string;
    readonly streetId: string | null;
    readonly packId: string;
    readonly downlinkSeq: number;
  }[];
  readonly erasure:
    | { readonly requestedAt: Date; readonly receipts: readonly OwedReceipt[] }
    | undefined;
}

/** A hub that was told to erase the person; the receipt's fields are null until it says it has. */
interface OwedReceipt {
  readonly hubId: string;
  readonly erasedAt: Date | null;
  readonly templatesRemoved: number | null;
}

/** What central knows of a person, or undefined when nothing. */
export async function findShopper(
  db: Executor,
  shopperId: string,
): Promise<ShopperRecord | undefined> {
  const enrolled = await db
    .select({
      hubId: enrolments.hubId,
      streetId: hubs.streetId,
      packId: enrolments.packId,
      textVersion: enrolments.textVersion,
      language: enrolments.language,
      givenAt: enrolments.givenAt,
      streets: enrolments.streets,
    })
    .from(enrolments)
    .innerJoin(hubs, eq(hubs.hubId, enrolments.hubId))
    .where(eq(enrolments.shopperId, shopperId))
    .orderBy(asc(enrolments.hubId), asc(enrolments.eventSeq));
  const sent = await db
    .select({
      hubId: replicas.hubId,
      streetId: hubs.streetId,
      packId: replicas.packId,
      downlinkSeq: replicas.downlinkSeq,
    })
    .from(replicas)
    .innerJoin(hubs, eq(hubs.hubId, replicas.hubId))
    .where(eq(replicas.shopperId, shopperId))
    .orderBy(asc(replicas.hubId));
  const erasure = await findErasure(db, shopperId);
  if (enrolled.length === 0 && !erasure) return undefined;
  return { enrolments: enrolled, replicas: sent, erasure };
}

async function findErasure(db: Executor, shopperId: string): Promise<ShopperRecord['erasure']> {
  const [erasure] = await db
    .select({ requestedAt: erasures.requestedAt })
    .from(erasures)
    .where(eq(erasures.shopperId, shopperId))
    .orderBy(asc(erasures.requestedAt))
    .limit(1);
  if (!erasure) return undefined;
  const receipts = await db
    .select({
      hubId: erasureTargets.hubId,
      erasedAt: erasureReceipts.erasedAt,
      templatesRemoved: erasureReceipts.templatesRemoved,
    })
    .from(erasureTargets)
    .leftJoin(
      erasureReceipts,
      sql`${erasureReceipts.hubId} = ${erasureTargets.hubId} and ${erasureReceipts.shopperId} = ${erasureTargets.shopperId}`,
    )
    .where(eq(erasureTargets.shopperId, shopperId))
    .orderBy(asc(erasureTargets.hubId));
  return { requestedAt: erasure.requestedAt, receipts };
}
