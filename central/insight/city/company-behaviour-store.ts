import { quotedText } from '../analytics-store.ts';

/**
 * How each merchant sold in the year up to a day: growth of the last thirteen weeks over those before, the share of days open,
 * the variation between weeks, payments a week, the mean basket, and the share of payments by people who came again. Nothing
 * of anybody in particular.
 */
export function companyBehaviourQuery(lastDay: string): string {
  const last = `date ${quotedText(lastDay)}`;
  return `with year as (select * from sale where day > ${last} - 364 and day <= ${last}),
    weekly as (select merchant, (${last} - day) // 7 as ago, count(*) as payments from year group by 1, 2),
    weeks as (
      select merchant, stddev_pop(payments) / avg(payments) as week_variation, avg(payments) as weekly,
        ln((1 + sum(payments) filter (ago < 13)) / (1 + coalesce(avg(payments) filter (ago >= 13), 0) * 13)) as growth
      from weekly group by merchant
    ),
    times as (select merchant, customer, count(*) as times from year where customer is not null group by 1, 2),
    again as (select merchant, sum(times) filter (times > 1) / sum(times) as repeat_share from times group by merchant),
    shops as (select merchant, count(distinct day) as days_open, avg(amount) as basket from year group by merchant)
    select merchant, growth, week_variation, weekly, days_open, basket, repeat_share
    from shops join weeks using (merchant) join again using (merchant) order by merchant`;
}
