import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  type TerminalReply,
  terminalReplySchema,
} from '../../shared/contracts/terminal-messages.ts';
import {
  attackOn,
  createTestHub,
  EMPTY_PICTURE,
  NOTHING_SAID,
  newId,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';

let hub: TestHub;
let release: () => void = () => undefined;
let analysing = Promise.resolve();

beforeEach(async () => {
  analysing = Promise.resolve();
  hub = await createTestHub({ analysing: () => analysing, env: { HUB_QUEUE_CAPACITY: '1' } });
  hub.register('test-t1');
  hub.register('test-t2');
  const enrolled = await hub.context.enrolment.enrol({
    enrolmentId: newId(),
    photos: [pictureOf('li')],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    ...NOTHING_SAID,
  });
  expect(enrolled.ok).toBe(true);
});
afterEach(() => hub.close());

const read = (json: string): TerminalReply => terminalReplySchema.parse(JSON.parse(json));
const ask = async (payload: Uint8Array, terminalId = 'test-t1'): Promise<TerminalReply> =>
  read(await hub.context.handler.handle(terminalId, payload));
const codeOf = (reply: TerminalReply): string | null =>
  reply.type === 'error' || reply.type === 'payment.result' ? reply.data.code : reply.type;
const pause = (): void => {
  analysing = new Promise((resolve) => {
    release = resolve;
  });
};
const hubItems = (dataJson: string): unknown =>
  z.object({ items: z.unknown().optional() }).parse(JSON.parse(dataJson)).items;
const booked = (): number => hub.context.ledger.summary().rows;
const request = (type: string, data: object, version = 1): Uint8Array =>
  new TextEncoder().encode(
    JSON.stringify({
      id: newId(),
      type,
      version,
      occurredAt: new Date().toISOString(),
      source: 'test-t1',
      data,
    }),
  );

describe('a probe', () => {
  it('is paid, booked and told to central in one', async () => {
    const reply = await ask(hub.probe('test-t1'));
    expect(reply).toMatchObject({ type: 'payment.result', data: { outcome: 'paid', code: null } });
    const { ledger, outbox } = hub.context;
    expect(ledger.summary()).toMatchObject({ payments: 1, rows: 1, sumMinor: 1_250n });
    const event = outbox.pending(10).at(-1);
    expect(event?.type).toBe('payment.captured');
    expect(JSON.parse(event?.dataJson ?? '')).toMatchObject({
      amountMinor: '1250',
      reference: reply.type === 'payment.result' ? reply.data.receipt?.reference : '',
    });
  });

  it.each([
    ['nobody in view', EMPTY_PICTURE, { outcome: 'declined', code: 'no_face' }],
    ['a stranger', pictureOf('stranger'), { outcome: 'fallback', code: 'not_recognised' }],
    ['a picture of a face', attackOn('li'), { outcome: 'fallback', code: 'attack_suspected' }],
  ])('of %s books nothing', async (_, picture, data) => {
    expect(await ask(hub.probe('test-t1', { picture }))).toMatchObject({ data });
    expect(booked()).toBe(0);
  });

  it('may say what was bought, which is told with the capture or authorisation and kept nowhere else', async () => {
    const items = ['龙井茶', 'cake 2'];
    expect(codeOf(await ask(hub.probe('test-t1', { items })))).toBeNull();
    expect(
      codeOf(await ask(hub.probe('test-t1', { items, capture: 'later', version: 3 }))),
    ).toBeNull();
    expect(codeOf(await ask(hub.probe('test-t1')))).toBeNull();
    const told = hub.context.outbox
      .pending(50)
      .filter(({ type }) => type.startsWith('payment.'))
      .map(({ type, dataJson }) => [type, hubItems(dataJson)]);
    expect(told).toEqual([
      ['payment.captured', items],
      ['payment.authorised', items],
      ['payment.captured', undefined],
    ]);
    for (const wrong of [[], [' tea'], ['x'.repeat(41)], Array.from({ length: 41 }, () => 'x')]) {
      expect(codeOf(await ask(hub.probe('test-t1', { items: wrong })))).toBe('malformed_message');
    }
  });

  it('above the limit of a terminal without depth is not looked at', async () => {
    const payload = hub.probe('test-t1', { amountMinor: 20_001n });
    expect(codeOf(await ask(payload))).toBe('amount_above_limit');
  });

  it('may be tried again after a decline, and is paid once', async () => {
    const paymentId = newId();
    await ask(hub.probe('test-t1', { paymentId, picture: EMPTY_PICTURE }));
    const paid = await ask(hub.probe('test-t1', { paymentId }));
    const again = await ask(hub.probe('test-t1', { paymentId }));
    expect(paid).toMatchObject({ data: { outcome: 'paid' } });
    expect(again.type === 'payment.result' && again.data.receipt).toEqual(
      paid.type === 'payment.result' && paid.data.receipt,
    );
    expect(booked()).toBe(1);
  });

  it('that comes twice gets the same bytes, at once or later, and by another hub process', async () => {
    const payload = hub.probe('test-t1');
    const { handler } = hub.context;
    const [a, b] = await Promise.all([
      handler.handle('test-t1', payload),
      handler.handle('test-t1', payload),
    ]);
    expect(b).toBe(a);
    expect(await handler.handle('test-t1', payload)).toBe(a);
    expect(booked()).toBe(1);
  });

  it('with other content under the same id is a conflict', async () => {
    const requestId = newId();
    await ask(hub.probe('test-t1', { requestId }));
    expect(codeOf(await ask(hub.probe('test-t1', { requestId })))).toBe('idempotency_conflict');
    expect(booked()).toBe(1);
  });

  it.each([
    ['another amount', 'test-t1', 9n],
    ['another terminal', 'test-t2', 1_250n],
  ])('for a paid payment with %s is a conflict', async (_, terminalId, amountMinor) => {
    const paymentId = newId();
    await ask(hub.probe('test-t1', { paymentId }));
    const other = hub.probe(terminalId, { paymentId, amountMinor });
    expect(codeOf(await ask(other, terminalId))).toBe('idempotency_conflict');
    expect(booked()).toBe(1);
  });

  it.each([
    ['signed by somebody else', { signAs: 'test-t2' }, 'bad_signature'],
    ['with a challenge of nobody', { challenge: 'x'.repeat(43) }, 'challenge_unknown'],
    ['taken 11 s ago', { takenAtMs: Date.now() - 11_000 }, 'probe_stale'],
    ['taken in the future', { takenAtMs: Date.now() + 60_000 }, 'clock_skewed'],
  ])('%s is refused', async (_, overrides, code) => {
    expect(codeOf(await ask(hub.probe('test-t1', overrides)))).toBe(code);
    expect(booked()).toBe(0);
  });

  it('on the topic of another terminal does not verify', async () => {
    expect(codeOf(await ask(hub.probe('test-t1'), 'test-t2'))).toBe('bad_signature');
  });

  it('with a flipped bit in the picture is refused', async () => {
    const payload = hub.probe('test-t1');
    const last = payload.length - 1;
    payload[last] = (payload[last] ?? 0) ^ 1;
    expect(codeOf(await ask(payload))).toBe('malformed_message');
  });

  it('is busy when the queue is full, and the very same probe is good later', async () => {
    pause();
    const running = [0, 1, 2].map(() => ask(hub.probe('test-t1')));
    const payload = hub.probe('test-t1');
    expect(codeOf(await ask(payload))).toBe('busy');
    release();
    await Promise.all(running);
    expect(await ask(payload)).toMatchObject({ data: { outcome: 'paid' } });
  });

  it('of a person who is erased while it is looked at charges nobody', async () => {
    pause();
    const running = ask(hub.probe('test-t1'));
    const [person] = hub.context.shoppers.list();
    await hub.context.enrolment.erase(person?.shopperId ?? '');
    release();
    expect(codeOf(await running)).toBe('not_recognised');
    expect(booked()).toBe(0);
  });
});

describe('a query', () => {
  it('waits for a payment that is being decided', async () => {
    pause();
    const paymentId = newId();
    const running = ask(hub.probe('test-t1', { paymentId }));
    const query = ask(request('payment.query', { paymentId }));
    release();
    await running;
    expect(await query).toMatchObject({ type: 'payment.result', data: { outcome: 'paid' } });
  });

  it('of another terminal’s payment finds nothing', async () => {
    const paymentId = newId();
    await ask(hub.probe('test-t1', { paymentId }));
    expect(codeOf(await ask(request('payment.query', { paymentId }), 'test-t2'))).toBe(
      'payment_unknown',
    );
  });
});

describe('a message', () => {
  it.each([
    ['of no JSON', new TextEncoder().encode('{'), 'malformed_message'],
    ['of an unknown type', request('payment.gift', {}), 'unknown_type'],
    ['of an unknown version', request('payment.query', {}, 9), 'unsupported_version'],
    [
      'with a field too many',
      request('payment.query', { paymentId: newId(), x: 1 }),
      'malformed_message',
    ],
  ])('%s gets its own answer', async (_, payload, code) => {
    const reply = await ask(payload);
    expect(reply).toMatchObject({ type: 'error', data: { code, supportedVersions: [1, 2, 3] } });
  });

  it('too many at once are limited', async () => {
    const codes: (string | null)[] = [];
    for (let i = 0; i < 60; i += 1) codes.push(codeOf(await ask(new Uint8Array([1]))));
    expect(codes).toContain('rate_limited');
  });
});
