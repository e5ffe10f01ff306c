/** ISO 4217 alphabetic codes of the currencies we book. */
export const CURRENCIES = ['CNY', 'HKD', 'EUR', 'USD', 'JPY'] as const;

export type Currency = (typeof CURRENCIES)[number];

const MINOR_UNIT_EXPONENT: Record<Currency, number> = { CNY: 2, HKD: 2, EUR: 2, USD: 2, JPY: 0 };

/** An amount in minor units (fen, cents) of its currency. */
export interface Money {
  readonly amountMinor: bigint;
  readonly currency: Currency;
}

/**
 * Reads plain decimal text, "12.50" as 1250 CNY.
 *
 * @returns undefined where it is none, negative, or has more decimals than the currency
 */
export function parseAmount(text: string, currency: Currency): Money | undefined {
  const parts = /^(\d{1,15})(?:\.(\d{1,5}))?$/.exec(text);
  if (!parts) return undefined;
  const exponent = MINOR_UNIT_EXPONENT[currency];
  const decimals = (parts[2] ?? '').replace(/0+$/, '');
  if (decimals.length > exponent) return undefined;
  return { amountMinor: BigInt(`${parts[1]}${decimals.padEnd(exponent, '0')}`), currency };
}

/** Plain decimal text, "12.50" for 1250 CNY: for logs and files; pages format with `Intl`. */
export function formatAmount(money: Money): string {
  const exponent = MINOR_UNIT_EXPONENT[money.currency];
  if (exponent === 0) return money.amountMinor.toString();
  const negative = money.amountMinor < 0n;
  const digits = (negative ? -money.amountMinor : money.amountMinor)
    .toString()
    .padStart(exponent + 1, '0');
  const text = `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
  return negative ? `-${text}` : text;
}
