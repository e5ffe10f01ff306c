import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { paymentCapturedSchema } from '../../shared/contracts/hub-events.ts';
import { CODE_AHEAD_MS, CODE_GOOD_MS } from '../../shared/contracts/payment-code.ts';
import {
  type TerminalReply,
  terminalReplySchema,
} from '../../shared/contracts/terminal-messages.ts';
import { ShopperPhone } from '../../test/support/shopper-phone.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type ShownCode,
  type TestHub,
} from '../../test/support/test-hub.ts';

const PIN = '493817';
const captureDataSchema = paymentCapturedSchema.shape.data;

let hub: TestHub;
let li: string;
let phone: ShopperPhone;
let told = 0;

beforeEach(async () => {
  told = 0;
  hub = await createTestHub();
  hub.register('test-t1');
  hub.register('test-t2');
  li = await enrol('li');
  phone = new ShopperPhone();
  await tell(li, phone.publicKey);
});
afterEach(() => hub.close());

async function enrol(person: string, minor = false): Promise<string> {
  const enrolled = await hub.context.enrolment.enrol({
    ...NOTHING_SAID,
    pin: PIN,
    minor,
    enrolmentId: newId(),
    photos: [pictureOf(person)],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
  });
  if (!enrolled.ok) throw new Error(enrolled.error);
  return enrolled.value.shopperId;
}

/** Central says whose phone it is. */
function tell(shopperId: string, publicKey: string | null): Promise<void> {
  const occurredAt = new Date(hub.clock.now()).toISOString();
  const data = { shopperId, publicKey };
  told += 1;
  const message = { seq: told, id: newId(), type: 'shopper.phone', version: 1, occurredAt, data };
  return hub.context.applier.apply(message);
}

const send = async (payload: Uint8Array, terminalId = 'test-t1'): Promise<TerminalReply> =>
  terminalReplySchema.parse(JSON.parse(await hub.context.handler.handle(terminalId, payload)));
const codeNow = () => phone.codeAt(hub.clock.now());
const show = (shown: Partial<ShownCode> = {}, terminalId = 'test-t1') =>
  send(hub.code(terminalId, { code: codeNow(), ...shown }), terminalId);
const later = (ms: number): void => {
  hub.clock.aheadMs += ms;
};
/** What central is told of the payment. */
function captureTold() {
  const event = hub.context.outbox.pending(20).find((row) => row.type === 'payment.captured');
  return captureDataSchema.parse(JSON.parse(event?.dataJson ?? '{}'));
}
const booked = (): number => hub.context.ledger.summary().payments;
const paid = { type: 'payment.result', data: { outcome: 'paid', code: null } };
const notGood = { type: 'payment.result', data: { outcome: 'declined', code: 'code_not_good' } };
const other = (code: string) => ({ type: 'payment.result', data: { outcome: 'fallback', code } });
const refused = (code: string) => ({ type: 'error', data: { code } });

describe('the code on a shopper’s phone', () => {
  it('pays, once, in the books of whose phone it is', async () => {
    const code = codeNow();
    const message = hub.code('test-t1', { code });
    const first = await send(message);
    expect(first).toMatchObject(paid);
    expect(await send(message), 'the same request again').toEqual(first);
    expect(booked()).toBe(1);
    expect(hub.context.ledger.captured(1)[0]?.shopperId).toBe(li);
    expect(hub.context.feed.latest(1)[0]).toMatchObject({ outcome: 'paid', method: 'code' });
    expect(captureTold()).toMatchObject({ shopperId: li, method: 'code' });
    expect(captureTold().codeId).toMatch(/^[0-9a-f]{40}$/);
  });

  it('is good once: not for another payment, not at another terminal, nor is an earlier one', async () => {
    const earlier = codeNow();
    later(5_000);
    const code = codeNow();
    expect(await show({ code })).toMatchObject(paid);
    expect(await show({ code })).toMatchObject(notGood);
    expect(await show({ code }, 'test-t2')).toMatchObject(notGood);
    expect(await show({ code: earlier })).toMatchObject(notGood);
    later(1_000);
    expect(await show()).toMatchObject(paid);
    expect(booked()).toBe(2);
  });

  it('is paid by once, however many terminals read it at the same moment', async () => {
    const code = codeNow();
    const terminals = ['test-t1', 'test-t2', 'test-t1', 'test-t2'];
    const replies = await Promise.all(terminals.map((terminal) => show({ code }, terminal)));
    const outcomes = replies.map((reply) => reply.type === 'payment.result' && reply.data.outcome);
    expect(outcomes.filter((outcome) => outcome === 'paid')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'declined')).toHaveLength(3);
    expect(booked()).toBe(1);
  });

  it('is good for a minute, and from a clock that is a little ahead', async () => {
    // real time goes by meanwhile: on a busy machine, seconds
    const codeOf = (sinceNowMs: number) => phone.codeAt(hub.clock.now() + sinceNowMs);
    expect(await show({ code: codeOf(-CODE_GOOD_MS - 1_000) })).toMatchObject(notGood);
    expect(await show({ code: codeOf(CODE_AHEAD_MS + 20_000) })).toMatchObject(notGood);
    expect(await show({ code: codeOf(-CODE_GOOD_MS + 20_000) })).toMatchObject(paid);
    expect(await show({ code: codeOf(CODE_AHEAD_MS - 1_000) })).toMatchObject(paid);
  });

  it('asks for the PIN above the tier, and tells central of the code after it', async () => {
    const asked = await show({ amountMinor: 30_000n });
    if (asked.type !== 'payment.question') throw new Error(`not asked but ${asked.type}`);
    expect(booked()).toBe(0);
    const answered = await send(hub.answer('test-t1', { question: asked.data, digits: PIN }));
    expect(answered).toMatchObject(paid);
    expect(hub.context.feed.latest(1)[0]).toMatchObject({ method: 'code+pin' });
    expect(captureTold().codeId).toHaveLength(40);
  });

  it('is held to the limits of everybody and of minors', async () => {
    expect(await show({ amountMinor: 50_001n })).toMatchObject(other('amount_above_limit'));
    const childsPhone = new ShopperPhone();
    await tell(await enrol('child', true), childsPhone.publicKey);
    const code = childsPhone.codeAt(hub.clock.now());
    expect(await show({ code, amountMinor: 5_001n })).toMatchObject(other('amount_above_limit'));
  });

  it('needs the terminal’s challenge and signature, and the same bytes again', async () => {
    const requestId = newId();
    const stolen = 'never-heard-of-this-one';
    expect(await show({ challenge: stolen })).toMatchObject(refused('challenge_unknown'));
    expect(await show({ signAs: 'test-t2' })).toMatchObject(refused('bad_signature'));
    expect(await show({ requestId })).toMatchObject(paid);
    later(1_000);
    expect(await show({ requestId })).toMatchObject(refused('idempotency_conflict'));
    expect(booked()).toBe(1);
  });
});

