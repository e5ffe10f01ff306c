import { type AnalyticsStore, cellText } from './analytics-store.ts';

/** Purchases as SQL finds them: a relation, and expressions over its columns. */
export interface PurchaseRelation {
  readonly relation: string;
  /** The customer; NULL where the purchase is nobody's. */
  readonly customer: string;
  /** The day, as a DATE. */
  readonly day: string;
  /** Which rows are purchases: not returned, not cancelled. */
  readonly counts: string;
}

/** How many of the customers who came first in one month bought in a later one. */
export interface CohortCell {
  /** Month of the first purchase: 2010-12. */
  readonly cohort: string;
  /** Calendar months since then. */
  readonly k: number;
  /** Customers of the cohort who bought in that month. */
  readonly n: number;
}

/**
 * Retention of customers by the month of their first purchase.
 *
 * @returns the cells with anybody in them, by cohort and month
 */
export async function cohortRetention(
  store: AnalyticsStore,
  { relation, customer, day, counts }: PurchaseRelation,
): Promise<CohortCell[]> {
  const rows = await store.rows(`
    WITH active AS (
      SELECT DISTINCT ${customer} AS customer, date_trunc('month', ${day}) AS month
      FROM ${relation}
      WHERE ${customer} IS NOT NULL AND ${counts}
    ), joined AS (
      SELECT customer, min(month) AS month FROM active GROUP BY customer
    )
    SELECT strftime(joined.month, '%Y-%m') AS cohort,
      datediff('month', joined.month, active.month)::INTEGER AS k,
      count(*)::INTEGER AS n
    FROM active JOIN joined USING (customer)
    GROUP BY ALL
    ORDER BY cohort, k`);
  return rows.map(({ cohort, k, n }) => ({ cohort: cellText(cohort), k: Number(k), n: Number(n) }));
}
