import { sql } from 'drizzle-orm';
import type { StatementLine } from '../../shared/contracts/http-statements.ts';
import type { Currency } from '../../shared/domain/money.ts';
import type { Executor } from '../db/database.ts';

/** Everything that a merchant's payouts of a period have settled, in the order of payouts. */
export async function statementLines(
  db: Executor,
  of: {
    readonly merchantId: string;
    readonly from: Date;
    readonly before: Date;
    readonly currency: Currency;
    readonly limit: number;
  },
): Promise<StatementLine[]> {
  const { merchantId, currency, limit } = of;
  const rows = await db.execute<Record<string, string | null>>(sql`
    with paid as (
      select o.payout_id, r.started_at from payouts o join settlement_runs r on r.run_id = o.run_id
      where o.merchant_id = ${merchantId} and o.currency = ${currency}
        and r.started_at >= ${of.from.toISOString()} and r.started_at < ${of.before.toISOString()})
    select * from (
      select paid.payout_id, paid.started_at, i.kind, i.moved_at, p.shop_id, coalesce(m.reference, p.reference) as reference,
             i.amount_minor, i.fee_minor
      from paid join settlement_items i on i.payout_id = paid.payout_id
      join payments p on p.hub_id = i.hub_id and p.payment_id = i.payment_id
      left join inbox e on i.kind <> 'capture' and e.hub_id = i.hub_id and e.event_id = i.entry_id
      left join payment_moves m on m.hub_id = e.hub_id and m.event_seq = e.seq
      union all
      select paid.payout_id, paid.started_at, c.kind, c.booked_at, null, c.subject_id::text, a.amount_minor, 0
      from paid join settlement_adjustments a on a.payout_id = paid.payout_id
      join city_entries c on c.entry_id = a.entry_id
    ) as lines order by payout_id, moved_at, reference, kind limit ${limit}`);
  return rows.map((row) => {
    const text = (name: string): string => row[name] ?? '';
    return {
      payoutId: text('payout_id'),
      paidOutAt: new Date(text('started_at')).toISOString(),
      kind: text('kind'),
      movedAt: new Date(text('moved_at')).toISOString(),
      shopId: row['shop_id'] ?? null,
      reference: text('reference'),
      amountMinor: text('amount_minor'),
      feeMinor: text('fee_minor'),
    };
  });
}
