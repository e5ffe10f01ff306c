import type { Lock } from './decision.ts';

/**
 * What is counted: wrong digits and wrong PINs by person, wrong answers of any kind by terminal. Wrong PINs with the phone
 * number are counted by themselves: who knows somebody's number could lock them out of paying by face otherwise.
 */
export type LockScope = 'digits' | 'pin' | 'phone' | 'terminal';

/** Wrong answers of one subject. Times in milliseconds since the Unix epoch. */
export interface WrongAnswers {
  /** Since the last right answer or the last lock. */
  readonly failures: number;
  /** Since the last right answer. */
  readonly locks: number;
  readonly lastAtMs: number;
  readonly lockedUntilMs: number | null;
}

interface LockRule {
  /** Wrong answers that close the lock. */
  readonly failures: number;
  readonly lockMs: number;
  /** Each lock is twice as long as the one before, up to this. */
  readonly maxLockMs: number;
  /** Without a wrong answer for so long all is forgotten. Infinite: only a right answer makes up for it. */
  readonly forgetMs: number;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * A PIN of six digits stands three tries, then waits of 15 minutes doubling to a day: about 1,100 guesses of a
 * million in a year. Whoever is at a shop's terminal can't be told apart there, so a terminal gets more.
 */
export const LOCK_RULES: Record<LockScope, LockRule> = {
  digits: { failures: 5, lockMs: 15 * MINUTE_MS, maxLockMs: DAY_MS, forgetMs: DAY_MS },
  pin: {
    failures: 3,
    lockMs: 15 * MINUTE_MS,
    maxLockMs: DAY_MS,
    forgetMs: Number.POSITIVE_INFINITY,
  },
  phone: {
    failures: 3,
    lockMs: 15 * MINUTE_MS,
    maxLockMs: DAY_MS,
    forgetMs: Number.POSITIVE_INFINITY,
  },
  terminal: { failures: 10, lockMs: 10 * MINUTE_MS, maxLockMs: DAY_MS, forgetMs: 15 * MINUTE_MS },
};

/** The count after one more wrong answer. */
export function afterWrongAnswer(
  before: WrongAnswers | undefined,
  scope: LockScope,
  nowMs: number,
): WrongAnswers {
  const rule = LOCK_RULES[scope];
  const kept = before && !isForgotten(before, rule, nowMs) ? before : undefined;
  const failures = (kept?.failures ?? 0) + 1;
  const locks = kept?.locks ?? 0;
  if (failures < rule.failures) {
    return { failures, locks, lastAtMs: nowMs, lockedUntilMs: kept?.lockedUntilMs ?? null };
  }
  const lockMs = Math.min(rule.maxLockMs, rule.lockMs * 2 ** locks);
  return { failures: 0, locks: locks + 1, lastAtMs: nowMs, lockedUntilMs: nowMs + lockMs };
}

/** A lock still holds while it is closed; what is forgotten has been open for long. */
function isForgotten(before: WrongAnswers, rule: LockRule, nowMs: number): boolean {
  return !isLocked(before, nowMs) && nowMs - before.lastAtMs >= rule.forgetMs;
}

export function isLocked(counted: WrongAnswers | undefined, nowMs: number): boolean {
  return nowMs < (counted?.lockedUntilMs ?? Number.NEGATIVE_INFINITY);
}

/** What a person's two counts mean for the decision. */
export function lockOf(
  counted: { readonly digits: WrongAnswers | undefined; readonly pin: WrongAnswers | undefined },
  nowMs: number,
): Lock {
  if (isLocked(counted.pin, nowMs)) return 'closed';
  return isLocked(counted.digits, nowMs) ? 'questions' : 'open';
}
