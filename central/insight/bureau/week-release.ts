import type { BureauWeekBody, Figures } from '../../../shared/contracts/http-bureau.ts';
import { type Trade, tradeSchema } from '../../../shared/contracts/trades.ts';
import { protectTable, type ShownCells } from '../disclosure/protected-table.ts';
import { inSteps, PAYMENTS_STEP, PEOPLE_STEP, sumInSteps } from '../disclosure/rounding.ts';
import { DISCLOSURE_RULES as rules } from '../disclosure/rules.ts';
import { type Answering, numberOf, textOf } from '../panels/panel.ts';
import { CrossedTable } from './crossed-table.ts';
import { crossedQuery, flowsQuery, type TradeOfMerchant } from './week-queries-store.ts';

/** What central knows of a street's terminals and its link in a week. */
export interface StreetOperation {
  readonly street: string;
  readonly terminals: number;
  readonly latePayments: number;
  readonly lateHours: number;
}

/** What a week is made of besides the sales. */
export interface WeekSources {
  readonly trades: TradeOfMerchant;
  readonly operations: readonly StreetOperation[];
}

const SLOTS_A_DAY = 8;
const HOURS_A_SLOT = 3;

/** Makes what the bureau is told of a week, protected. @param monday the week's */
export async function makeWeek(
  sales: Answering,
  monday: string,
  { trades, operations }: WeekSources,
): Promise<BureauWeekBody> {
  const byTrade = new CrossedTable(
    await sales.rows(crossedQuery(monday, { by: 'trade', trades })),
    'payments and money',
  );
  const bySlot = new CrossedTable(
    await sales.rows(crossedQuery(monday, { by: 'slot', trades })),
    'payments',
  );
  const flows = await sales.rows(flowsQuery(monday, rules.leastPeople));
  const { ofTrades, ofSlots } = protectBoth(byTrade, bySlot);
  const city = figuresOf(byTrade, ofTrades)(undefined, undefined);
  return {
    city,
    ...tradeFigures(byTrade, ofTrades, operations),
    ...slotFigures(bySlot, ofSlots),
    flows: flows.map((row) => ({
      from: textOf(row, 'origin'),
      to: textOf(row, 'goal'),
      people: inSteps(numberOf(row, 'people'), PEOPLE_STEP),
    })),
  };
}

/** Both tables have the sums of streets in common: what one hides of them the other hides as well. */
function protectBoth(
  byTrade: CrossedTable,
  bySlot: CrossedTable,
): { readonly ofTrades: ShownCells; readonly ofSlots: ShownCells } {
  let ofTrades = protectTable(byTrade.margins(), { rules });
  for (;;) {
    const hidden = byTrade.hiddenSums(ofTrades);
    const ofSlots = protectTable(bySlot.margins(), { rules, hidden: bySlot.placesOf(hidden) });
    const hiddenToo = bySlot.hiddenSums(ofSlots);
    if (hiddenToo.length === hidden.length) return { ofTrades, ofSlots };
    ofTrades = protectTable(byTrade.margins(), { rules, hidden: byTrade.placesOf(hiddenToo) });
  }
}

type FiguresOf = (street: string | undefined, other: string | undefined) => Figures;

/** What may be told of a cell. */
function figuresOf(table: CrossedTable, shown: ShownCells): FiguresOf {
  const rows = new Map(table.streets.map((street, row) => [street, row]));
  const columns = new Map(table.others.map((other, column) => [other, column]));
  return (street, other) => {
    const row = street === undefined ? table.streets.length : rows.get(street);
    const column = other === undefined ? table.others.length : columns.get(other);
    const isShown = shown[row ?? -1]?.[column ?? -1] ?? false;
    const { payments, amount } = table.cell(street, other);
    if (!isShown) return { payments: null, sumMinor: null };
    return { payments: inSteps(payments, PAYMENTS_STEP), sumMinor: sumInSteps(`${amount}`) };
  };
}

function tradeFigures(
  table: CrossedTable,
  shown: ShownCells,
  operations: readonly StreetOperation[],
): Pick<BureauWeekBody, 'streets' | 'trades' | 'cells'> {
  const figures = figuresOf(table, shown);
  const trades = table.others.map((other): Trade => tradeSchema.catch('other').parse(other));
  const streets = new Set([...table.streets, ...operations.map(({ street }) => street)]);
  return {
    streets: [...streets].toSorted().map((street) => {
      const told = figures(street, undefined);
      const { people } = table.cell(street, undefined).facts;
      const operation = operations.find((each) => each.street === street);
      return {
        street,
        ...told,
        people: told.payments === null ? null : inSteps(people, PEOPLE_STEP),
        terminals: operation?.terminals ?? 0,
        latePayments: inSteps(operation?.latePayments ?? 0, PAYMENTS_STEP),
        lateHours: operation && operation.latePayments >= PAYMENTS_STEP ? operation.lateHours : 0,
      };
    }),
    trades: trades.map((trade) => ({ trade, ...figures(undefined, trade) })),
    cells: table.streets.flatMap((street) =>
      trades
        .filter((trade) => table.cell(street, trade).payments > 0)
        .map((trade) => ({ street, trade, ...figures(street, trade) })),
    ),
  };
}

function slotFigures(
  table: CrossedTable,
  shown: ShownCells,
): Pick<BureauWeekBody, 'slots' | 'streetSlots'> {
  const figures = figuresOf(table, shown);
  const of = (street: string | undefined) =>
    table.others
      .filter((other) => table.cell(street, other).payments > 0)
      .map((other) => {
        const slot = Number(other);
        return {
          weekday: 1 + Math.floor(slot / SLOTS_A_DAY),
          fromHour: (slot % SLOTS_A_DAY) * HOURS_A_SLOT,
          payments: figures(street, other).payments,
        };
      })
      .toSorted((a, b) => a.weekday - b.weekday || a.fromHour - b.fromHour);
  return {
    slots: of(undefined),
    streetSlots: table.streets.flatMap((street) => of(street).map((slot) => ({ street, ...slot }))),
  };
}
