import { quotedText } from '../analytics-store.ts';
import { DISCLOSURE_RULES } from '../disclosure/rules.ts';
import { type CityTime, daysAfter, lastSunday, mondayOf, monthOf } from './city-time.ts';
import type { Scope } from './panel.ts';

/**
 * What panels ask of the sales, in the SQL that DuckDB and PostgreSQL have in common: `wuma bench insight` asks the same of
 * both. Days are told as text.
 */

/** Weeks that "usual" is of. */
export const USUAL_WEEKS = 8;
/** Weeks of new and returning customers. */
export const RETURNING_WEEKS = 13;
/** Months of first purchases. */
export const COHORT_MONTHS = 12;
/** Days of co-visits, thirteen weeks. */
export const COVISIT_DAYS = 91;
/** Fewer people than this are never told together. */
const LEAST_TOGETHER = DISCLOSURE_RULES.leastPeople;
const MOST_PAIRS = 100;
/** Days of sales that a forecast is made of, and a year before of the same weekdays. */
export const FORECAST_DAYS = 63;
export const YEAR_DAYS = 364;
export const SEASON_DAYS = 28;

function date(day: string): string {
  return `date ${quotedText(day)}`;
}

/** Which sales count. */
function those(scope: Scope): string {
  return scope.kind === 'city' ? 'true' : `merchant = ${quotedText(scope.merchantId)}`;
}

/** The same up to now; of the city up to the day before, a Sunday: what is told of it stays the same for a week. */
function thoseUntil(scope: Scope, { day }: CityTime): string {
  return `${those(scope)} and day ${scope.kind === 'city' ? '<' : '<='} ${date(day)}`;
}

/** What tells people from one another: a merchant's own pseudonyms, or the city's. */
function person(scope: Scope): string {
  return scope.kind === 'city' ? 'visitor' : 'customer';
}

/** Payments of today and of the same weekday before, by hour. */
export function todayQuery(scope: Scope, { day }: CityTime): string {
  const days = Array.from({ length: USUAL_WEEKS + 1 }, (_, week) =>
    date(daysAfter(day, -7 * week)),
  );
  return `select cast(day as varchar) as day, hour, count(*) as payments, sum(amount) as amount
    from sale where ${those(scope)} and day in (${days.join(', ')}) group by day, hour`;
}

/** Customers of each week, new or not. */
export function returningQuery(scope: Scope, at: CityTime): string {
  const whom = person(scope);
  const from = daysAfter(mondayOf(at.day), -7 * RETURNING_WEEKS);
  return `with firsts as (
      select ${whom} as person, min(day) as first_day from sale
      where ${thoseUntil(scope, at)} and ${whom} is not null group by ${whom}
    ), weekly as (
      select ${whom} as person, cast(date_trunc('week', day) as date) as monday, sum(amount) as amount from sale
      where ${thoseUntil(scope, at)} and ${whom} is not null and day >= ${date(from)} group by 1, 2
    )
    select cast(monday as varchar) as monday, case when first_day >= monday then 1 else 0 end as fresh,
      count(*) as people, sum(amount) as amount
    from weekly join firsts using (person) group by 1, 2`;
}

/** Customers of a year by frequency, recency and tenth of spending. */
export function habitsQuery(scope: Scope, at: CityTime): string {
  const { day } = at;
  const whom = person(scope);
  return `with customers as (
      select ${whom} as person, count(*) as times, max(day) as last_day, sum(amount) as amount from sale
      where ${thoseUntil(scope, at)} and ${whom} is not null and day > ${date(daysAfter(day, -365))} group by ${whom}
    ), ranked as (
      select times, ${date(day)} - last_day as days_ago, amount,
        ntile(10) over (order by amount desc, person) as tenth
      from customers
    )
    select tenth, case when times = 1 then 0 when times <= 3 then 1 when times <= 9 then 2 else 3 end as often,
      case when days_ago < 7 then 0 when days_ago < 30 then 1 when days_ago < 90 then 2 else 3 end as ago,
      count(*) as people, sum(amount) as amount
    from ranked group by 1, 2, 3`;
}

/**
 * Who came back, by the month of the first purchase; months are counted from the year 0. A person is one row, the months in
 * which they bought are bits of a number: that needs no second look at who bought when.
 */
export function cohortsQuery(scope: Scope, at: CityTime): string {
  const whom = person(scope);
  const oldest = monthOf(at.day) - COHORT_MONTHS + 1;
  const ks = Array.from({ length: COHORT_MONTHS }, (_, k) => `(${k})`);
  return `with bought as (
      select ${whom} as person, cast(extract(year from day) * 12 + extract(month from day) - 1 as integer) as month
      from sale where ${thoseUntil(scope, at)} and ${whom} is not null
    ), people as (
      select min(month) as cohort, bit_or(case when month < ${oldest} then 0 else ${bit(`month - ${oldest}`)} end) as months
      from bought group by person
    )
    select cohort, k, count(*) as n from people, (values ${ks.join(', ')}) as later(k)
    where cohort >= ${oldest} and months & ${bit(`greatest(cohort + k - ${oldest}, 0)`)} <> 0 group by 1, 2`;
}

function bit(place: string): string {
  return `(cast(1 as bigint) << cast(${place} as integer))`;
}

