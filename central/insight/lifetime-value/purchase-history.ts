/** A customer's purchases in brief: all that the purchase models look at. Times are in weeks. */
export interface PurchaseHistory {
  readonly customer: string;
  /** x: days with a purchase after the first one, up to the end of the observation. */
  readonly repeats: number;
  /** t_x: from the first purchase to the last one; 0 without repeats. */
  readonly lastAt: number;
  /** T: from the first purchase to the end of the observation. */
  readonly observedFor: number;
  /** Mean amount of the repeats; undefined without repeats or without amounts. */
  readonly meanSpend: number | undefined;
}

/** One purchase. */
export interface Purchase {
  readonly customer: string;
  /** Days since 1970-01-01. */
  readonly day: number;
  /** In any currency's unit; undefined where it is not known. */
  readonly amount: number | undefined;
}

const DAYS_PER_WEEK = 7;

/**
 * Sums purchases up by customer; those of the same day are one purchase.
 *
 * @param untilDay last day of the observation (included), in days since 1970-01-01: what comes later is left out
 * @returns the customers who bought by then, in the order of their names
 */
export function purchaseHistories(
  purchases: Iterable<Purchase>,
  untilDay: number,
): PurchaseHistory[] {
  const byCustomer = new Map<string, Map<number, number | undefined>>();
  for (const { customer, day, amount } of purchases) {
    if (day > untilDay) continue;
    const days = byCustomer.get(customer) ?? new Map<number, number | undefined>();
    byCustomer.set(customer, days);
    const before = days.get(day);
    days.set(day, before === undefined ? amount : before + (amount ?? 0));
  }
  return [...byCustomer]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([customer, days]) => historyOf(customer, days, untilDay));
}

function historyOf(
  customer: string,
  days: ReadonlyMap<number, number | undefined>,
  untilDay: number,
): PurchaseHistory {
  const sorted = [...days].toSorted(([a], [b]) => a - b);
  const first = sorted[0]?.[0] ?? untilDay;
  const last = sorted.at(-1)?.[0] ?? untilDay;
  const amounts = sorted.slice(1).flatMap(([, amount]) => (amount === undefined ? [] : [amount]));
  return {
    customer,
    repeats: sorted.length - 1,
    lastAt: (last - first) / DAYS_PER_WEEK,
    observedFor: (untilDay - first) / DAYS_PER_WEEK,
    meanSpend:
      amounts.length === 0
        ? undefined
        : amounts.reduce((sum, amount) => sum + amount, 0) / amounts.length,
  };
}
