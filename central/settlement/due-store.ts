import { sql } from 'drizzle-orm';
import type { Currency } from '../../shared/domain/money.ts';
import type { Executor } from '../db/database.ts';

/** What a merchant is owed. Minor units; `amountMinor` is the sum of the others, below zero where it owes. */
export interface DuePayout {
  readonly merchantId: string;
  readonly companyName: string;
  readonly accountId: string;
  readonly holder: string;
  readonly accountNumber: string;
  readonly bankCode: string;
  readonly capturedMinor: bigint;
  readonly refundedMinor: bigint;
  readonly feeMinor: bigint;
  readonly adjustedMinor: bigint;
  readonly amountMinor: bigint;
}

/** Any number of ours, the same for every central: one settles at a time. */
const SETTLEMENT_LOCK = 7_401_946_219;

/** Takes the city's turn to settle for this transaction. */
export async function takeSettlementTurn(tx: Executor): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${SETTLEMENT_LOCK})`);
}

/**
 * Gathers what may be paid out, for this transaction: captures of before a moment, all refunds and reversals of those and
 * of earlier ones, and what the city itself booked to merchants. Only merchants that are approved and whose account in force
 * no bank has refused.
 *
 * Fees: half a minor unit is rounded up on a capture and given back rounded down on a refund, so that refunds never give
 * back more fee than was taken; a reversal gives back the whole.
 *
 * @param request.merchantId undefined: all
 */
export async function gatherDue(
  tx: Executor,
  request: {
    readonly currency: Currency;
    readonly capturedBefore: Date;
    readonly merchantId: string | undefined;
  },
): Promise<void> {
  const { currency, merchantId = null } = request;
  const before = request.capturedBefore.toISOString();
  await tx.execute(sql`
    create temporary table payees on commit drop as
    select m.merchant_id, m.company_name, a.account_id, a.holder, a.number, a.bank_code
    from merchants m
    join lateral (select * from merchant_accounts where merchant_id = m.merchant_id and approved
                  order by version desc limit 1) a on a.refused_at is null
    where m.state = 'approved' and (${merchantId}::text is null or m.merchant_id = ${merchantId})`);
  await tx.execute(sql`
    create temporary table due_entries on commit drop as
    select hub_id, entry_id, kind, payment_id, merchant_id, moved_at, basis_points,
           case kind when 'capture' then captured_minor else -moved_minor end as amount_minor,
           case kind when 'capture' then (captured_minor * basis_points + 5000) / 10000
                     when 'refund' then -(moved_minor * basis_points / 10000)
                     else -coalesce(settled_fee, (captured_minor * basis_points + 5000) / 10000) end as fee_minor
    from (
      select u.hub_id, u.entry_id, e.kind, e.payment_id, p.merchant_id, p.amount_minor as captured_minor,
             m.amount_minor as moved_minor, coalesce(m.moved_at, p.captured_at) as moved_at,
             s.fee_minor as settled_fee, coalesce(s.basis_points, f.basis_points, 0) as basis_points
      from unsettled_entries u
      join journal_entries e on e.hub_id = u.hub_id and e.entry_id = u.entry_id
      join payments p on p.hub_id = e.hub_id and p.payment_id = e.payment_id
      join payees y on y.merchant_id = p.merchant_id
      left join inbox i on e.kind <> 'capture' and i.hub_id = u.hub_id and i.event_id = u.entry_id
      left join payment_moves m on m.hub_id = i.hub_id and m.event_seq = i.seq
      left join settlement_items s on e.kind <> 'capture' and s.hub_id = e.hub_id and s.payment_id = e.payment_id
        and s.kind = 'capture'
      left join lateral (
        select basis_points from merchant_fees
        where merchant_id = p.merchant_id and from_date <= (p.captured_at at time zone 'Asia/Shanghai')::date
        order by from_date desc limit 1) f on true
      where p.currency = ${currency} and p.captured_at < ${before}
    ) as unsettled`);
  await tx.execute(sql`
    create temporary table due_adjustments on commit drop as
    select c.entry_id, c.merchant_id, c.payable_minor as amount_minor
    from city_entries c join payees y on y.merchant_id = c.merchant_id
    where c.currency = ${currency} and c.payable_minor is not null
      and not exists (select 1 from settlement_adjustments a where a.entry_id = c.entry_id)
      -- a discount is settled with its payment
      and not exists (select 1 from discounts d join payments p on p.hub_id = d.hub_id and p.payment_id = d.payment_id
                      where d.entry_id = c.entry_id and p.captured_at >= ${before})`);
}

/** What was gathered, by merchant. */
export async function sumDue(tx: Executor): Promise<DuePayout[]> {
  const rows = await tx.execute<Record<string, string>>(sql`
    select * from (
      select y.*, coalesce(captured, 0) as captured, coalesce(refunded, 0) as refunded, coalesce(fee, 0) as fee,
             coalesce(adjusted, 0) as adjusted,
             coalesce(captured, 0) - coalesce(refunded, 0) - coalesce(fee, 0) + coalesce(adjusted, 0) as amount
      from payees y
      left join (select merchant_id, sum(amount_minor) filter (where kind = 'capture') as captured,
                        -sum(amount_minor) filter (where kind <> 'capture') as refunded, sum(fee_minor) as fee
                 from due_entries group by merchant_id) e on e.merchant_id = y.merchant_id
      left join (select merchant_id, sum(amount_minor) as adjusted from due_adjustments group by merchant_id) a
        on a.merchant_id = y.merchant_id
    ) as due order by merchant_id`);
  return rows.map((row) => {
    const minor = (name: string): bigint => BigInt(row[name] ?? 0);
    const text = (name: string): string => row[name] ?? '';
    return {
      merchantId: text('merchant_id'),
      companyName: text('company_name'),
      accountId: text('account_id'),
      holder: text('holder'),
      accountNumber: text('number'),
      bankCode: text('bank_code'),
      capturedMinor: minor('captured'),
      refundedMinor: minor('refunded'),
      feeMinor: minor('fee'),
      adjustedMinor: minor('adjusted'),
      amountMinor: minor('amount'),
    };
  });
}

/** Marks what was gathered as settled by the run's payouts, each entry once. */
export async function settleDue(tx: Executor, runId: string): Promise<void> {
  await tx.execute(sql`
    insert into settlement_items (hub_id, entry_id, payout_id, kind, payment_id, amount_minor, basis_points, fee_minor, moved_at)
    select d.hub_id, d.entry_id, o.payout_id, d.kind, d.payment_id, d.amount_minor, d.basis_points, d.fee_minor, d.moved_at
    from due_entries d join payouts o on o.run_id = ${runId} and o.merchant_id = d.merchant_id`);
  await tx.execute(sql`
    delete from unsettled_entries u using settlement_items s, payouts o
    where o.run_id = ${runId} and s.payout_id = o.payout_id and u.hub_id = s.hub_id and u.entry_id = s.entry_id`);
  await tx.execute(sql`
    insert into settlement_adjustments (entry_id, payout_id, amount_minor)
    select d.entry_id, o.payout_id, d.amount_minor
    from due_adjustments d join payouts o on o.run_id = ${runId} and o.merchant_id = d.merchant_id`);
}
