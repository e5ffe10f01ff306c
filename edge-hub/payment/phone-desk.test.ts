import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type TerminalReply,
  terminalReplySchema,
} from '../../shared/contracts/terminal-messages.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
  type TypedPhone,
} from '../../test/support/test-hub.ts';
import { LOCK_RULES } from '../decision/lockout.ts';

const PHONE = '13800001234';
const PIN = '493817';
const UNKNOWN = '13900009999';
const WRONG = '111222';

let hub: TestHub;
let li: string;

beforeEach(async () => {
  hub = await createTestHub();
  hub.register('test-t1');
  hub.register('test-t2');
  li = await enrol('li', { phone: PHONE, pin: PIN });
});
afterEach(() => hub.close());

async function enrol(
  person: string,
  about: { phone?: string; pin?: string; minor?: boolean },
): Promise<string> {
  const enrolled = await hub.context.enrolment.enrol({
    ...NOTHING_SAID,
    ...about,
    enrolmentId: newId(),
    photos: [pictureOf(person)],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
  });
  if (!enrolled.ok) throw new Error(enrolled.error);
  return enrolled.value.shopperId;
}

const send = async (payload: Uint8Array, terminalId = 'test-t1'): Promise<TerminalReply> =>
  terminalReplySchema.parse(JSON.parse(await hub.context.handler.handle(terminalId, payload)));
const type = (typed: Partial<TypedPhone> = {}, terminalId = 'test-t1') =>
  send(hub.phone(terminalId, { phone: PHONE, pin: PIN, ...typed }), terminalId);
const booked = (): number => hub.context.ledger.summary().payments;
const paid = { type: 'payment.result', data: { outcome: 'paid', code: null } };
const noMatch = {
  type: 'payment.result',
  data: { outcome: 'declined', code: 'phone_or_pin_wrong' },
};
const other = (code: string) => ({ type: 'payment.result', data: { outcome: 'fallback', code } });
const refused = (code: string) => ({ type: 'error', data: { code } });

describe('phone number and PIN', () => {
  it('pay, once, in the books of whom they name', async () => {
    const message = hub.phone('test-t1', { phone: PHONE, pin: PIN });
    const first = await send(message);
    expect(first).toMatchObject(paid);
    expect(await send(message)).toEqual(first);
    expect(booked()).toBe(1);
    expect(hub.context.ledger.captured(1)[0]?.shopperId).toBe(li);
    expect(hub.context.feed.latest(1)[0]).toMatchObject({ outcome: 'paid', method: 'phone+pin' });
    const [event] = hub.context.outbox.pending(10).filter((row) => row.type === 'payment.captured');
    expect(JSON.parse(event?.dataJson ?? '{}')).toMatchObject({ shopperId: li, method: 'phone' });
  });

  it('authorise for a capture that tells the same way', async () => {
    const paymentId = newId();
    const authorised = await type({ paymentId, capture: 'later' });
    expect(authorised).toMatchObject({ data: { outcome: 'authorised' } });
    expect(booked()).toBe(0);
    await send(hub.move('test-t1', 'payment.capture', { paymentId, amountMinor: 1_250n }));
    const event = hub.context.outbox.pending(20).find((row) => row.type === 'payment.captured');
    expect(JSON.parse(event?.dataJson ?? '{}')).toMatchObject({ method: 'phone' });
  });

  it('are held to the limits of everybody and of minors', async () => {
    await enrol('child', { phone: '13700007777', pin: '284660', minor: true });
    const child = { phone: '13700007777', pin: '284660' };
    expect(await type({ ...child, amountMinor: 5_001n })).toMatchObject(
      other('amount_above_limit'),
    );
    expect(await type({ amountMinor: 50_000n })).toMatchObject(paid);
    expect(await type({ amountMinor: 50_001n })).toMatchObject(other('amount_above_limit'));
  });

  it('find one person: a number that is taken is not taken again', async () => {
    const again = await hub.context.enrolment.enrol({
      ...NOTHING_SAID,
      phone: PHONE,
      pin: '284660',
      enrolmentId: newId(),
      photos: [pictureOf('wang')],
      consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    });
    expect(again).toEqual({ ok: false, error: 'phone_taken' });
  });

  it('of an erased person find nobody, and the number is free', async () => {
    await hub.context.enrolment.erase(li);
    expect(await type()).toMatchObject(noMatch);
    expect(booked()).toBe(0);
    const next = await enrol('wang', { phone: PHONE, pin: '284660' });
    expect(await type({ pin: '284660' })).toMatchObject(paid);
    expect(hub.context.ledger.captured(1)[0]?.shopperId).toBe(next);
  });

  it('need a challenge of their own, the terminal’s signature, and the same bytes again', async () => {
    const requestId = newId();
    const bad = await type({ challenge: 'never-heard-of-this-one' });
    expect(bad).toMatchObject(refused('challenge_unknown'));
    expect(await type({ signAs: 'test-t2' })).toMatchObject(refused('bad_signature'));
    const first = hub.phone('test-t1', { phone: PHONE, pin: PIN, requestId });
    expect(await send(first)).toMatchObject(paid);
    expect(await type({ requestId })).toMatchObject(refused('idempotency_conflict'));
    expect(booked()).toBe(1);
  });
});

