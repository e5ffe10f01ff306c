import { quotedText } from '../analytics-store.ts';
import { daysAfter } from '../panels/city-time.ts';

/** What a week of the bureau's is made of, asked of the sales. */

/** What each merchant deals in. */
export type TradeOfMerchant = readonly (readonly [merchant: string, trade: string])[];

/** A week's sales with their trade, and their slot: eight of three hours a day, from Monday on. */
function weekOf(monday: string, trades: TradeOfMerchant): string {
  const rows = trades.map(([merchant, trade]) => `(${quotedText(merchant)}, ${quotedText(trade)})`);
  const known =
    rows.length === 0 ? `select '' as merchant, 'other' as trade` : `values ${rows.join(', ')}`;
  return `trades(merchant, trade) as (${known}), week as (
      select street, coalesce(trade, 'other') as trade, (isodow(day) - 1) * 8 + hour // 3 as slot, merchant, visitor, amount
      from sale left join trades using (merchant)
      where day >= date ${quotedText(monday)} and day <= date ${quotedText(daysAfter(monday, 6))}
    )`;
}

/**
 * Streets by another column with all of their sums (null where it is one): people, payments and money, and what the two
 * largest merchants and people bring of them.
 */
export function crossedQuery(
  monday: string,
  { by, trades }: { readonly by: 'trade' | 'slot'; readonly trades: TradeOfMerchant },
): string {
  const brought = (whose: 'merchant' | 'visitor'): string => `
      select street, ${by}, max(payments, 2) as payments, max(amount, 2) as amount from (
        select street, ${by}, ${whose}, count(*) as payments, sum(amount) as amount from week
        group by grouping sets ((street, ${by}, ${whose}), (street, ${whose}), (${by}, ${whose}), (${whose}))
      ) group by street, ${by}`;
  const same = (other: string): string =>
    `heads.street is not distinct from ${other}.street and heads.${by} is not distinct from ${other}.${by}`;
  return `with ${weekOf(monday, trades)},
    by_merchant as (${brought('merchant')}),
    by_visitor as (${brought('visitor')}),
    heads as (
      select street, ${by}, count(distinct visitor) as people, count(*) as payments, sum(amount) as amount from week
      group by grouping sets ((street, ${by}), (street), (${by}), ())
    )
    select heads.street, heads.${by} as other, people, heads.payments, heads.amount,
      by_merchant.payments[1] as merchant_payments_1, coalesce(by_merchant.payments[2], 0) as merchant_payments_2,
      by_merchant.amount[1] as merchant_amount_1, coalesce(by_merchant.amount[2], 0) as merchant_amount_2,
      by_visitor.amount[1] as visitor_amount_1, coalesce(by_visitor.amount[2], 0) as visitor_amount_2
    from heads join by_merchant on ${same('by_merchant')} join by_visitor on ${same('by_visitor')}`;
}

/** People who paid in a street and, in a later hour of the same day, in another. */
export function flowsQuery(monday: string, leastPeople: number): string {
  return `with seen as (
      select visitor, day, street, min(hour) as hour from sale
      where visitor is not null and day >= date ${quotedText(monday)} and day <= date ${quotedText(daysAfter(monday, 6))}
      group by 1, 2, 3
    )
    select one.street as origin, two.street as goal, count(distinct one.visitor) as people
    from seen one join seen two on one.visitor = two.visitor and one.day = two.day and one.hour < two.hour
    group by 1, 2 having count(distinct one.visitor) >= ${leastPeople}
    order by people desc, 1, 2`;
}

/** The first and the last day with sales; null where there are none. */
export const SPAN_QUERY = `select cast(min(day) as varchar) as first_day, cast(max(day) as varchar) as last_day from sale`;
