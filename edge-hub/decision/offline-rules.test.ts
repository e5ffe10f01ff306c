import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideOffline, type OfflinePolicy, type OfflineSituation } from './offline-rules.ts';

const HOUR = 3_600_000;
const POLICY: OfflinePolicy = {
  freshMs: 10_000,
  floorLimitMinor: 20_000n,
  staleFloorLimitMinor: 5_000n,
  maxListAgeMs: 24 * HOUR,
  lowerConsecutive: 3,
  lowerCumulativeMinor: 30_000n,
  upperConsecutive: 10,
  upperCumulativeMinor: 100_000n,
  onlineShare: 0.01,
  maxOfflineMs: 72 * HOUR,
};
const FRESH: OfflineSituation = {
  amountMinor: 1_000n,
  asked: false,
  canAsk: true,
  offlineMs: 5_000,
  listed: false,
  consecutive: 0,
  cumulativeMinor: 0n,
  draw: 0.5,
};
const OFFLINE = { ...FRESH, canAsk: false, offlineMs: HOUR };
/** Central was not heard for a while, and may be back. */
const DOUBTFUL = { ...OFFLINE, canAsk: true };

describe('decideOffline', () => {
  it.each<[string, OfflineSituation, string]>([
    ['central is there', FRESH, 'go'],
    ['any amount while it is there', { ...FRESH, amountMinor: 9_999_999n }, 'go'],
    ['drawn for it', { ...FRESH, draw: 0.009 }, 'ask'],
    ['drawn, and central said yes', { ...FRESH, draw: 0.009, asked: true }, 'go'],
    ['drawn, and central cannot be asked', { ...FRESH, draw: 0.009, canAsk: false }, 'go'],
    ['at the floor limit', { ...OFFLINE, amountMinor: 20_000n }, 'go'],
    ['above the floor limit', { ...OFFLINE, amountMinor: 20_001n }, 'offline_limit'],
    ['above it, with a way to central', { ...DOUBTFUL, amountMinor: 20_001n }, 'ask'],
    ['above it, after central said yes', { ...DOUBTFUL, amountMinor: 20_001n, asked: true }, 'go'],
    ['the tenth in a row', { ...OFFLINE, consecutive: 9 }, 'go'],
    ['the eleventh', { ...OFFLINE, consecutive: 10 }, 'offline_limit'],
    ['the fourth, with a way to central', { ...DOUBTFUL, consecutive: 3 }, 'ask'],
    ['the fourth, without', { ...OFFLINE, consecutive: 3 }, 'go'],
    ['up to the cumulative limit', { ...OFFLINE, cumulativeMinor: 99_000n }, 'go'],
    ['above it', { ...OFFLINE, cumulativeMinor: 99_001n }, 'offline_limit'],
    ['above the lower one', { ...DOUBTFUL, cumulativeMinor: 29_001n }, 'ask'],
    ['a list a day old, small amount', { ...OFFLINE, offlineMs: 24 * HOUR + 1 }, 'go'],
    [
      'a list a day old, above the small amount',
      { ...OFFLINE, offlineMs: 24 * HOUR + 1, amountMinor: 5_001n },
      'offline_limit',
    ],
    ['a list a day old, central back', { ...DOUBTFUL, offlineMs: 24 * HOUR + 1 }, 'ask'],
    ['72 hours', { ...OFFLINE, offlineMs: 72 * HOUR }, 'go'],
    ['longer', { ...OFFLINE, offlineMs: 72 * HOUR + 1 }, 'offline_too_long'],
    ['longer, central back', { ...DOUBTFUL, offlineMs: 72 * HOUR + 1, asked: true }, 'go'],
    ['listed', { ...FRESH, listed: true }, 'account_blocked'],
    ['listed, whatever central said', { ...FRESH, listed: true, asked: true }, 'account_blocked'],
  ])('%s', (_, situation, verdict) => {
    expect(decideOffline(POLICY, situation)).toBe(verdict);
  });

  it('never asks where nobody can be asked, nor twice, and takes from nobody who is listed', () => {
    const situation = fc.record({
      amountMinor: fc.bigInt({ min: 1n, max: 200_000n }),
      asked: fc.boolean(),
      canAsk: fc.boolean(),
      offlineMs: fc.integer({ min: 0, max: 100 * HOUR }),
      listed: fc.boolean(),
      consecutive: fc.nat(20),
      cumulativeMinor: fc.bigInt({ min: 0n, max: 200_000n }),
      draw: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(situation, (at) => {
        const verdict = decideOffline(POLICY, at);
        if (verdict === 'ask') expect(at.canAsk && !at.asked).toBe(true);
        if (at.listed) expect(verdict).toBe('account_blocked');
        if (verdict === 'go' && !at.asked && at.offlineMs > POLICY.freshMs) {
          expect(at.amountMinor).toBeLessThanOrEqual(POLICY.floorLimitMinor);
          expect(at.cumulativeMinor + at.amountMinor).toBeLessThanOrEqual(
            POLICY.upperCumulativeMinor,
          );
          expect(at.offlineMs).toBeLessThanOrEqual(POLICY.maxOfflineMs);
        }
      }),
    );
  });
});
