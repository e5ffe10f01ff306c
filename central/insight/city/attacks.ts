import type { Panel } from '../../../shared/contracts/http-insight.ts';
import { tradeSchema } from '../../../shared/contracts/trades.ts';
import { unreachable } from '../../../shared/kernel/assert.ts';
import type { OpenDatabase } from '../../db/database.ts';
import { publishWeeks } from '../bureau/bureau-publication.ts';
import { findWeek, listWeeks, readTrades } from '../bureau/bureau-store.ts';
import { CrossedTable } from '../bureau/crossed-table.ts';
import { crossedQuery } from '../bureau/week-queries-store.ts';
import { PAYMENTS_STEP, PEOPLE_STEP } from '../disclosure/rounding.ts';
import { DISCLOSURE_RULES } from '../disclosure/rules.ts';
import { type Bounds, tightenedBounds } from '../disclosure/subtraction-attack.ts';
import { makePanel } from '../panels/catalogue.ts';
import { type CityTime, mondayOf } from '../panels/city-time.ts';
import { forTheCity } from '../panels/for-the-city.ts';
import { LifetimeFits } from '../panels/lifetime-fits.ts';
import type { Answering, SalesPanelName } from '../panels/panel.ts';
import { numberOf, textOf } from '../panels/panel.ts';
import { joinedCustomersQuery, someVisitorsQuery, withoutVisitor } from './attack-queries-store.ts';
import type { CityTruth } from './truth.ts';

/** What an attacker tried, how often, and how often they learnt something about fewer than ten people. */
export interface Attack {
  readonly attack:
    | 'small cells'
    | 'subtraction'
    | 'a person less'
    | 'asking again'
    | 'joining shops';
  readonly tried: number;
  readonly learnt: number;
}

interface Attacked {
  readonly sales: Answering;
  readonly database: OpenDatabase;
  readonly truth: CityTruth;
  readonly at: CityTime;
}

const PEOPLE_TRIED = 12;
const PANELS: readonly SalesPanelName[] = ['today', 'returning', 'habits', 'cohorts', 'hours'];

/** Attacks what is told of a city with all that is told of it. */
export async function attack(city: Attacked): Promise<Attack[]> {
  return [
    await lookForSmallCells(city),
    await subtract(city),
    await takePeopleAway(city),
    await askAgain(city),
    await joinShops(city),
  ];
}

/** Is anything told of fewer than ten? */
async function lookForSmallCells({ sales, database, at }: Attacked): Promise<Attack> {
  const counts: (number | null)[] = [];
  for (const week of await listWeeks(database.db)) {
    const told = await findWeek(database.db, week);
    if (!told) continue;
    const { streets, trades, cells, slots, streetSlots, flows } = told;
    counts.push(
      ...[...streets, ...trades, ...cells, ...slots, ...streetSlots].map((each) => each.payments),
      ...[...streets, ...flows].map(({ people }) => people),
    );
  }
  for (const panel of PANELS) counts.push(...countsOf(await cityPanel(sales, panel, at)));
  const told = counts.filter((count) => count !== null && count > 0);
  const small = told.filter((count) => Number(count) < DISCLOSURE_RULES.leastPeople);
  return { attack: 'small cells', tried: told.length, learnt: small.length };
}

/** Can a hidden cell of too few people be worked out from the sums that are told, to within fewer than ten? */
async function subtract({ sales, database }: Attacked): Promise<Attack> {
  const trades = await readTrades(database.db);
  let tried = 0;
  let learnt = 0;
  for (const week of await listWeeks(database.db)) {
    const told = await findWeek(database.db, week);
    if (!told) continue;
    const truth = new CrossedTable(
      await sales.rows(crossedQuery(week, { by: 'trade', trades })),
      'payments and money',
    );
    const seen = new Map<string, number | null>([
      [' ', told.city.payments],
      ...told.streets.map((each) => [`${each.street} `, each.payments] as const),
      ...told.trades.map((each) => [` ${each.trade}`, each.payments] as const),
      ...told.cells.map((each) => [`${each.street} ${each.trade}`, each.payments] as const),
    ]);
    const others = truth.others.map((other) => tradeSchema.catch('other').parse(other));
    const places = [...truth.streets, ''].map((street) =>
      [...others, ''].map((other) => ({ street, other })),
    );
    const bounds = tightenedBounds(
      places.map((line) =>
        line.map(({ street, other }) => roundedBounds(seen.get(`${street} ${other}`))),
      ),
    );
    for (const [row, line] of places.entries()) {
      for (const [column, { street, other }] of line.entries()) {
        const { people } = truth.cell(street || undefined, other || undefined).facts;
        if (people === 0 || people >= DISCLOSURE_RULES.leastPeople) continue;
        const [from, to] = bounds[row]?.[column] ?? [0, 0];
        tried += 1;
        if (from > 0 || to < DISCLOSURE_RULES.leastPeople) learnt += 1;
      }
    }
  }
  return { attack: 'subtraction', tried, learnt };
}

