import { and, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import type {
  DownlinkMessage,
  downlinkMessageSchema,
} from '../../shared/contracts/downlink-messages.ts';
import { uuidSchema } from '../../shared/contracts/primitives.ts';
import { assert, present } from '../../shared/kernel/assert.ts';
import { arrayOf, bulkInsert } from '../db/bulk-insert.ts';
import type { Executor, OpenDatabase } from '../db/database.ts';
import { downlink, downlinkHeads } from '../db/schema.ts';

type SentMessage = z.input<typeof downlinkMessageSchema>;

/** A message that has no place in a hub's sequence yet, as it is sent. */
export type UnsentMessage = SentMessage extends infer Message
  ? Message extends SentMessage
    ? Omit<Message, 'seq'>
    : never
  : never;

/** A pull's answer, before it is one. */
export interface DownlinkPage {
  /** Each a message as JSON text. */
  readonly bodies: readonly string[];
  readonly headSeq: number;
}

/**
 * Gives the message the hub's next sequence and keeps it. The head's row stays locked until the caller's
 * transaction ends, so that sequences are without gaps and commit in order.
 *
 * @returns its sequence
 */
export async function enqueue(
  tx: Executor,
  hubId: string,
  message: UnsentMessage,
): Promise<number> {
  const [head] = await tx
    .update(downlinkHeads)
    .set({ headSeq: sql`${downlinkHeads.headSeq} + 1` })
    .where(eq(downlinkHeads.hubId, hubId))
    .returning({ seq: downlinkHeads.headSeq });
  const { seq } = present(head, 'downlink head of a known hub');
  await tx.insert(downlink).values(rowOf({ hubId, seq }, message));
  return seq;
}

/** The same message for many hubs, each in its own sequence, in two statements however many they are. */
export async function enqueueAtEach(
  tx: Executor,
  hubIds: readonly string[],
  message: UnsentMessage,
): Promise<void> {
  if (hubIds.length === 0) return;
  const heads = await tx
    .update(downlinkHeads)
    .set({ headSeq: sql`${downlinkHeads.headSeq} + 1` })
    .where(sql`${downlinkHeads.hubId} = any(${arrayOf(hubIds, 'text')})`)
    .returning({ hubId: downlinkHeads.hubId, seq: downlinkHeads.headSeq });
  assert(heads.length === new Set(hubIds).size, 'downlink heads of known hubs');
  const values = heads.map((head) => rowOf(head, message));
  await bulkInsert(tx, { into: downlink, values });
}

function rowOf(
  { hubId, seq }: { readonly hubId: string; readonly seq: number },
  message: UnsentMessage,
): typeof downlink.$inferInsert {
  return {
    hubId,
    seq,
    type: message.type,
    shopperId: 'shopperId' in message.data ? message.data.shopperId : null,
    body: bodyOf(seq, message),
    createdAt: new Date(message.occurredAt),
  };
}

const writtenSchema = z.object({ id: uuidSchema });

/** The text of a message as it is sent. */
function bodyOf(seq: number, message: UnsentMessage): string {
  return JSON.stringify({ seq, ...message });
}

/** What tells of a person by themselves. */
const OF_A_PERSON: DownlinkMessage['type'][] = ['template.replica', 'shopper.phone'];

/**
 * Replaces what central holds of a person's templates and phones by the order to erase the person. Sequences stay,
 * so a hub that starts over meets the erasure where the template was.
 *
 * @returns how many were replaced
 */
export async function replaceTemplates(
  tx: Executor,
  erase: Omit<Extract<UnsentMessage, { type: 'shopper.erase' }>, 'id'>,
): Promise<number> {
  const rows = await tx
    .select({ hubId: downlink.hubId, seq: downlink.seq, body: downlink.body })
    .from(downlink)
    .where(and(eq(downlink.shopperId, erase.data.shopperId), inArray(downlink.type, OF_A_PERSON)));
  for (const { hubId, seq, body } of rows) {
    const { id } = writtenSchema.parse(JSON.parse(body));
    await tx
      .update(downlink)
      .set({ type: erase.type, body: bodyOf(seq, { ...erase, id }) })
      .where(and(eq(downlink.hubId, hubId), eq(downlink.seq, seq)));
  }
  return rows.length;
}

/** A hub that has nothing new to acknowledge is written down as heard no more often than this: it asks every few seconds. */
const HEARD_EVERY_MS = 30_000;

/**
 * What comes after `afterSeq`, as much as fits, at least one. `afterSeq` is recorded as acknowledged.
 *
 * @returns undefined for a hub that central does not know
 */
export async function pull(
  { db, transact }: Pick<OpenDatabase, 'db' | 'transact'>,
  hubId: string,
  ask: {
    readonly afterSeq: number;
    readonly limit: number;
    readonly maxBytes: number;
    readonly at: Date;
  },
): Promise<DownlinkPage | undefined> {
  const [head] = await db.select().from(downlinkHeads).where(eq(downlinkHeads.hubId, hubId));
  if (!head) return undefined;
  const { headSeq, ackedSeq, ackedAt } = head;
  const sinceHeardMs = ask.at.getTime() - (ackedAt?.getTime() ?? -Infinity);
  if (Math.min(ask.afterSeq, headSeq) > ackedSeq || sinceHeardMs >= HEARD_EVERY_MS) {
    await transact((tx) => acknowledge(tx, hubId, ask));
  }
  if (ask.afterSeq >= headSeq) return { bodies: [], headSeq };
  const rows = await db.execute<{ body: string }>(sql`
    select body from (
      select seq, body, sum(octet_length(body) + 1) over (order by seq) as bytes,
             row_number() over (order by seq) as place
      from (
        select seq, body from ${downlink}
        where hub_id = ${hubId} and seq > ${ask.afterSeq} order by seq limit ${ask.limit}
      ) as next
    ) as page
    where bytes <= ${ask.maxBytes} or place = 1
    order by seq`);
  return { bodies: rows.map((row) => row.body), headSeq };
}

async function acknowledge(
  tx: Executor,
  hubId: string,
  { afterSeq, at }: { readonly afterSeq: number; readonly at: Date },
): Promise<void> {
  const { ackedSeq, headSeq } = downlinkHeads;
  await tx
    .update(downlinkHeads)
    .set({
      ackedSeq: sql`greatest(${ackedSeq}, least(${afterSeq}::bigint, ${headSeq}))`,
      ackedAt: at,
    })
    .where(eq(downlinkHeads.hubId, hubId));
}
