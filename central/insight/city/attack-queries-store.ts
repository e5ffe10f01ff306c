import { quotedText } from '../analytics-store.ts';
import type { Answering } from '../panels/panel.ts';

/** People who paid, the most faithful and the least alike. */
export function someVisitorsQuery(count: number): string {
  return `select cast(visitor as varchar) as visitor from (
      select visitor, ntile(${count}) over (order by count(*), visitor) as part from sale where visitor is not null group by visitor
    ) group by part, visitor qualify row_number() over (partition by part order by visitor) = 1 order by visitor`;
}

/** The same sales without one person's. */
export function withoutVisitor(sales: Answering, visitor: string): Answering {
  const rest = `from (select * from sale where visitor is distinct from ${BigInt(visitor)}) as sale`;
  return { rows: (sql) => sales.rows(sql.replaceAll(/\bfrom sale\b/gi, rest)) };
}

/** Customers that two shops have in common, and how many of them the shops' own pseudonyms show to be the same. */
export function joinedCustomersQuery([one, two]: readonly [string, string]): string {
  const inBoth = (column: string): string =>
    `select count(*) from (${peopleOf(column, one)} intersect ${peopleOf(column, two)})`;
  return `select (${inBoth('visitor')}) as shared, (${inBoth('customer')}) as joined`;
}

function peopleOf(column: string, shop: string): string {
  return `select distinct ${column} from sale where shop = ${quotedText(shop)} and ${column} is not null`;
}
