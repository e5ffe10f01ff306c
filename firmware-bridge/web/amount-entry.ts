/** Keys of the amount pad. */
export type AmountKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '00' | 'back';

export const AMOUNT_KEYS: readonly AmountKey[] = [
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '00',
  '0',
  'back',
];

/** 9,999,999.99 in a currency of two decimals: far above what a shop takes, far below what a sum may hold. */
const MAX_DIGITS = 9;

/**
 * The amount after one more key. Digits come in from the right, as on a till: 1, 2, 5, 0 is 12.50.
 * A key that would not fit changes nothing.
 */
export function pressAmountKey(amountMinor: bigint, key: AmountKey): bigint {
  if (key === 'back') return amountMinor / 10n;
  const text = `${amountMinor}${key}`;
  const next = BigInt(text);
  return next.toString().length > MAX_DIGITS ? amountMinor : next;
}

/** The pad's key for a key of a keyboard, or undefined. */
export function amountKeyOf(keyboardKey: string): AmountKey | undefined {
  if (keyboardKey === 'Backspace') return 'back';
  return AMOUNT_KEYS.find((key) => key === keyboardKey);
}
