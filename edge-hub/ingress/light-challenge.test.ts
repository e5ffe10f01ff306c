import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type TerminalReply,
  terminalReplySchema,
} from '../../shared/contracts/terminal-messages.ts';
import {
  createTestHub,
  dimOf,
  NOTHING_SAID,
  newId,
  type ProbeOverrides,
  pictureOf,
  recordingOf,
  type TestHub,
} from '../../test/support/test-hub.ts';

const PIN = '284660';
const DEPTH = 'test-t2';
const KIOSK = 'test-t1';

let hub: TestHub;

async function openHub(env: Record<string, string> = {}): Promise<void> {
  hub = await createTestHub({ env });
  hub.register(KIOSK);
  hub.register(DEPTH, true);
  const enrolled = await hub.context.enrolment.enrol({
    enrolmentId: newId(),
    photos: [pictureOf('li')],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    ...NOTHING_SAID,
    pin: PIN,
  });
  expect(enrolled.ok).toBe(true);
}
beforeEach(() => openHub());
afterEach(() => hub.close());

const ask = async (payload: Uint8Array, terminalId = KIOSK): Promise<TerminalReply> =>
  terminalReplySchema.parse(JSON.parse(await hub.context.handler.handle(terminalId, payload)));

function request(type: string, data: object): Uint8Array {
  const head = { id: newId(), type, version: 3, occurredAt: new Date().toISOString() };
  return new TextEncoder().encode(JSON.stringify({ ...head, source: KIOSK, data }));
}

async function challenge(amountMinor: bigint, canLight = true, terminalId = KIOSK) {
  const paymentId = newId();
  const data = { paymentId, amountMinor: amountMinor.toString(), currency: 'CNY', canLight };
  const reply = await ask(request('challenge.request', data), terminalId);
  if (reply.type !== 'challenge.issued') throw new Error(`no challenge but ${reply.type}`);
  return { ...reply.data, amountMinor };
}

/** A look of a terminal that lights, for this amount. */
async function look(amountMinor: bigint, probe: ProbeOverrides = {}): Promise<TerminalReply> {
  const { paymentId, challenge: ticket } = await challenge(amountMinor);
  const given = { paymentId, amountMinor, challenge: ticket, version: 3, litFrames: 5 } as const;
  return ask(hub.probe(KIOSK, { ...given, ...probe }));
}

async function limitFor(canLight: boolean, terminalId = KIOSK): Promise<string> {
  const camera = { depth: false, width: 640, height: 480, canLight };
  const data = { protocolVersions: [1, 2, 3], software: 'test', camera };
  const reply = await ask(request('terminal.hello', data), terminalId);
  return reply.type === 'terminal.welcome' ? reply.data.limitMinor : reply.type;
}

describe('the light of a terminal’s screen', () => {
  it('is asked for where there is no depth but a screen that can light', async () => {
    const drawn = await Promise.all(Array.from({ length: 20 }, () => challenge(100n)));
    expect(drawn.every(({ light }) => light?.steps.length === 5)).toBe(true);
    expect(new Set(drawn.map(({ light }) => light?.steps.join())).size).toBeGreaterThan(15);
    expect((await challenge(100n, false)).light).toBeUndefined();
    expect((await challenge(100n, true, DEPTH)).light).toBeUndefined();
    expect([await limitFor(true), await limitFor(false)]).toEqual(['50000', '20000']);
  });

  it('is asked for by no hub that is told not to', async () => {
    await hub.close();
    await openHub({ HUB_LIGHT_CHALLENGE: 'off' });
    expect((await challenge(100n)).light).toBeUndefined();
    expect(await limitFor(true)).toBe('20000');
  });

  it('that the face follows lets pay, and opens the higher limit to the PIN', async () => {
    expect(await look(20_000n)).toMatchObject({ data: { outcome: 'paid' } });
    const asked = await look(20_001n);
    expect(asked).toMatchObject({ type: 'payment.question', data: { question: 'pin' } });
    if (asked.type !== 'payment.question') throw new Error('not asked');
    const paid = await ask(hub.answer(KIOSK, { question: asked.data, digits: PIN }));
    expect(paid).toMatchObject({ data: { outcome: 'paid' } });
    expect(await look(50_001n)).toMatchObject({ data: { code: 'amount_above_limit' } });
  });

  it('that cannot be read asks for the PIN, up to the lower limit', async () => {
    const picture = dimOf('li');
    expect(await look(100n, { picture })).toMatchObject({ data: { question: 'pin' } });
    const old = await look(100n, { picture, version: 1 });
    expect(old).toMatchObject({ data: { outcome: 'fallback', code: 'pin_needed' } });
    const above = await look(20_001n, { picture });
    expect(above).toMatchObject({ data: { code: 'amount_above_limit' } });
  });

  it('that was another is an attack', async () => {
    const reply = await look(100n, { picture: recordingOf('li') });
    expect(reply).toMatchObject({ data: { outcome: 'fallback', code: 'attack_suspected' } });
  });

  it('that was asked for and not shown could not be read', async () => {
    const { paymentId, challenge: ticket } = await challenge(100n);
    const given = { paymentId, amountMinor: 100n, challenge: ticket, version: 3 } as const;
    expect(await ask(hub.probe(KIOSK, given))).toMatchObject({ data: { question: 'pin' } });
  });

  it('has one frame for each step, and none where it was not asked for', async () => {
    expect(await look(100n, { litFrames: 4 })).toMatchObject({
      data: { code: 'malformed_message' },
    });
    const probe = hub.probe(KIOSK, { version: 3, litFrames: 5 });
    expect(await ask(probe)).toMatchObject({ data: { code: 'malformed_message' } });
  });

  it('is counted by verdict', async () => {
    await look(100n);
    await look(100n, { picture: recordingOf('li') });
    const text = await hub.context.metrics.registry.metrics();
    expect(text).toContain('wuma_hub_light_challenges_total{verdict="passed",reason="none"} 1');
    expect(text).toContain('wuma_hub_light_challenges_total{verdict="failed",reason="none"} 1');
  });
});
