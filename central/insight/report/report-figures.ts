import type {
  BureauSeries,
  BureauWeek,
  Figures,
  ReportPeriod,
} from '../../../shared/contracts/http-bureau.ts';
import { daysAfter } from '../panels/city-time.ts';

/** A line of a report's table: what was told of a street or a trade, and its index. Null is what may not be told. */
export interface ReportLine {
  readonly id: string;
  readonly payments: number | null;
  readonly sumMinor: bigint | null;
  /** Of one week alone: people of several weeks may be the same. */
  readonly people: number | null;
  /** The mean of its weeks; 100 is an ordinary week. */
  readonly index: number | null;
}

/** What a report says. All of it comes from weeks as they were released: it tells nothing that they do not. */
export type ReportFigures = ReportPeriod & {
  /** First and last day. */
  readonly from: string;
  readonly to: string;
  readonly weeks: number;
  readonly season: number;
  readonly holidays: readonly string[];
  readonly city: ReportLine;
  readonly streets: readonly ReportLine[];
  readonly trades: readonly ReportLine[];
  /** By weekday (Monday is 0) and three hours; null where nothing is told. */
  readonly slots: readonly (readonly (number | null)[])[];
  readonly flows: readonly {
    readonly from: string;
    readonly to: string;
    readonly people: number;
  }[];
  readonly outages: readonly {
    readonly street: string;
    readonly hours: number;
    readonly payments: number;
  }[];
};

const SLOTS = 8;
const WEEKDAYS = 7;
const MOST_FLOWS = 10;

/** @param weeks of the report, the oldest first; @param series of all weeks up to now */
export function reportFigures(
  period: ReportPeriod,
  weeks: readonly BureauWeek[],
  series: Pick<BureauSeries, 'weeks' | 'lines'>,
): ReportFigures {
  const mondays = weeks.map(({ week }) => week);
  const seasons = series.weeks.filter(({ week }) => mondays.includes(week));
  const line = (
    kind: 'city' | 'street' | 'trade',
    id: string,
    of: (week: BureauWeek) => (Figures & { readonly people?: number | null }) | undefined,
  ): ReportLine => {
    const told = weeks.map(of);
    const people = weeks.length === 1 ? (told[0]?.people ?? null) : null;
    const index = indexOf(series, { kind, id, mondays });
    return { id, ...toldSums(told), people, index };
  };
  const ids = (of: (week: BureauWeek) => readonly string[]): string[] => [
    ...new Set(weeks.flatMap(of)),
  ];
  const streets = ids((week) => week.streets.map(({ street }) => street)).map((id) =>
    line('street', id, (week) => week.streets.find(({ street }) => street === id)),
  );
  const trades = ids((week) => week.trades.map(({ trade }) => trade)).map((id) =>
    line('trade', id, (week) => week.trades.find(({ trade }) => trade === id)),
  );
  return {
    ...period,
    from: mondays[0] ?? '',
    to: daysAfter(mondays.at(-1) ?? '', 6),
    weeks: weeks.length,
    season: seasons.filter(({ isSeason }) => isSeason).length,
    holidays: [...new Set(seasons.flatMap(({ holiday }) => holiday ?? []))],
    city: line('city', '', ({ city }) => city),
    streets: streets.toSorted(byPayments),
    trades: trades.toSorted(byPayments),
    slots: slotsOf(weeks),
    flows: flowsOf(weeks),
    outages: outagesOf(weeks),
  };
}

/** Sums of what was told; null where nothing was. Every figure is rounded down, so a sum of them is "at least". */
function toldSums(told: readonly (Figures | undefined)[]) {
  const payments = told.flatMap((each) => each?.payments ?? []);
  const sums = told.flatMap((each) => (each?.sumMinor ? [BigInt(each.sumMinor)] : []));
  return {
    payments: payments.length === 0 ? null : payments.reduce((sum, count) => sum + count, 0),
    sumMinor: sums.length === 0 ? null : sums.reduce((sum, minor) => sum + minor, 0n),
  };
}

function indexOf(
  series: Pick<BureauSeries, 'weeks' | 'lines'>,
  of: { readonly kind: string; readonly id: string; readonly mondays: readonly string[] },
): number | null {
  const line = series.lines.find(({ kind, id }) => kind === of.kind && id === of.id);
  const known = series.weeks.flatMap(({ week }, at) => {
    const index = of.mondays.includes(week) ? line?.index[at] : undefined;
    return index ?? [];
  });
  if (known.length === 0) return null;
  return known.reduce((sum, index) => sum + index, 0) / known.length;
}

function slotsOf(weeks: readonly BureauWeek[]): (number | null)[][] {
  const slots: (number | null)[][] = Array.from({ length: WEEKDAYS }, () =>
    Array.from({ length: SLOTS }, () => null),
  );
  for (const { weekday, fromHour, payments } of weeks.flatMap((week) => week.slots)) {
    const row = slots[weekday - 1];
    const at = fromHour / 3;
    if (row && payments !== null) row[at] = (row[at] ?? 0) + payments;
  }
  return slots;
}

function flowsOf(weeks: readonly BureauWeek[]): ReportFigures['flows'] {
  const people = new Map<string, { from: string; to: string; people: number }>();
  for (const flow of weeks.flatMap((week) => week.flows)) {
    const key = `${flow.from} ${flow.to}`;
    const known = people.get(key);
    people.set(key, { ...flow, people: (known?.people ?? 0) + flow.people });
  }
  return [...people.values()]
    .toSorted((a, b) => b.people - a.people || (`${a.from} ${a.to}` < `${b.from} ${b.to}` ? -1 : 1))
    .slice(0, MOST_FLOWS);
}

function outagesOf(weeks: readonly BureauWeek[]): ReportFigures['outages'] {
  const outages = new Map<string, { street: string; hours: number; payments: number }>();
  for (const { street, lateHours, latePayments } of weeks.flatMap((week) => week.streets)) {
    if (lateHours === 0) continue;
    const known = outages.get(street);
    outages.set(street, {
      street,
      hours: (known?.hours ?? 0) + lateHours,
      payments: (known?.payments ?? 0) + latePayments,
    });
  }
  return [...outages.values()].toSorted(
    (a, b) => b.hours - a.hours || (a.street < b.street ? -1 : 1),
  );
}

function byPayments(a: ReportLine, b: ReportLine): number {
  return (b.payments ?? -1) - (a.payments ?? -1) || (a.id < b.id ? -1 : 1);
}
