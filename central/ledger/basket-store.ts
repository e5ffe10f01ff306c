import { sql } from 'drizzle-orm';
import type { HubEvent } from '../../shared/contracts/hub-events.ts';
import { bulkInsert } from '../db/bulk-insert.ts';
import type { Executor } from '../db/database.ts';
import { baskets } from '../db/schema.ts';

/** Keeps what was bought with payments that were captured or authorised; of one that tells nothing of it, nothing. */
export async function putBaskets(tx: Executor, events: readonly HubEvent[]): Promise<void> {
  const values = events.flatMap(({ source: hubId, occurredAt, data }) =>
    'items' in data && data.items !== undefined
      ? [
          {
            hubId,
            paymentId: data.paymentId,
            merchantId: data.merchantId,
            boughtAt: new Date(occurredAt),
            items: data.items,
          },
        ]
      : [],
  );
  await bulkInsert(tx, { into: baskets, values }, sql`on conflict do nothing`);
}

/**
 * What was bought together at a merchant, newest first: of payments that were captured and of which nothing was given back.
 *
 * @param of.most no more than these
 */
export async function readBaskets(
  db: Executor,
  of: { readonly merchantId: string; readonly since: Date; readonly most: number },
): Promise<(readonly string[])[]> {
  const rows = await db.execute<{ items: readonly string[] }>(sql`
    select b.items from ${baskets} b
    where b.merchant_id = ${of.merchantId} and b.bought_at >= ${of.since.toISOString()}
      and exists (select 1 from payments p where p.hub_id = b.hub_id and p.payment_id = b.payment_id)
      and not exists (select 1 from payment_moves m where m.hub_id = b.hub_id and m.payment_id = b.payment_id
                      and m.kind in ('refund', 'reverse'))
    order by b.bought_at desc, b.payment_id limit ${of.most}`);
  return rows.map(({ items }) => items);
}
