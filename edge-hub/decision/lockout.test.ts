import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterWrongAnswer, isLocked, LOCK_RULES, lockOf, type WrongAnswers } from './lockout.ts';

const MINUTE = 60_000;
const START = 1_000_000;

function wrong(times: number, scope: 'digits' | 'pin' | 'terminal', everyMs: number) {
  let counted: WrongAnswers | undefined;
  let now = START;
  for (let i = 0; i < times; i += 1) {
    now = START + i * everyMs;
    counted = afterWrongAnswer(counted, scope, now);
  }
  return { counted, now };
}

describe('wrong PINs', () => {
  it('lock at the third, for a quarter of an hour', () => {
    expect(isLocked(wrong(2, 'pin', 0).counted, START)).toBe(false);
    const { counted } = wrong(3, 'pin', 0);
    expect(isLocked(counted, START + 15 * MINUTE - 1)).toBe(true);
    expect(isLocked(counted, START + 15 * MINUTE)).toBe(false);
  });

  it('count on however long one waits between them', () => {
    expect(wrong(3, 'pin', 365 * 24 * 60 * MINUTE).counted?.locks).toBe(1);
  });

  it('make each lock twice as long, up to a day', () => {
    for (const [locks, minutes] of [
      [1, 15],
      [2, 30],
      [3, 60],
      [8, 24 * 60],
      [20, 24 * 60],
    ] as const) {
      const { counted, now } = wrong(3 * locks, 'pin', 2 * 24 * 60 * MINUTE);
      expect(counted?.lockedUntilMs).toBe(now + minutes * MINUTE);
    }
  });

  it('leave three guesses a day, whatever the guesser waits', () => {
    const waits = fc.array(fc.integer({ min: 1, max: 48 * 60 }), { minLength: 50, maxLength: 50 });
    fc.assert(
      fc.property(waits, (pauses) => {
        let counted: WrongAnswers | undefined;
        let now = START;
        let guesses = 0;
        for (let i = 0; now - START < 365 * 24 * 60 * MINUTE; i += 1) {
          if (isLocked(counted, now)) now = counted?.lockedUntilMs ?? now;
          // in no hurry, or in a great one
          if (i % 7 === 0) now += (pauses[i % pauses.length] ?? 1) * MINUTE;
          counted = afterWrongAnswer(counted, 'pin', now);
          guesses += 1;
        }
        // three a day, and the faster ones of the first days
        expect(guesses).toBeLessThanOrEqual(3 * 366 + 30);
      }),
      { numRuns: 50 },
    );
  });
});

describe('a lock', () => {
  it('of digits closes the questions, of the PIN everything', () => {
    const { counted: pin } = wrong(LOCK_RULES.pin.failures, 'pin', 0);
    const { counted: digits } = wrong(LOCK_RULES.digits.failures, 'digits', 0);
    expect(lockOf({ digits: undefined, pin: undefined }, START)).toBe('open');
    expect(lockOf({ digits, pin: undefined }, START)).toBe('questions');
    expect(lockOf({ digits, pin }, START)).toBe('closed');
  });

  it('is not shortened by another wrong answer while it holds', () => {
    const { counted } = wrong(3, 'pin', 0);
    const later = afterWrongAnswer(counted, 'pin', START + 1);
    expect(later.lockedUntilMs).toBe(counted?.lockedUntilMs);
  });
});

it('a terminal forgets the slips of the last customers', () => {
  expect(wrong(10, 'terminal', MINUTE).counted?.locks).toBe(1);
  expect(wrong(100, 'terminal', 15 * MINUTE).counted?.locks).toBe(0);
});
