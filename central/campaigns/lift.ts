import type { Lift, LiftDifference } from '../../shared/contracts/http-campaigns.ts';
import type { Currency } from '../../shared/domain/money.ts';
import { moneyText } from '../../shared/web/format.ts';
import type { Executor } from '../db/database.ts';
import { mondayOf } from '../insight/panels/city-time.ts';
import { dayOf, startOfDay } from '../merchants/china-time.ts';
import type { StandingCampaign } from './campaign-store.ts';
import { type Arm, type ArmMeasure, readArms } from './lift-store.ts';
import { type Difference, type Sample, welchDifference } from './welch.ts';

/** Fewer people in a group are not told of: one of them could be recognised. */
const LEAST_PEOPLE = 10;
/** Thirteen weeks before the campaign: who paid in them is compared, by what they did since. */
export const COMPARED_DAYS_BEFORE = 91;

type Outcome = Lift['outcome'];
type Told = Extract<Outcome, { told: true }>;

/**
 * What a campaign has brought: the difference between those who may have its discount and its control group, with a 95 %
 * interval, of whole days; of the city's campaigns of whole weeks.
 */
export async function liftOf(
  tx: Executor,
  campaign: StandingCampaign,
  nowMs: number,
): Promise<Lift> {
  const { campaignId, currency } = campaign;
  const outcome = await outcomeOf(tx, campaign, nowMs);
  const sentence = outcome.told ? sentenceOf(outcome, currency) : REFUSED[outcome.why];
  return { campaignId, sentence, outcome };
}

async function outcomeOf(
  tx: Executor,
  campaign: StandingCampaign,
  nowMs: number,
): Promise<Outcome> {
  const { startsAt, endsAt, stoppedAt, terms, merchantId } = campaign;
  if (terms.controlPercent === 0) return { told: false, why: 'no_control' };
  const today = dayOf(nowMs);
  const over = [endsAt, stoppedAt ?? endsAt].toSorted((a, b) => Number(a) - Number(b))[0] ?? endsAt;
  const whole = startOfDay(merchantId === null ? mondayOf(today) : today);
  const until = over < whole ? over : whole;
  if (until <= startsAt) return { told: false, why: 'too_early' };
  const before = new Date(startsAt.getTime() - COMPARED_DAYS_BEFORE * 86_400_000);
  const { treated, control } = await readArms(tx, campaign, { before, until });
  if (Math.min(treated.people, control.people) < LEAST_PEOPLE)
    return { told: false, why: 'too_few' };
  const spend = compare(treated, control, ({ spend: measure }) => measure);
  const visits = compare(treated, control, ({ visits: measure }) => measure);
  const arm = (people: number, at: 0 | 1) => ({
    people,
    spendMinor: spend.means[at],
    visits: visits.means[at],
  });
  return {
    told: true,
    until: dayOf(until.getTime() - 1),
    treated: arm(treated.people, 0),
    control: arm(control.people, 1),
    spendMinor: spend.difference,
    visits: visits.difference,
  };
}

/**
 * Compares a measure, each person's own habit of before taken out: chance has it that one group were the better customers
 * already (Deng, Xu, Kohavi and Walker 2013, CUPED). Without a link between before and during it changes nothing.
 */
export function compare(
  treated: Arm,
  control: Arm,
  of: (arm: Arm) => ArmMeasure,
): { readonly difference: Difference; readonly means: readonly [number, number] } {
  const arms = [treated, control].map((arm) => ({ people: arm.people, measure: of(arm) }));
  const pooled = (value: (measure: ArmMeasure) => number): number =>
    arms.reduce((sum, { people, measure }) => sum + (people - 1) * value(measure), 0);
  const spread = pooled(({ varianceBefore }) => varianceBefore);
  const slope = spread === 0 ? 0 : pooled(({ covariance }) => covariance) / spread;
  const all = treated.people + control.people;
  const usual = arms.reduce(
    (sum, { people, measure }) => sum + (people / all) * measure.meanBefore,
    0,
  );
  const adjusted = ({ people }: Arm, measure: ArmMeasure): Sample => ({
    size: people,
    mean: measure.mean - slope * (measure.meanBefore - usual),
    variance: Math.max(
      0,
      measure.variance + slope ** 2 * measure.varianceBefore - 2 * slope * measure.covariance,
    ),
  });
  const [one, other] = [adjusted(treated, of(treated)), adjusted(control, of(control))];
  return { difference: welchDifference(one, other), means: [one.mean, other.mean] };
}

const REFUSED: Record<Extract<Outcome, { told: false }>['why'], Lift['sentence']> = {
  too_few: {
    'zh-CN': '其中一组还不到 10 人，暂时无法比较。',
    en: 'One of the groups has fewer than ten people: nothing can be said yet.',
  },
  no_control: {
    'zh-CN': '这个活动没有对照组，看不出带来了多少。',
    en: 'Nobody is held back from this campaign, so there is nothing to compare with.',
  },
  too_early: {
    'zh-CN': '活动还没有过完一天（全市活动为一周），请稍后再看。',
    en: 'There is no whole day of it yet (of a city’s campaign, no whole week).',
  },
};

function sentenceOf({ spendMinor, visits }: Told, currency: Currency): Lift['sentence'] {
  // the narrow symbol is the same in both languages
  const money = (minor: number): string =>
    moneyText({ amountMinor: BigInt(Math.round(minor)), currency }, 'zh-CN');
  const spend = money(Math.abs(spendMinor.value));
  const came = days(Math.abs(visits.value));
  const [spendRange, cameRange] = [range(spendMinor, money), range(visits, days)];
  const [isLess, isSeldom] = [spendMinor.value < 0, visits.value < 0];
  const sure = spendMinor.low > 0 ? 'more' : spendMinor.high < 0 ? 'less' : 'open';
  return {
    'zh-CN': `可享优惠的顾客人均比对照组${isLess ? '少' : '多'}消费 ${spend}（${spendRange}），${isSeldom ? '少' : '多'}来 ${came} 天（${cameRange}）：${MEANING[sure]['zh-CN']}`,
    en: `Those who may have it spent ${spend} ${isLess ? 'less' : 'more'} a person than the control group (${spendRange}) and came on ${came} ${isSeldom ? 'fewer' : 'more'} days (${cameRange}): ${MEANING[sure].en}`,
  };
}

function range({ low, high }: LiftDifference, text: (value: number) => string): string {
  return `${text(low)} – ${text(high)}`;
}

function days(value: number): string {
  return value.toFixed(2);
}

const MEANING = {
  more: { 'zh-CN': '活动有效。', en: 'the campaign works.' },
  less: { 'zh-CN': '活动得不偿失。', en: 'the campaign costs more than it brings.' },
  open: { 'zh-CN': '目前也可能只是偶然。', en: 'so far that may be chance.' },
} as const;
