import { sql } from 'drizzle-orm';
import type { Currency } from '../../shared/domain/money.ts';
import type { Executor } from '../db/database.ts';

/** What a company took, less what it gave back, in two stretches of time of the same length. Minor units. */
export interface Takings {
  readonly merchantId: string;
  readonly before: number;
  readonly after: number;
}

/** Takings of these companies in as long before a moment as there is from it until another. */
export async function readTakings(
  tx: Executor,
  of: {
    readonly merchantIds: readonly string[];
    readonly currency: Currency;
    readonly from: Date;
    readonly at: Date;
    readonly until: Date;
  },
): Promise<Takings[]> {
  const [from, at, until] = [of.from, of.at, of.until].map((each) => each.toISOString());
  const rows = await tx.execute<{ merchant_id: string; before: number; after: number }>(sql`
    select c.merchant_id,
           coalesce(sum(kept) filter (where not is_after), 0)::float8 as before,
           coalesce(sum(kept) filter (where is_after), 0)::float8 as after
    from json_array_elements_text(${JSON.stringify(of.merchantIds)}::json) as c(merchant_id)
    left join lateral (
      select p.captured_at >= ${at} as is_after, p.amount_minor - (
               select coalesce(sum(m.amount_minor), 0) from payment_moves m
               where m.hub_id = p.hub_id and m.payment_id = p.payment_id and m.kind in ('refund', 'reverse')) as kept
      from payments p
      where p.merchant_id = c.merchant_id and p.currency = ${of.currency} and p.captured_at >= ${from} and p.captured_at < ${until}
    ) as paid on true
    group by c.merchant_id order by c.merchant_id`);
  return rows.map((row) => ({
    merchantId: row.merchant_id,
    before: row.before,
    after: row.after,
  }));
}
