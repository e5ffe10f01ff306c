import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHOPPERS } from '../../deploy/demo/cast.ts';
import { type Counter, openCounter } from '../../deploy/demo/counter.ts';
import type { PaymentOutcome } from '../../firmware-bridge/transport/payment-outcome.ts';
import type { PaymentQuestionData } from '../../shared/contracts/terminal-messages.ts';
import { present } from '../../shared/kernel/assert.ts';
import { openStreet, type Street } from '../support/street.ts';

const shopper = present(SHOPPERS[6], 'a shopper');
const PIN = '493817';
/** Above the tier that this hub is set up with. */
const LARGE = 10_001n;

let street: Street;
let counter: Counter;
let shopperId: string;

beforeAll(async () => {
  street = await openStreet({ hubSettings: { HUB_PIN_ABOVE_MINOR: '10000' } });
  shopperId = await street.enrol(shopper.pictures[0], { pin: PIN });
  counter = await openCounter(street.stack, 'test-t1');
});
afterAll(async () => {
  await counter?.terminal.close();
  await street?.close();
});

let looks = 0;
async function pay(
  amountMinor: bigint,
  answer?: (question: PaymentQuestionData) => Promise<string | null>,
): Promise<PaymentOutcome> {
  looks += 1;
  const how = { seed: `questions/${looks}`, depth: true };
  const camera = await street.studio.camera(shopper.pictures[0], how);
  await camera.prepare(1);
  return counter.terminal.pay({
    amountMinor,
    currency: 'CNY',
    takeFrames: () => camera.takeBurst(1),
    ...(answer && { answer }),
  });
}
const typing = (digits: string) => async () => digits;
const decided = (outcome: string, code: string | null) => ({
  kind: 'decided',
  result: { outcome, code },
});

describe('a real hub', () => {
  it('takes a small payment by the face, and asks the PIN above the tier', async () => {
    expect(await pay(10_000n, typing('000001'))).toMatchObject(decided('paid', null));
    const asked: PaymentQuestionData[] = [];
    const outcome = await pay(LARGE, async (question) => {
      asked.push(question);
      return PIN;
    });
    expect(outcome).toMatchObject(decided('paid', null));
    expect(asked.map(({ question, digits }) => [question, digits])).toEqual([['pin', 6]]);
    expect(await street.paymentCount()).toBe(2);
  });

  it('offers another way where nobody could answer, and charges nobody who leaves', async () => {
    expect(await pay(LARGE)).toMatchObject(decided('fallback', 'pin_needed'));
    expect(await pay(LARGE, async () => null)).toMatchObject({ kind: 'unanswered' });
    expect(await street.paymentCount()).toBe(2);
  });

  it('has forgotten its questions after a restart, and not the wrong answers', async () => {
    const interrupted = await pay(LARGE, async () => {
      await street.hub.restart();
      return PIN;
    });
    expect(interrupted).toMatchObject({ kind: 'refused', refusal: { code: 'question_unknown' } });
    expect(await pay(LARGE, typing('000001'))).toMatchObject(decided('fallback', 'answer_wrong'));
    await street.hub.restart();
    const third = await pay(LARGE, typing('000002'));
    expect(third).toMatchObject(decided('fallback', 'too_many_tries'));
    // the lock is of the person, whatever the amount
    expect(await pay(100n, typing(PIN))).toMatchObject(decided('fallback', 'too_many_tries'));
    expect(await street.paymentCount()).toBe(2);
    expect(shopperId).not.toBe('');
  });

  it('says in its metrics what it asked, and not whom', async () => {
    const text = await (await fetch(`${street.hub.url}/metrics`)).text();
    expect(text).toMatch(/wuma_hub_decisions_total\{outcome="asked",code="pin"\} [1-9]/);
    expect(text).not.toContain(shopperId);
  });
});
