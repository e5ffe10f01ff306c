import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Doubt, OrderAnswer } from './funding-source.ts';
import {
  afterAnswer,
  afterReturn,
  MOST_TRIES,
  PATIENCE_MS,
  type UnderWay,
} from './funding-steps.ts';

const doubts = fc.constantFrom<Doubt>('no_answer', 'bad_answer', 'source_in_doubt');
const answers = fc.oneof<fc.Arbitrary<OrderAnswer>[]>(
  fc.constantFrom<OrderAnswer>(
    { is: 'paid', reference: 'r' },
    { is: 'open' },
    { is: 'refused', reason: 'no' },
    { is: 'closed' },
    { is: 'absent' },
  ),
  doubts.map((doubt) => ({ is: 'unknown', doubt })),
);
const sent = (ageMs: number): UnderWay => ({ state: 'sent', ageMs, tries: 1 });

describe('a payment in', () => {
  it('is collected by nothing but a word of the source while it is sent', () => {
    fc.assert(
      fc.property(
        answers,
        fc.record<UnderWay>({
          state: fc.constantFrom('sent', 'cancelling'),
          ageMs: fc.nat(200_000),
          tries: fc.integer({ min: 1, max: 40 }),
        }),
        (answer, payment) => {
          const step = afterAnswer(payment, answer);
          const isPaid = payment.state === 'sent' && answer.is === 'paid';
          expect(step.state === 'collected').toBe(isPaid);
          expect(step.reference !== null).toBe(step.state === 'collected');
          expect(step.waitMs !== undefined).toBe(['sent', 'cancelling'].includes(step.state));
        },
      ),
    );
  });

  it('is asked for until the patience ends, then called off', () => {
    const open: OrderAnswer = { is: 'open' };
    expect(afterAnswer(sent(PATIENCE_MS - 1), open)).toMatchObject({ state: 'sent' });
    expect(afterAnswer(sent(PATIENCE_MS), open)).toMatchObject({ state: 'cancelling', waitMs: 0 });
    expect(afterAnswer(sent(0), { is: 'absent' })).toMatchObject({ state: 'cancelling' });
  });

  it('ends whatever the source answers: no chain of steps is endless', () => {
    fc.assert(
      fc.property(fc.array(answers, { minLength: 60, maxLength: 60 }), (said) => {
        let state: string = 'sent';
        let ageMs = 0;
        let tries = 0;
        for (const answer of said) {
          if (state !== 'sent' && state !== 'cancelling') return;
          tries += 1;
          const step = afterAnswer({ state, ageMs, tries }, answer);
          if (step.state !== state) tries = 0;
          ({ state } = step);
          ageMs += step.waitMs ?? 0;
        }
        expect(['sent', 'cancelling']).not.toContain(state);
      }),
    );
  });
});

describe('a return', () => {
  it('is tried again with growing waits, then left to a person', () => {
    const unknown = { is: 'unknown', doubt: 'no_answer' } as const;
    const waits = Array.from({ length: MOST_TRIES }, (_, index) => afterReturn(index + 1, unknown));
    expect(waits.slice(0, 4).map((step) => step.waitMs)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...waits.map((step) => step.waitMs ?? 0))).toBe(300_000);
    expect(waits.at(-1)).toMatchObject({ state: 'unresolved', reason: 'no_answer' });
    expect(afterReturn(1, { is: 'returned' }).state).toBe('returned');
    expect(afterReturn(1, { is: 'refused', reason: 'no' })).toMatchObject({ state: 'refused' });
  });
});
