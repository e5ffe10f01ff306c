import type { ProgrammeEffect } from '../../shared/contracts/http-programmes.ts';
import { type Sample, welchDifference } from '../campaigns/welch.ts';
import type { Executor } from '../db/database.ts';
import { addDays, dayOf, startOfDay } from '../merchants/china-time.ts';
import { readTakings, type Takings } from './effect-store.ts';
import { findProgramme, findRun } from './programme-store.ts';

/** Fewer companies in a group are not told of: too few to compare, and one of them could be recognised. */
const LEAST_COMPANIES = 10;
const LEAST_WEEKS = 4;
/** Half a year: what happens later has other reasons. */
const MOST_WEEKS = 26;
const DAYS_A_WEEK = 7;
const DAY_MS = 86_400_000;

type Outcome = ProgrammeEffect['outcome'];
type Told = Extract<Outcome, { told: true }>;
type Why = Extract<Outcome, { told: false }>['why'];

/**
 * What an approved run has changed: how the takings of companies that were awarded have changed since, less how those of
 * companies did that were eligible and were not (difference in differences, 95 % interval by Welch). Nobody was drawn by
 * lot, so it is a comparison and no proof.
 *
 * @returns undefined where there is no such run
 */
export async function effectOf(
  tx: Executor,
  runId: string,
  nowMs: number,
): Promise<ProgrammeEffect | undefined> {
  const record = await findRun(tx, runId);
  const programme = record && (await findProgramme(tx, record.run.programmeId));
  if (!programme) return undefined;
  const { approval, run } = record;
  if (!approval) return refused('not_approved');
  // from the day after it on
  const first = addDays(dayOf(approval.approvedAt.getTime()), 1);
  const days = Math.round(
    (startOfDay(dayOf(nowMs)).getTime() - startOfDay(first).getTime()) / DAY_MS,
  );
  const weeks = Math.min(MOST_WEEKS, Math.floor(days / DAYS_A_WEEK));
  if (weeks < LEAST_WEEKS) return refused('too_early');
  const span = weeks * DAYS_A_WEEK;
  const eligible = run.ranked.filter(({ rank }) => rank !== null);
  const takings = await readTakings(tx, {
    merchantIds: eligible.map(({ merchantId }) => merchantId),
    currency: programme.rules.currency,
    from: startOfDay(addDays(first, -span)),
    at: startOfDay(first),
    until: startOfDay(addDays(first, span)),
  });
  const awarded = new Set(
    eligible.filter((each) => each.awarded).map(({ merchantId }) => merchantId),
  );
  const compared = compareGrowth(
    takings.filter(({ merchantId }) => awarded.has(merchantId)),
    takings.filter(({ merchantId }) => !awarded.has(merchantId)),
  );
  if (!compared) return refused('too_few');
  const until = addDays(first, span - 1);
  const outcome: Told = { told: true, weeks, until, ...compared };
  return { sentence: sentenceOf(outcome), outcome };
}

/**
 * Compares how two groups' takings changed.
 *
 * @returns undefined where one of them has fewer than ten companies
 */
export function compareGrowth(
  awarded: readonly Takings[],
  others: readonly Takings[],
): Pick<Told, 'awarded' | 'others' | 'difference'> | undefined {
  if (Math.min(awarded.length, others.length) < LEAST_COMPANIES) return undefined;
  const [one, other] = [growthOf(awarded), growthOf(others)];
  return {
    awarded: { companies: one.size, growth: one.mean },
    others: { companies: other.size, growth: other.mean },
    difference: welchDifference(one, other),
  };
}

/**
 * The change against the mean of before and after, from -2 of a company that has closed to 2 of one that is new (S. J. Davis,
 * J. Haltiwanger and S. Schuh 1996, Job Creation and Destruction): no company of a group outweighs the others.
 */
function growthOf(takings: readonly Takings[]): Sample {
  const growth = takings.map(({ before, after }) =>
    before + after <= 0 ? 0 : (2 * (after - before)) / (before + after),
  );
  const size = growth.length;
  const mean = growth.reduce((sum, each) => sum + each, 0) / size;
  const variance = growth.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (size - 1);
  return { size, mean, variance };
}

function refused(why: Why): ProgrammeEffect {
  return { sentence: REFUSED[why], outcome: { told: false, why } };
}

const REFUSED: Record<Why, ProgrammeEffect['sentence']> = {
  not_approved: {
    'zh-CN': '名单尚未批准，还谈不上效果。',
    en: 'The list has not been approved: there is nothing to compare yet.',
  },
  too_early: {
    'zh-CN': '批准后还不满四周，请稍后再看。',
    en: 'Fewer than four whole weeks have gone by since the approval.',
  },
  too_few: {
    'zh-CN': '获批和未获批的合格企业中有一组不足 10 家，无法比较。',
    en: 'Fewer than ten companies were awarded, or were eligible and were not: they cannot be compared.',
  },
};

function sentenceOf({ weeks, awarded, others, difference }: Told): ProgrammeEffect['sentence'] {
  const { low, high, value } = difference;
  const meaning = MEANING[low > 0 ? 'more' : high < 0 ? 'less' : 'open'];
  const range = `${percent(low)} – ${percent(high)}`;
  return {
    'zh-CN': `批准后 ${weeks} 周与此前相比，获批企业的营业额变化 ${percent(awarded.growth)}%，合格而未获批的企业变化 ${percent(others.growth)}%，相差 ${percent(value)} 个百分点（${range}）：${meaning['zh-CN']}`,
    en: `In the ${weeks} weeks since, takings of awarded companies changed by ${percent(awarded.growth)} %, of eligible ones without an award by ${percent(others.growth)} %: ${percent(value)} points apart (${range}), ${meaning.en}`,
  };
}

/** With its sign: 0.081 is +8.1. */
function percent(share: number): string {
  const text = (100 * share).toFixed(1);
  return text === '-0.0' ? '0.0' : text.startsWith('-') ? text.replace('-', '−') : `+${text}`;
}

const MEANING: Record<'more' | 'less' | 'open', ProgrammeEffect['sentence']> = {
  more: { 'zh-CN': '获批企业表现更好。', en: 'awarded companies did better.' },
  less: { 'zh-CN': '获批企业表现更差。', en: 'awarded companies did worse.' },
  open: { 'zh-CN': '目前也可能只是偶然。', en: 'which so far may be chance.' },
};