describe('what is not a good code', () => {
  it('hears the same, whatever is wrong with it', async () => {
    const said = (reply: TerminalReply) => ({ ...reply.data, paymentId: '', stagesMs: '' });
    const now = hub.clock.now();
    const unknown = said(await show({ code: new ShopperPhone().codeAt(now) }));
    expect(unknown).toMatchObject(notGood.data);
    const wrong = {
      ofAnotherTime: phone.codeAt(now, { madeAtS: Math.floor(now / 1_000) + 1 }),
      signedByNobody: phone.codeAt(now, { signature: new Uint8Array(64) }),
      ofNoForm: 'QUJD',
      empty: '',
      old: phone.codeAt(now - CODE_GOOD_MS * 2),
    };
    for (const [name, code] of Object.entries(wrong)) {
      expect({ [name]: said(await show({ code })) }).toEqual({ [name]: unknown });
    }
    expect(booked()).toBe(0);
    expect(await show(), 'nothing of it has used up a code').toMatchObject(paid);
  });

  it('takes as long with a key that nobody has', async () => {
    const stranger = new ShopperPhone();
    const median = async (of: ShopperPhone): Promise<number> => {
      const took: number[] = [];
      for (let i = 0; i < 15; i += 1) {
        const code = of.codeAt(hub.clock.now(), { signature: new Uint8Array(64).fill(7) });
        const message = hub.code('test-t1', { code });
        const from = performance.now();
        await send(message);
        took.push(performance.now() - from);
      }
      return took.toSorted((a, b) => a - b)[7] ?? 0;
    };
    await median(stranger);
    const [known, unknown] = [await median(phone), await median(stranger)];
    expect(unknown).toBeGreaterThan(known / 3);
    expect(known).toBeGreaterThan(unknown / 3);
  });
});

describe('a shopper’s phone', () => {
  it('is one: the next takes the place of the one before, and none is none', async () => {
    const before = phone;
    phone = new ShopperPhone();
    await tell(li, phone.publicKey);
    expect(await show({ code: before.codeAt(hub.clock.now()) })).toMatchObject(notGood);
    expect(await show()).toMatchObject(paid);
    await tell(li, null);
    later(1_000);
    expect(await show()).toMatchObject(notGood);
  });

  it('told of again does not make its used codes good', async () => {
    const code = codeNow();
    expect(await show({ code })).toMatchObject(paid);
    await tell(li, phone.publicKey);
    expect(await show({ code })).toMatchObject(notGood);
  });

  it('of somebody erased pays for nobody', async () => {
    await hub.context.enrolment.erase(li);
    expect(await show()).toMatchObject(notGood);
    await tell(li, phone.publicKey);
    expect(hub.context.downlinkStore.watermark()).toBe(told);
    expect(await show()).toMatchObject(notGood);
    expect(booked()).toBe(0);
  });

  it('with a key of another kind is refused', async () => {
    const other124 = Buffer.alloc(91, 7).toString('base64');
    await tell(li, other124);
    expect(await show(), 'the one before stays').toMatchObject(paid);
  });
});
