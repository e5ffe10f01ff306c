import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RateLimiter } from '../../shared/kernel/rate-limiter.ts';
import { TestClock } from '../../test/support/test-hub.ts';
import { ChallengeBook } from './challenge-book.ts';

const terms = { terminalId: 't1', paymentId: 'p1', amountMinor: 100n, currency: 'CNY' };

describe('ChallengeBook', () => {
  const make = () => {
    const clock = new TestClock();
    return { clock, book: new ChallengeBook(clock, randomBytes) };
  };

  it('is good once', () => {
    const { book } = make();
    const { challenge } = book.issue(terms);
    expect(Buffer.from(challenge, 'base64url')).toHaveLength(32);
    expect(book.check(challenge, terms).ok).toBe(true);
    expect(book.use(challenge, terms).ok).toBe(true);
    expect(book.use(challenge, terms)).toEqual({ ok: false, error: 'challenge_used' });
  });

  it.each([
    ['another amount', { amountMinor: 101n }, 'challenge_mismatch'],
    ['another payment', { paymentId: 'p2' }, 'challenge_mismatch'],
    ['another currency', { currency: 'EUR' }, 'challenge_mismatch'],
    ['another terminal', { terminalId: 't2' }, 'challenge_unknown'],
  ])('is not good for %s', (_, change, error) => {
    const { book } = make();
    const { challenge } = book.issue(terms);
    expect(book.use(challenge, { ...terms, ...change })).toEqual({ ok: false, error });
  });

  it('lives 30 s', () => {
    const { book, clock } = make();
    const { challenge } = book.issue(terms);
    clock.aheadMs = 29_000;
    expect(book.check(challenge, terms).ok).toBe(true);
    clock.aheadMs = 30_001;
    expect(book.check(challenge, terms)).toEqual({ ok: false, error: 'challenge_expired' });
  });

  it('keeps a bounded number for each terminal', () => {
    const { book } = make();
    const first = book.issue(terms).challenge;
    for (let i = 0; i < 16; i += 1) book.issue(terms);
    expect(book.check(first, terms)).toEqual({ ok: false, error: 'challenge_unknown' });
  });
});

describe('RateLimiter', () => {
  it('lets a burst through, then the rate, for each key', () => {
    const clock = new TestClock();
    const limiter = new RateLimiter(
      { perSecond: 2, burst: 3 },
      { monotonic: () => clock.aheadMs, now: () => 0 },
    );
    const take = () => limiter.take('a');
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
    expect(limiter.take('b')).toBe(true);
    clock.aheadMs = 500;
    expect([take(), take()]).toEqual([true, false]);
  });
});