/** What a told number may have been before it was rounded down; a cell that is not there had no payments. */
function roundedBounds(payments: number | null | undefined): Bounds | undefined {
  if (payments === null) return undefined;
  return payments === undefined ? [0, 0] : [payments, payments + PAYMENTS_STEP - 1];
}

/** Do two answers of the city, with and without one person, differ by less than a step? */
async function takePeopleAway({ sales, at }: Attacked): Promise<Attack> {
  const visitors = await sales.rows(someVisitorsQuery(PEOPLE_TRIED));
  let tried = 0;
  let learnt = 0;
  for (const panel of PANELS) {
    const before = countsOf(await cityPanel(sales, panel, at));
    for (const row of visitors) {
      const without = withoutVisitor(sales, textOf(row, 'visitor'));
      const after = countsOf(await cityPanel(without, panel, at));
      tried += 1;
      const isTold = before.some((count, i) => {
        const change = Math.abs(count - (after[i] ?? count));
        return change > 0 && change < PEOPLE_STEP;
      });
      if (isTold) learnt += 1;
    }
  }
  return { attack: 'a person less', tried, learnt };
}

/** Does a week that was told change when somebody's payments have gone since? */
async function askAgain({ sales, database, truth }: Attacked): Promise<Attack> {
  const [visitor] = await sales.rows(someVisitorsQuery(1));
  const weeks = await listWeeks(database.db);
  const read = async (): Promise<string[]> =>
    Promise.all(weeks.map(async (week) => JSON.stringify(await findWeek(database.db, week))));
  const before = await read();
  await publishWeeks(withoutVisitor(sales, visitor ? textOf(visitor, 'visitor') : ''), {
    database,
    at: { day: truth.to, hour: 0 },
    now: new Date(),
    timeZone: 'Asia/Shanghai',
    most: weeks.length,
  });
  const after = await read();
  const changed = before.filter((text, i) => text !== after[i]).length;
  return { attack: 'asking again', tried: weeks.length, learnt: changed };
}

/** Can the customers of the two shops that share most of them be joined by what each has of them? */
async function joinShops({ sales, truth }: Attacked): Promise<Attack> {
  const [row] = await sales.rows(joinedCustomersQuery(truth.sharing.shops));
  return {
    attack: 'joining shops',
    tried: row ? numberOf(row, 'shared') : 0,
    learnt: row ? numberOf(row, 'joined') : 0,
  };
}

/** A panel as the city sees it. */
async function cityPanel(sales: Answering, panel: SalesPanelName, at: CityTime): Promise<Panel> {
  const asked = panel === 'today' ? at : { day: mondayOf(at.day), hour: 0 };
  const scope = { kind: 'city' } as const;
  return forTheCity(await makePanel(sales, { panel, scope, at: asked, fits: new LifetimeFits() }));
}

/** The counts of people and payments that a panel tells, in its order. */
function countsOf(panel: Panel): number[] {
  switch (panel.panel) {
    case 'today':
      return [panel.payments, ...panel.hours.map(({ payments }) => payments ?? 0)];
    case 'returning':
      return panel.weeks.flatMap(({ fresh, returning }) => [fresh, returning]);
    case 'habits':
      return [panel.people, ...panel.groups.map(({ people }) => people)];
    case 'cohorts':
      return panel.cohorts.flatMap(({ active }) => active.map((people) => people ?? 0));
    case 'hours':
      return panel.cells.map(({ payments }) => payments * panel.weeks);
    // told by rules of their own, or expectations
    case 'covisits':
    case 'forecast':
    case 'lifetime':
    case 'together':
      return [];
    default:
      return unreachable(panel);
  }
}
