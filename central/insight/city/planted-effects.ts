import { findCampaign } from '../../campaigns/campaign-store.ts';
import { liftOf } from '../../campaigns/lift.ts';
import type { Executor } from '../../db/database.ts';
import { startOfDay } from '../../merchants/china-time.ts';
import { findWeek, listWeeks, readSums } from '../bureau/bureau-store.ts';
import { seriesOf } from '../bureau/week-series.ts';
import { makePanel } from '../panels/catalogue.ts';
import { type CityTime, mondayOf } from '../panels/city-time.ts';
import { LifetimeFits } from '../panels/lifetime-fits.ts';
import type { Answering } from '../panels/panel.ts';
import type { CityTruth } from './truth.ts';

/** A planted effect, what a panel or the bureau's weeks say of it, and whether it was found. */
export interface Finding {
  readonly effect: 'peak' | 'dying' | 'sharing' | 'outage' | 'campaign';
  readonly planted: string;
  readonly seen: string;
  readonly found: boolean;
}

export interface Evaluated {
  readonly sales: Answering;
  readonly db: Executor;
  readonly truth: CityTruth;
  /** The first morning after the last day. */
  readonly at: CityTime;
}

const ALL_WEEKS = 600;
/** Whole weeks at either end of the panel of new and returning customers. */
const COMPARED_WEEKS = 4;

/** Looks for what was planted, as people look: in panels and in the bureau's weeks. */
export async function findPlanted(of: Evaluated): Promise<Finding[]> {
  return [
    await findPeak(of),
    await findDying(of),
    await findSharing(of),
    await findOutage(of),
    await findCampaignLift(of),
  ];
}

/** The streets whose strongest week on the index is the planted one. */
async function findPeak({ db, truth }: Evaluated): Promise<Finding> {
  const { weeks, lines } = seriesOf(await readSums(db, ALL_WEEKS));
  const { peak } = truth;
  const week = mondayOf(peak.from);
  const at = weeks.findIndex((each) => each.week === week);
  const streets = lines
    .filter(({ kind, index }) => {
      const values = index.map((value) => value ?? 0);
      return kind === 'street' && (values[at] ?? 0) > 150 && values[at] === Math.max(...values);
    })
    .map(({ id, index }) => ({ id, index: index[at] ?? 0 }));
  const names = streets.map(({ id }) => id);
  return {
    effect: 'peak',
    planted: `${peak.streets.join(', ')} in the week of ${week}, times ${peak.factor}`,
    seen: streets.map(({ id, index }) => `${id} ${Math.round(index)}`).join(', '),
    found: names.toSorted().join(' ') === peak.streets.toSorted().join(' '),
  };
}

/** The merchant who lost the largest share of customers within thirteen weeks, by the panel of new and returning ones. */
async function findDying({ sales, truth, at }: Evaluated): Promise<Finding> {
  const fits = new LifetimeFits();
  const kept: { merchant: string; share: number }[] = [];
  for (const { merchant } of truth.companies) {
    const scope = { kind: 'merchant', merchantId: merchant } as const;
    const panel = await makePanel(sales, { panel: 'returning', scope, at, fits });
    if (panel.panel !== 'returning') continue;
    const people = panel.weeks.map(({ fresh, returning }) => fresh + returning);
    const before = sum(people.slice(0, COMPARED_WEEKS));
    const now = sum(people.slice(-COMPARED_WEEKS));
    kept.push({ merchant, share: before === 0 ? 1 : now / before });
  }
  const [worst] = kept.toSorted((a, b) => a.share - b.share);
  return {
    effect: 'dying',
    planted: `${truth.dying.merchant} from ${truth.dying.from} on`,
    seen: worst
      ? `${worst.merchant} keeps ${Math.round(100 * worst.share)} % of its customers`
      : '',
    found: worst?.merchant === truth.dying.merchant,
  };
}

/** The pair of shops with the most customers in common. */
async function findSharing({ sales, truth, at }: Evaluated): Promise<Finding> {
  const panel = await makePanel(sales, {
    panel: 'covisits',
    scope: { kind: 'city' },
    at,
    fits: new LifetimeFits(),
  });
  const [first] = panel.panel === 'covisits' ? panel.pairs : [];
  const pair = first ? [first.shop ?? '', first.other].toSorted() : [];
  return {
    effect: 'sharing',
    planted: truth.sharing.shops.join(' and '),
    seen: first ? `${pair.join(' and ')}, at least ${first.shared}` : '',
    found: pair.join(' ') === truth.sharing.shops.toSorted().join(' '),
  };
}

/** The streets and weeks with late payments. */
async function findOutage({ db, truth }: Evaluated): Promise<Finding> {
  const late: string[] = [];
  for (const week of await listWeeks(db)) {
    const found = await findWeek(db, week);
    const streets = found?.streets.filter(({ lateHours }) => lateHours > 0) ?? [];
    late.push(...streets.map(({ street }) => `${street} in the week of ${week}`));
  }
  const planted = `${truth.outage.street} in the week of ${mondayOf(truth.outage.day)}`;
  return {
    effect: 'outage',
    planted,
    seen: late.join(', '),
    found: late.join(', ') === planted,
  };
}

/** The campaign's lift, by its control group: an interval above zero, with what was planted in it. */
async function findCampaignLift({ db, truth, at }: Evaluated): Promise<Finding> {
  const { campaignId, merchant, from, to, brought, broughtDays } = truth.campaign;
  const campaign = await findCampaign(db, campaignId);
  const lift = campaign && (await liftOf(db, campaign, startOfDay(at.day).getTime()));
  const planted = `${merchant} from ${from} to ${to}: ${brought} payments`;
  if (!lift?.outcome.told) return { effect: 'campaign', planted, seen: '', found: false };
  const { treated, visits } = lift.outcome;
  const each = broughtDays / treated.people;
  const [low, value, high] = [visits.low, visits.value, visits.high].map((days) => days.toFixed(2));
  return {
    effect: 'campaign',
    planted: `${planted}, ${each.toFixed(2)} days a person who may have the discount`,
    seen: `${value} days a person (${low} to ${high})`,
    found: visits.low > 0 && visits.low <= each && each <= visits.high,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0);
}