/** Payments by weekday and hour, of whole weeks. */
export function hoursQuery(scope: Scope, { day }: CityTime): string {
  const to = mondayOf(day);
  return `select cast(extract(isodow from day) as integer) as weekday, hour, count(*) as payments
    from sale where ${those(scope)} and day >= ${date(daysAfter(to, -7 * USUAL_WEEKS))} and day < ${date(to)}
    group by 1, 2`;
}

/** The merchant's customers, and how many of them also buy at each other shop of the same streets. */
export function neighboursQuery(merchantId: string, { day }: CityTime): string {
  const to = lastSunday(day);
  const when = `day > ${date(daysAfter(to, -COVISIT_DAYS))} and day <= ${date(to)} and visitor is not null`;
  const merchant = quotedText(merchantId);
  return `with mine as (
      select distinct visitor from sale where merchant = ${merchant} and ${when}
    ), near as (select distinct street from sale where merchant = ${merchant} and ${when})
    select street, shop as other, count(distinct visitor) as shared, (select count(*) from mine) as people
    from sale where ${when} and merchant <> ${merchant}
      and street in (select street from near) and visitor in (select visitor from mine)
    group by street, shop having count(distinct visitor) >= ${LEAST_TOGETHER}
    order by shared desc, street, other limit ${MOST_PAIRS}`;
}

/** Pairs of shops in a street with customers in common. */
export function pairsQuery({ day }: CityTime): string {
  const to = lastSunday(day);
  return `with visits as (
      select distinct street, shop, visitor from sale
      where day > ${date(daysAfter(to, -COVISIT_DAYS))} and day <= ${date(to)} and visitor is not null
    )
    select one.street as street, one.shop as shop, two.shop as other, count(*) as shared
    from visits one join visits two
      on one.visitor = two.visitor and one.street = two.street and one.shop < two.shop
    group by 1, 2, 3 having count(*) >= ${LEAST_TOGETHER}
    order by shared desc, 1, 2, 3 limit ${MOST_PAIRS}`;
}

/** Payments by day and hour of the weeks before. */
export function recentHoursQuery(scope: Scope, { day }: CityTime): string {
  return `select cast(day as varchar) as day, hour, count(*) as payments from sale
    where ${those(scope)} and day >= ${date(daysAfter(day, -FORECAST_DAYS))} and day < ${date(day)} group by day, hour`;
}

/** Payments by day a year ago: the weeks before this weekday, and the week after it. */
export function yearAgoQuery(scope: Scope, { day }: CityTime): string {
  const then = daysAfter(day, -YEAR_DAYS);
  return `select cast(day as varchar) as day, count(*) as payments from sale
    where ${those(scope)} and day >= ${date(daysAfter(then, -SEASON_DAYS))} and day < ${date(daysAfter(then, 7))}
    group by day`;
}

/** Customers that a model of buying is fitted to; of more, every so many-th in the order of their spending. */
const FITTED_CUSTOMERS = 2_000;

/** Days that fit into the bits of a number. */
const BLOCK_DAYS = 63;

/**
 * Every customer up to last Sunday: repeats (days with a purchase after the first), weeks to the last one and to the end. Days
 * are bits of a number for each nine weeks, which are far fewer groups than people's days.
 */
function histories(scope: Scope, { day }: CityTime): string {
  const whom = person(scope);
  const to = date(lastSunday(day));
  return `blocks as (
      select ${whom} as person, min(day) as first_day, max(day) as last_day, sum(amount) as amount,
        bit_or(${bit(`mod(${to} - day, ${BLOCK_DAYS})`)}) as days
      from sale where ${those(scope)} and ${whom} is not null and day <= ${to}
      group by ${whom}, cast(floor((${to} - day) / ${BLOCK_DAYS}.0) as integer)
    ), histories as (
      select cast(sum(bit_count(cast(days as bit(64)))) as integer) - 1 as repeats,
        cast(floor((max(last_day) - min(first_day)) / 7.0) as integer) as last_week,
        cast(floor((${to} - min(first_day)) / 7.0) as integer) as weeks, sum(amount) as amount
      from blocks group by person
    )`;
}

/** Customers of the same history together. */
export function historiesQuery(scope: Scope, at: CityTime): string {
  return `with ${histories(scope, at)}
    select repeats, last_week, weeks, count(*) as people, sum(amount) as amount from histories group by 1, 2, 3
    order by 1, 2, 3`;
}

/** One customer a row: all of them, or an even sample. */
export function fittedHistoriesQuery(scope: Scope, at: CityTime): string {
  return `with ${histories(scope, at)}, ranked as (
      select repeats, last_week, weeks, amount, count(*) over () as everybody,
        row_number() over (order by amount, repeats, last_week, weeks) as place
      from histories
    )
    select repeats, last_week, weeks, amount from ranked
    where mod(place, 1 + cast(floor(everybody / ${FITTED_CUSTOMERS}.0) as bigint)) = 0
    order by place`;
}

/** Visitors of each street in the week from a Monday; one counts in so many streets at most, where they paid most often. */
export function streetVisitorsQuery(monday: string, streetsAVisitor: number): string {
  return `with visits as (
      select visitor, street, count(*) as times from sale
      where visitor is not null and day >= ${date(monday)} and day <= ${date(daysAfter(monday, 6))}
      group by visitor, street
    ), placed as (
      select street, row_number() over (partition by visitor order by times desc, street) as place from visits
    )
    select street, count(*) as people from placed where place <= ${streetsAVisitor} group by street`;
}
