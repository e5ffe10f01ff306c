/** Keys of the shopper's pad. */
export type DigitKey = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | 'clear' | 'back';

/** As on a telephone. */
export const DIGIT_KEYS: readonly DigitKey[] = [
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  'clear',
  '0',
  'back',
];

/** What is typed after one more key. A digit too many changes nothing. */
export function pressDigitKey(typed: string, key: DigitKey, length: number): string {
  if (key === 'clear') return '';
  if (key === 'back') return typed.slice(0, -1);
  return typed.length < length ? typed + key : typed;
}

/** The pad's key for a key of a keyboard, or undefined. */
export function digitKeyOf(keyboardKey: string): DigitKey | undefined {
  if (keyboardKey === 'Backspace') return 'back';
  if (keyboardKey === 'Delete') return 'clear';
  return DIGIT_KEYS.find((key) => key === keyboardKey && key.length === 1);
}

/** A number as it is read aloud: groups of four from the right, the rest in front. */
export function phoneText(digits: string): string {
  return digits.replaceAll(/\B(?=(?:\d{4})+$)/g, ' ');
}
