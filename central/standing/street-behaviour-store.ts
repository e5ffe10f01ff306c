import { sql } from 'drizzle-orm';
import type { Executor } from '../db/database.ts';

const YEAR_DAYS = 365;

/** What a score may look at besides what was imported. */
export const STREET_FEATURES = [
  'street_months',
  'street_payments',
  'street_taken_minor',
  'street_back_share',
  'street_dispute_share',
] as const;

/**
 * How a company's payments on the street went in the year before a moment, as features of a score. Sums over its own
 * payments: nothing of who paid is in it. Amounts are minor units.
 */
export async function streetBehaviour(
  db: Executor,
  merchantId: string,
  at: Date,
): Promise<ReadonlyMap<string, number>> {
  const from = new Date(at.getTime() - YEAR_DAYS * 86_400_000).toISOString();
  const [row] = await db.execute<Record<string, string | null>>(sql`
    with taken as (
      select hub_id, payment_id, amount_minor, captured_at from payments
      where merchant_id = ${merchantId} and captured_at >= ${from} and captured_at < ${at.toISOString()})
    select count(*) as payments, sum(amount_minor) as minor,
           count(distinct date_trunc('month', captured_at)) as months,
           (select coalesce(sum(m.amount_minor), 0) from payment_moves m join taken t using (hub_id, payment_id)) as back,
           (select count(*) from disputes d where d.merchant_id = ${merchantId} and d.opened_at >= ${from}
              and d.state <> 'dismissed') as disputes
    from taken`);
  const number = (name: string): number => Number(row?.[name] ?? 0);
  const payments = number('payments');
  if (payments === 0) return new Map();
  return new Map([
    ['street_months', number('months')],
    ['street_payments', payments],
    ['street_taken_minor', number('minor')],
    ['street_back_share', number('back') / number('minor')],
    ['street_dispute_share', number('disputes') / payments],
  ]);
}
