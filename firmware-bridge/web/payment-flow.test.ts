import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AMOUNT_KEYS, amountKeyOf, pressAmountKey } from './amount-entry.ts';
import { parseOpenPayment } from './open-payment-store.ts';
import { advance, type FlowEvent, type FlowState, type Outcome, START } from './payment-flow.ts';

const payment = { paymentId: 'payment-1', amountMinor: 1250n, currency: 'CNY' } as const;
const paid: Outcome = { kind: 'paid', reference: 'R-1', capturedAt: '2026-11-24T08:00:00.000Z' };
const refusal = { code: 'no_face', words: { 'zh-CN': '没有看到人脸', en: 'No face in view' } };

function after(...events: readonly FlowEvent[]): FlowState {
  return events.reduce(advance, START);
}

const toChecking: readonly FlowEvent[] = [
  { type: 'woken' },
  { type: 'offered', payment },
  { type: 'lookStarted' },
  { type: 'picturesSent' },
];

describe('payment flow', () => {
  it('goes from rest to paid and remembers it for the cashier', () => {
    const state = after(...toChecking, { type: 'ended', paymentId: 'payment-1', outcome: paid });
    expect(state.screen).toEqual({ name: 'result', payment, outcome: paid });
    expect(state.lastPaid).toMatchObject({ amountMinor: 1250n, reference: 'R-1' });
    const next = advance(state, { type: 'resultShown' });
    expect(next.screen).toEqual({ name: 'amount', amountMinor: 0n });
    expect(next.lastPaid).toEqual(state.lastPaid);
  });

  it('keeps the same payment for another look after a decline', () => {
    const outcome: Outcome = { kind: 'declined', refusal };
    const state = after(
      ...toChecking,
      { type: 'ended', paymentId: 'payment-1', outcome },
      { type: 'resultShown' },
    );
    expect(state.screen).toEqual({ name: 'offer', payment, last: refusal });
    expect(state.lastPaid).toBeNull();
  });

  it('cannot be cancelled once the pictures are sent', () => {
    const state = after(...toChecking);
    expect(advance(state, { type: 'cancelled' })).toBe(state);
  });

  it('stays unsure after a lost answer until this payment has ended', () => {
    const unsure = after(...toChecking, { type: 'answerLost' });
    expect(unsure.screen).toEqual({ name: 'checking', payment, unsure: true });
    const other: FlowEvent = { type: 'ended', paymentId: 'payment-0', outcome: paid };
    expect(advance(unsure, other)).toBe(unsure);
  });

  it('never shows paid unless the hub said that this payment is paid', () => {
    const events = fc.constantFrom<FlowEvent>(
      ...toChecking,
      { type: 'rested' },
      { type: 'amountChanged', amountMinor: 5n },
      { type: 'cancelled' },
      { type: 'answerLost' },
      { type: 'resumed', payment },
      { type: 'ended', paymentId: 'payment-0', outcome: paid },
      { type: 'ended', paymentId: 'payment-1', outcome: { kind: 'declined', refusal } },
      { type: 'resultShown' },
    );
    fc.assert(
      fc.property(fc.array(events, { maxLength: 40 }), (sequence) => {
        const { screen, lastPaid } = after(...sequence);
        expect(screen.name === 'result' && screen.outcome.kind === 'paid').toBe(false);
        expect(lastPaid).toBeNull();
      }),
    );
  });
});

describe('amount pad', () => {
  it('takes digits from the right, as a till does', () => {
    const amount = (['1', '2', '5', '0'] as const).reduce(pressAmountKey, 0n);
    expect(amount).toBe(1250n);
    expect(pressAmountKey(amount, 'back')).toBe(125n);
    expect(pressAmountKey(0n, '00')).toBe(0n);
  });

  it('never goes below zero or past nine digits', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...AMOUNT_KEYS), { maxLength: 60 }), (keys) => {
        const amount = keys.reduce(pressAmountKey, 0n);
        expect(amount >= 0n && amount <= 999_999_999n).toBe(true);
      }),
    );
  });

  it('knows the keys of a keyboard', () => {
    expect(amountKeyOf('7')).toBe('7');
    expect(amountKeyOf('Backspace')).toBe('back');
    expect(amountKeyOf('e')).toBeUndefined();
  });
});

describe('payment kept on the device', () => {
  it('is read back, and anything else is nothing', () => {
    const text = '{"paymentId":"payment-1","amountMinor":"1250","currency":"CNY"}';
    expect(parseOpenPayment(text)).toEqual(payment);
    for (const bad of ['', '{', 'null', '{"paymentId":1}', text.replace('1250', '-5')]) {
      expect(parseOpenPayment(bad)).toBeUndefined();
    }
  });
});
