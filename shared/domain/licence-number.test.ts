import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCharacter, isLicenceNumber } from './licence-number.ts';

/** The standard's own example, and published numbers of companies. */
const REAL = [
  '91350100M000100Y43',
  '91440300708461136T',
  '91110000802100433B',
  '91330100799655058B',
];
const ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY'.split('');

const bodies = fc
  .tuple(
    fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 2, maxLength: 2 }),
    fc.string({ unit: fc.constantFrom(...ALPHABET.slice(0, 10)), minLength: 6, maxLength: 6 }),
    fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 9, maxLength: 9 }),
  )
  .map((parts) => parts.join(''));

describe('a licence number', () => {
  it.each(REAL)('%s is right', (number) => {
    expect(isLicenceNumber(number)).toBe(true);
  });

  it.each([
    '91440300708461136X',
    '9144030070846113T6',
    '91440300708461136',
    '91440300708461136t',
    'O1440300708461136T',
    '',
  ])('%j is not', (number) => {
    expect(isLicenceNumber(number)).toBe(false);
  });

  it('notices every single wrong character', () => {
    fc.assert(
      fc.property(bodies, fc.nat(16), fc.constantFrom(...ALPHABET), (body, place, other) => {
        fc.pre(body[place] !== other);
        const wrong = body.slice(0, place) + other + body.slice(place + 1);
        expect(checkCharacter(wrong)).not.toBe(checkCharacter(body));
        expect(isLicenceNumber(body + checkCharacter(body))).toBe(true);
      }),
    );
  });
});
