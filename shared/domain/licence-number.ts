/**
 * Unified social credit code, the number on a Chinese business licence (GB 32100-2015): registering authority, kind,
 * six digits of place, nine of the organisation, and a check character. The letters I, O, S, V and Z are not used.
 */
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const SHAPE = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/;
const MODULUS = 31;
/** The weight of place i is 3^i modulo 31. */
const WEIGHTS = Array.from({ length: 17 }, (_, place) => 3 ** place % MODULUS);

/** Whether a number is well formed and its check character is right; it does not say that the company exists. */
export function isLicenceNumber(text: string): boolean {
  return SHAPE.test(text) && checkCharacter(text.slice(0, 17)) === text[17];
}

/** @param body the first 17 characters */
export function checkCharacter(body: string): string {
  const sum = WEIGHTS.reduce(
    (total, weight, place) => total + weight * ALPHABET.indexOf(body[place] ?? ''),
    0,
  );
  return ALPHABET[(MODULUS - (sum % MODULUS)) % MODULUS] ?? '';
}
