import {
  type Measure,
  type ProgrammeRules,
  programmeRulesSchema,
} from '../../../shared/contracts/http-programmes.ts';
import { parseAmount } from '../../../shared/domain/money.ts';
import { measureValue } from '../desk/measures.ts';

const CURRENCY = 'CNY';

export interface LimitDraft {
  readonly key: string;
  readonly measure: Measure;
  readonly atLeast: string;
  readonly atMost: string;
}

export interface WeightDraft {
  readonly key: string;
  readonly measure: Measure;
  readonly weight: string;
}

/** Rules as they stand in the form: every number still as it was written. */
export interface RulesDraft {
  readonly kind: ProgrammeRules['kind'];
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly award: string;
  readonly budget: string;
  readonly mostCompanies: string;
  readonly eligibility: readonly LimitDraft[];
  readonly weights: readonly WeightDraft[];
}

/** Fields of the form, as they are named in its messages. */
export type RulesField =
  | 'title'
  | 'from'
  | 'to'
  | 'award'
  | 'budget'
  | 'mostCompanies'
  | 'eligibility'
  | 'weights';

export type ReadRules =
  | { readonly ok: true; readonly rules: ProgrammeRules }
  | { readonly ok: false; readonly wrong: readonly RulesField[] };

/** The rules that a form says, or which of its fields do not make sense. */
export function readRules(draft: RulesDraft): ReadRules {
  const wrong = new Set<RulesField>();
  const amount = (field: 'award' | 'budget'): string => {
    const read = parseAmount(draft[field].trim(), CURRENCY);
    if (!read || read.amountMinor <= 0n) wrong.add(field);
    return String(read?.amountMinor ?? 0n);
  };
  const limits = draft.eligibility.map(({ measure, atLeast, atMost }) => {
    const [least, most] = [limitOf(measure, atLeast), limitOf(measure, atMost)];
    const isEmpty = least === undefined && most === undefined;
    if (isEmpty || Number.isNaN(least) || Number.isNaN(most)) wrong.add('eligibility');
    return {
      measure,
      ...(least === undefined ? {} : { atLeast: least }),
      ...(most === undefined ? {} : { atMost: most }),
    };
  });
  const [awardMinor, budgetMinor] = [amount('award'), amount('budget')];
  const checked = programmeRulesSchema.safeParse({
    kind: draft.kind,
    title: draft.title,
    currency: CURRENCY,
    from: draft.from,
    to: draft.to,
    awardMinor,
    budgetMinor,
    mostCompanies: wholeOf(draft.mostCompanies),
    eligibility: limits,
    weights: draft.weights.map(({ measure, weight }) => ({ measure, weight: wholeOf(weight) })),
  });
  for (const { path } of checked.error?.issues ?? []) wrong.add(FIELD_OF[String(path[0])] ?? 'to');
  if (wrong.size > 0 || !checked.success) return { ok: false, wrong: [...wrong] };
  return { ok: true, rules: checked.data };
}

/** Which field of the form a part of the rules comes from; the order of the days is the last day's. */
const FIELD_OF: Readonly<Record<string, RulesField>> = {
  title: 'title',
  from: 'from',
  to: 'to',
  awardMinor: 'award',
  budgetMinor: 'budget',
  mostCompanies: 'mostCompanies',
  eligibility: 'eligibility',
  weights: 'weights',
};

/** @returns undefined where nothing is written, NaN where it is no number */
function limitOf(measure: Measure, text: string): number | undefined {
  return text.trim() === '' ? undefined : (measureValue(measure, text.trim()) ?? Number.NaN);
}

function wholeOf(text: string): number {
  return /^-?\d{1,6}$/.test(text.trim()) ? Number(text) : Number.NaN;
}
