import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHOPPERS } from '../../deploy/demo/cast.ts';
import { type Counter, newId, openCounter } from '../../deploy/demo/counter.ts';
import type { Species } from '../../firmware-bridge/simulator/attack-species.ts';
import type { PaymentOutcome } from '../../firmware-bridge/transport/payment-outcome.ts';
import { LIGHT_HUES, type LightColour } from '../../shared/contracts/light-sequence.ts';
import type { PaymentQuestionData } from '../../shared/contracts/terminal-messages.ts';
import { present } from '../../shared/kernel/assert.ts';
import { codeOf } from '../support/raw-terminal.ts';
import { openStreet, type Street } from '../support/street.ts';

const shopper = present(SHOPPERS[6], 'a shopper');
const lit = present(SHOPPERS[1], 'another shopper');
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

describe('a terminal whose screen lights the face', () => {
  it('takes a payment of who follows the colours, and of no picture', async () => {
    // without a PIN, so that whatever leaves a doubt is refused
    await street.enrol(lit.pictures[0]);
    const terminal = await street.plainTerminal('test-lit');
    const look = async (how: { species?: Species; film?: boolean; other?: boolean }) => {
      const ticket = await terminal.challenge(100n, newId(), true);
      const steps = present(ticket.light, 'colours for a terminal that can light');
      const { species = 'bona-fide' } = how;
      const camera = await street.studio.camera(lit.pictures[0], {
        seed: 'lit',
        depth: false,
        species,
      });
      const frames = await camera.takeLit(how.other ? steps.map(opposite) : steps);
      const film = await camera.takeBurst(how.film ? steps.length : 1);
      const taken = how.film ? film.map((frame, lightStep) => ({ ...frame, lightStep })) : frames;
      return codeOf(await terminal.ask(terminal.probe(ticket, taken)));
    };
    const before = await street.paymentCount();
    expect(await look({ other: true })).toBe('attack_suspected');
    expect(await look({ film: true })).toBe('pin_needed');
    // by the colours that were drawn it is more or less sure; it pays with none
    expect(['attack_suspected', 'pin_needed']).toContain(await look({ species: 'flat-print' }));
    expect(await street.paymentCount()).toBe(before);
    expect(await look({})).toBe('paid');
    await terminal.close();
  });
});

/** The colour across the circle of hues. */
function opposite(colour: LightColour): LightColour {
  const at = LIGHT_HUES.findIndex((hue) => hue === colour);
  return at < 0 ? colour : present(LIGHT_HUES[(at + 3) % LIGHT_HUES.length], 'a hue');
}
