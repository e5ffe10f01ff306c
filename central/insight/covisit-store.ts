import { type AnalyticsStore, cellText } from './analytics-store.ts';

/** Fewer people than this are never shown together: one of them could be recognised. */
export const LEAST_TOGETHER = 10;

/** Visits as SQL finds them: a relation, and expressions over its columns. */
export interface VisitRelation {
  readonly relation: string;
  /** The customer, or the household; NULL where the visit is nobody's. */
  readonly customer: string;
  readonly shop: string;
}

/** Two shops, and how many customers they have in common. */
export interface CovisitPair {
  readonly s1: string;
  readonly s2: string;
  readonly shared: number;
}

/**
 * Which shops share customers.
 *
 * @param atLeast pairs with fewer customers in common are left out. Whatever people see is asked with
 *   `LEAST_TOGETHER`; less is for measuring on data that are public anyway.
 * @returns each pair once, s1 before s2 (numbers by their size), most in common first
 */
export async function covisits(
  store: AnalyticsStore,
  { relation, customer, shop }: VisitRelation,
  atLeast: number = LEAST_TOGETHER,
): Promise<CovisitPair[]> {
  const rows = await store.rows(`
    WITH visits AS (
      SELECT DISTINCT ${customer} AS customer, ${shop} AS shop
      FROM ${relation}
      WHERE ${customer} IS NOT NULL AND ${shop} IS NOT NULL
    ), places AS (
      SELECT shop, row_number() OVER (ORDER BY TRY_CAST(shop AS DOUBLE) NULLS LAST, shop) AS place
      FROM (SELECT DISTINCT shop FROM visits)
    ), placed AS (
      SELECT customer, place FROM visits JOIN places USING (shop)
    ), pairs AS (
      SELECT a.place AS p1, b.place AS p2, count(*)::INTEGER AS shared
      FROM placed a JOIN placed b ON a.customer = b.customer AND a.place < b.place
      GROUP BY ALL
      HAVING count(*) >= ${Math.max(1, Math.trunc(atLeast))}
    )
    SELECT one.shop AS s1, two.shop AS s2, shared
    FROM pairs JOIN places one ON one.place = p1 JOIN places two ON two.place = p2
    ORDER BY shared DESC, p1, p2`);
  return rows.map(({ s1, s2, shared }) => ({
    s1: cellText(s1),
    s2: cellText(s2),
    shared: Number(shared),
  }));
}
