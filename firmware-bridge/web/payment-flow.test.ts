import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AMOUNT_KEYS, amountKeyOf, pressAmountKey } from './amount-entry.ts';
import { digitKeyOf, pressDigitKey } from './digit-entry.ts';
import { openPayment, openRefund } from './open-records.ts';
import {
  advance,
  type FlowEvent,
  type FlowState,
  type Outcome,
  type Question,
  START,
} from './payment-flow.ts';

const payment = { paymentId: 'payment-1', amountMinor: 1250n, currency: 'CNY' } as const;
const paid: Outcome = { kind: 'paid', reference: 'R-1', capturedAt: '2026-11-24T08:00:00.000Z' };
const refusal = { code: 'no_face', words: { 'zh-CN': '没有看到人脸', en: 'No face in view' } };

const question: Question = {
  questionId: 'question-1',
  kind: 'last4',
  length: 4,
  again: false,
  words: { 'zh-CN': '请输入手机号后四位', en: 'Last 4 digits of your phone number' },
};

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

  it('reads a code until one is sent, and turns back before it', () => {
    const reading = after({ type: 'woken' }, { type: 'offered', payment }, { type: 'codeStarted' });
    expect(reading.screen).toEqual({ name: 'code', payment });
    const offered = advance(reading, { type: 'cancelled' });
    expect(offered.screen).toEqual({ name: 'offer', payment, last: null });
    const sent = advance(reading, { type: 'claimSent' });
    expect(sent.screen).toEqual({ name: 'checking', payment, unsure: false });
    expect(advance(sent, { type: 'cancelled' })).toBe(sent);
  });

  it('lights the face while it looks, and no other payment’s', () => {
    const looking = after(...toChecking.slice(0, -1));
    expect(looking.screen).toEqual({ name: 'looking', payment, light: null });
    const lit = advance(looking, { type: 'lit', paymentId: 'payment-1', light: 'cyan' });
    expect(lit.screen).toEqual({ name: 'looking', payment, light: 'cyan' });
    expect(advance(lit, { type: 'lit', paymentId: 'payment-0', light: 'red' })).toBe(lit);
    const checking = advance(lit, { type: 'picturesSent' });
    expect(advance(checking, { type: 'lit', paymentId: 'payment-1', light: null })).toBe(checking);
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

  it('asks, takes what is typed, and waits for the hub again', () => {
    const asking = after(...toChecking, { type: 'asked', paymentId: 'payment-1', question });
    expect(asking.screen).toEqual({ name: 'question', payment, question, typed: '' });
    const typed = advance(asking, { type: 'typed', typed: '47' });
    expect(typed.screen).toMatchObject({ name: 'question', typed: '47' });
    const sent = advance(typed, { type: 'answerSent' });
    expect(sent.screen).toEqual({ name: 'checking', payment, unsure: false });
    const next = { ...question, questionId: 'question-2', kind: 'pin', length: 6 } as const;
    const again = advance(sent, { type: 'asked', paymentId: 'payment-1', question: next });
    expect(again.screen).toMatchObject({ name: 'question', question: next, typed: '' });
  });

  it('lets the shopper leave a question, and not a sent answer', () => {
    const asking = after(...toChecking, { type: 'asked', paymentId: 'payment-1', question });
    const left = advance(asking, { type: 'cancelled' });
    expect(left.screen).toEqual({ name: 'offer', payment, last: null });
    const sent = advance(asking, { type: 'answerSent' });
    expect(advance(sent, { type: 'cancelled' })).toBe(sent);
  });

  it('does not show the question of another payment', () => {
    const checking = after(...toChecking);
    expect(advance(checking, { type: 'asked', paymentId: 'payment-0', question })).toBe(checking);
  });

  it('never shows paid unless the hub said that this payment is paid', () => {
    const events = fc.constantFrom<FlowEvent>(
      ...toChecking,
      { type: 'rested' },
      { type: 'amountChanged', amountMinor: 5n },
      { type: 'cancelled' },
      { type: 'lit', paymentId: 'payment-1', light: 'red' },
      { type: 'answerLost' },
      { type: 'asked', paymentId: 'payment-1', question },
      { type: 'typed', typed: '4711' },
      { type: 'answerSent' },
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

describe('digit pad', () => {
  it('takes as many digits as are asked for, and takes them back', () => {
    const typed = (['4', '7', 'back', '7', '1', '1', '9'] as const).reduce(
      (before, key) => pressDigitKey(before, key, 4),
      '',
    );
    expect(typed).toBe('4711');
    expect(pressDigitKey(typed, 'clear', 4)).toBe('');
    expect(pressDigitKey('', 'back', 4)).toBe('');
  });

  it('knows the keys of a keyboard', () => {
    const keys = ['0', '9', 'Backspace', 'Delete', 'clear', 'e', 'Enter'];
    expect(keys.map(digitKeyOf)).toEqual([
      '0',
      '9',
      'back',
      'clear',
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('giving back', () => {
  const standing = {
    paymentId: 'payment-1',
    state: 'captured',
    amountMinor: '1250',
    currency: 'CNY',
    refundedMinor: '250',
    refundableMinor: '1000',
    reversibleUntil: null,
    capturableUntil: null,
    capturedAt: '2026-11-24T08:00:00.000Z',
    reference: 'R-1',
  } as const;
  const refund = { ...payment, refundId: 'refund-1' };
  const opened: readonly FlowEvent[] = [
    { type: 'woken' },
    { type: 'recentOpened' },
    { type: 'recentTold', recent: { payments: [standing] } },
  ];
  const chosen: readonly FlowEvent[] = [...opened, { type: 'refundChosen', payment: standing }];
  const ended = (refundId: string): FlowEvent => ({
    type: 'refundEnded',
    refundId,
    outcome: { kind: 'refunded', reference: 'R-2' },
  });

  it('starts with all that is left, and goes back a screen at a time', () => {
    expect(after(...chosen).screen).toMatchObject({ amountMinor: 1000n, isTyped: false });
    const back: FlowEvent = { type: 'cancelled' };
    expect(after(...chosen, back).screen).toEqual(after(...opened).screen);
    expect(after(...opened, back).screen).toEqual({ name: 'amount', amountMinor: 0n });
    // an answer to the list that comes late finds another screen
    expect(after(...chosen, { type: 'recentTold', recent: null }).screen.name).toBe('refund');
  });

  it('is not turned back once it is sent, and ends by its own answer alone', () => {
    const sent: readonly FlowEvent[] = [...chosen, { type: 'refundSent', refund }];
    const unsure: readonly FlowEvent[] = [...sent, { type: 'cancelled' }, { type: 'refundUnsure' }];
    expect(after(...unsure, ended('refund-0')).screen).toEqual({
      name: 'refunding',
      refund,
      unsure: true,
    });
    const done = [...unsure, ended('refund-1')];
    expect(after(...done).screen).toMatchObject({ name: 'refundResult' });
    expect(after(...done, { type: 'resultShown' }).screen.name).toBe('amount');
  });

  it('is taken up again by a page that comes back', () => {
    expect(after({ type: 'refundResumed', refund }, ended('refund-1')).screen).toMatchObject({
      name: 'refundResult',
      outcome: { kind: 'refunded', reference: 'R-2' },
    });
  });
});

describe('payment kept on the device', () => {
  it('is read back, and anything else is nothing', () => {
    const text = '{"paymentId":"payment-1","amountMinor":"1250","currency":"CNY"}';
    expect(openPayment.parse(text)).toEqual(payment);
    for (const bad of ['', '{', 'null', '{"paymentId":1}', text.replace('1250', '-5')]) {
      expect(openPayment.parse(bad)).toBeUndefined();
    }
    // a refund has an id of its own, without which it may not be sent again
    expect(openRefund.parse(text)).toBeUndefined();
    const refund = { ...payment, refundId: 'refund-1' };
    const kept = JSON.stringify({ ...refund, amountMinor: '1250' });
    expect(openRefund.parse(kept)).toEqual(refund);
  });
});
