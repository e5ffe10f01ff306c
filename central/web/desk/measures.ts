import type { Measure, ProgrammeRules } from '../../../shared/contracts/http-programmes.ts';
import { moneyText } from '../../../shared/web/format.ts';

/** How a measure is written for people: amounts in yuan, shares in per cent, the rest as it is. */
const UNITS: Readonly<Record<Measure, 'count' | 'yuan' | 'percent' | 'points'>> = {
  street_months: 'count',
  street_payments: 'count',
  street_taken_minor: 'yuan',
  street_back_share: 'percent',
  street_dispute_share: 'percent',
  standing_score: 'points',
};

/** A measure's value for people; a dash where it is not known. */
export function measureText(measure: Measure, value: number | null, language: string): string {
  if (value === null) return '–';
  switch (UNITS[measure]) {
    case 'yuan':
      return moneyText({ amountMinor: BigInt(Math.round(value)), currency: 'CNY' }, language);
    case 'percent':
      return new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 2 }).format(
        value,
      );
    case 'count':
    case 'points':
      return new Intl.NumberFormat(language).format(value);
  }
}

/**
 * What somebody wrote as a measure's value.
 *
 * @returns undefined where it is no number
 */
export function measureValue(measure: Measure, text: string): number | undefined {
  if (!/^-?\d{1,12}(\.\d{1,4})?$/.test(text)) return undefined;
  const written = Number(text);
  switch (UNITS[measure]) {
    case 'yuan':
      return Math.round(written * 100);
    case 'percent':
      return written / 100;
    case 'count':
    case 'points':
      return written;
  }
}

/** The unit a measure is written in, as a key of the messages. */
export function unitKey(measure: Measure): string {
  return `unit.${UNITS[measure]}`;
}

/** An amount of a programme's rules for people. */
export function rulesMoney(
  minor: string,
  { currency }: Pick<ProgrammeRules, 'currency'>,
  language: string,
): string {
  return moneyText({ amountMinor: BigInt(minor), currency }, language);
}