describe('who tries', () => {
  it('hears the same of an unknown number, a wrong PIN, none set, and a lock', async () => {
    await enrol('wang', { phone: '13600006666' });
    const said = (reply: TerminalReply) => ({ ...reply.data, paymentId: '', stagesMs: '' });
    const unknown = said(await type({ phone: UNKNOWN }));
    expect(said(await type({ phone: '13600006666' }))).toEqual(unknown);
    for (let i = 0; i < LOCK_RULES.phone.failures; i += 1) {
      expect(said(await type({ pin: WRONG }))).toEqual(unknown);
    }
    expect(said(await type()), 'locked: the right one as well').toEqual(unknown);
    expect(booked()).toBe(0);
    hub.clock.aheadMs += LOCK_RULES.phone.lockMs;
    expect(await type()).toMatchObject(paid);
  });

  it('does not lock anybody out of paying by face', async () => {
    for (let i = 0; i < LOCK_RULES.phone.failures; i += 1) await type({ pin: WRONG });
    expect(await type({}, 'test-t2')).toMatchObject(noMatch);
    expect(await send(hub.probe('test-t1', { version: 3 }))).toMatchObject(paid);
  });

  it('is stopped at the terminal, whatever the numbers', async () => {
    for (let i = 0; i < LOCK_RULES.terminal.failures; i += 1) {
      expect(await type({ phone: `139000000${10 + i}` })).toMatchObject(noMatch);
    }
    expect(await type()).toMatchObject(other('too_many_tries'));
    expect(await type({}, 'test-t2')).toMatchObject(paid);
  });

  it('works as hard for an unknown number as for a known one', async () => {
    const took = async (phone: string): Promise<number> => {
      const from = performance.now();
      await type({ phone, pin: WRONG });
      return performance.now() - from;
    };
    const [known, unknown] = [await took(PHONE), await took(UNKNOWN)];
    // a number that is looked up and not tried would be answered within a millisecond or two
    expect(unknown).toBeGreaterThan(known / 4);
    expect(known).toBeGreaterThan(unknown / 4);
  });
});

it('neither number nor PIN is in a file of the hub or on its page', async () => {
  await type();
  await type({ phone: UNKNOWN, pin: WRONG });
  const dir = hub.context.settings.dataDir;
  const bytes = Buffer.concat(
    readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(dir, entry.name))),
  );
  for (const secret of [PHONE, PIN, UNKNOWN, WRONG]) {
    expect(bytes.includes(secret)).toBe(false);
    expect(JSON.stringify(hub.context.feed.latest(10))).not.toContain(secret);
  }
});
