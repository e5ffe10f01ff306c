import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALLOWED_MOVES,
  afterMove,
  PAYMENT_MOVES,
  PAYMENT_STATES,
  type PaymentStanding,
  refundableMinor,
} from './payment.ts';

const WHOLE = 100n;
const standing = (state: PaymentStanding['state'], refundedMinor = 0n): PaymentStanding => ({
  state,
  amountMinor: WHOLE,
  refundedMinor,
});

describe('afterMove', () => {
  it.each([
    ['new', 'decline', 'declined'],
    ['new', 'authorise', 'authorised'],
    ['new', 'capture', 'captured'],
    ['new', 'cancel', 'cancelled'],
    ['new', 'refund', null],
    ['new', 'reverse', null],
    ['new', 'expire', null],
    ['declined', 'decline', 'declined'],
    ['declined', 'authorise', 'authorised'],
    ['declined', 'capture', 'captured'],
    ['declined', 'cancel', 'cancelled'],
    ['declined', 'refund', null],
    ['authorised', 'authorise', null],
    ['authorised', 'decline', null],
    ['authorised', 'capture', 'captured'],
    ['authorised', 'cancel', 'cancelled'],
    ['authorised', 'expire', 'expired'],
    ['authorised', 'refund', null],
    ['captured', 'capture', null],
    ['captured', 'decline', null],
    ['captured', 'cancel', null],
    ['captured', 'expire', null],
    ['captured', 'reverse', 'reversed'],
    ['captured', 'refund', 'refunded'],
    ['partly_refunded', 'reverse', null],
    ['refunded', 'refund', null],
    ['reversed', 'refund', null],
    ['reversed', 'reverse', null],
    ['cancelled', 'capture', null],
    ['cancelled', 'authorise', null],
    ['cancelled', 'cancel', null],
    ['expired', 'capture', null],
    ['expired', 'cancel', null],
  ] as const)('%s, %s: %s', (from, kind, to) => {
    const after = afterMove(standing(from), { kind, amountMinor: WHOLE });
    expect(after.ok ? after.value.state : null).toBe(to);
  });

  it('allows nothing that is not in the table, and all that is', () => {
    for (const from of ['new', ...PAYMENT_STATES] as const) {
      for (const kind of PAYMENT_MOVES) {
        const inTable = ALLOWED_MOVES.some((row) => row.from === from && row.move === kind);
        const refundedMinor = from === 'partly_refunded' ? 40n : 0n;
        const amountMinor = from === 'partly_refunded' ? 60n : WHOLE;
        const moved = afterMove(standing(from, refundedMinor), { kind, amountMinor });
        expect(moved.ok).toBe(inTable);
      }
    }
  });

  it('takes the whole or nothing but for refunds', () => {
    for (const kind of ['capture', 'cancel'] as const) {
      const after = afterMove(standing('authorised'), { kind, amountMinor: 99n });
      expect(after).toEqual({ ok: false, error: 'amount_differs' });
    }
    const half = afterMove(standing('captured'), { kind: 'refund', amountMinor: 99n });
    expect(half.ok && half.value).toEqual(standing('partly_refunded', 99n));
    expect(
      afterMove(standing('partly_refunded', 99n), { kind: 'refund', amountMinor: 2n }),
    ).toEqual({ ok: false, error: 'above_captured' });
  });

  it('never gives back more than was captured, whatever comes in which order', () => {
    const moves = fc.array(
      fc.record({
        kind: fc.constantFrom(...PAYMENT_MOVES),
        amountMinor: fc.oneof(fc.constant(WHOLE), fc.bigInt({ min: -5n, max: 120n })),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(moves, (all) => {
        let now = standing('new');
        const done = { capture: 0n, back: 0n };
        for (const move of all) {
          const after = afterMove(now, move);
          if (!after.ok) continue;
          now = after.value;
          if (move.kind === 'capture') done.capture += move.amountMinor;
          if (move.kind === 'refund' || move.kind === 'reverse') done.back += move.amountMinor;
        }
        expect([0n, WHOLE]).toContain(done.capture);
        expect(done.back).toBeLessThanOrEqual(done.capture);
        expect(refundableMinor(now)).toBe(
          now.state === 'captured' || now.state === 'partly_refunded'
            ? done.capture - done.back
            : 0n,
        );
      }),
    );
  });
});
