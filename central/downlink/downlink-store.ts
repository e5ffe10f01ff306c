import { and, eq, inArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import type {
  DownlinkMessage,
  downlinkMessageSchema,
} from '../../shared/contracts/downlink-messages.ts';
import { uuidSchema } from '../../shared/contracts/primitives.ts';
import { present } from '../../shared/kernel/assert.ts';
import type { Executor } from '../db/database.ts';
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
  await tx.insert(downlink).values({
    hubId,
    seq,
    type: message.type,
    shopperId: 'shopperId' in message.data ? message.data.shopperId : null,
    body: bodyOf(seq, message),
    createdAt: new Date(message.occurredAt),
  });
  return seq;
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

/**
 * What comes after `afterSeq`, as much as fits, at least one. `afterSeq` is recorded as acknowledged.
 *
 * @returns undefined for a hub that central does not know
 */
export async function pull(
  db: Executor,
  hubId: string,
  ask: {
    readonly afterSeq: number;
    readonly limit: number;
    readonly maxBytes: number;
    readonly at: Date;
  },
): Promise<DownlinkPage | undefined> {
  const [head] = await db
    .update(downlinkHeads)
    .set({
      ackedSeq: sql`greatest(${downlinkHeads.ackedSeq}, least(${ask.afterSeq}, ${downlinkHeads.headSeq}))`,
      ackedAt: ask.at,
    })
    .where(eq(downlinkHeads.hubId, hubId))
    .returning({ headSeq: downlinkHeads.headSeq });
  if (!head) return undefined;
  if (ask.afterSeq >= head.headSeq) return { bodies: [], headSeq: head.headSeq };
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
  return { bodies: rows.map((row) => row.body), headSeq: head.headSeq };
}
