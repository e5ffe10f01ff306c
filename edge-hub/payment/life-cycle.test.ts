import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hubEventSchema } from '../../shared/contracts/hub-events.ts';
import { joinPayload } from '../../shared/contracts/terminal-frames.ts';
import {
  type TerminalReply,
  terminalReplySchema,
} from '../../shared/contracts/terminal-messages.ts';
import {
  createTestHub,
  NOTHING_SAID,
  newId,
  type ProbeOverrides,
  pictureOf,
  type TestHub,
} from '../../test/support/test-hub.ts';
import { eventJson } from '../outbox/outbox-store.ts';

const WHOLE = 1_250n;
let hub: TestHub;
let paymentId: string;

beforeEach(async () => {
  hub = await createTestHub();
  hub.register('test-t1');
  hub.register('test-t2');
  await hub.context.enrolment.enrol({
    enrolmentId: newId(),
    photos: [pictureOf('li')],
    consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
    ...NOTHING_SAID,
  });
  paymentId = newId();
});
afterEach(() => hub.close());

async function send(payload: Uint8Array, terminalId = 'test-t1'): Promise<TerminalReply> {
  return terminalReplySchema.parse(
    JSON.parse(await hub.context.handler.handle(terminalId, payload)),
  );
}
const look = (overrides: ProbeOverrides = {}): Promise<TerminalReply> =>
  send(hub.probe('test-t1', { paymentId, ...overrides }));
const authorise = (): Promise<TerminalReply> => look({ version: 3, capture: 'later' });

function ask(
  kind: 'capture' | 'refund' | 'reverse' | 'cancel',
  amountMinor = WHOLE,
  at: { terminalId?: string; requestId?: string } = {},
): Promise<TerminalReply> {
  const { terminalId = 'test-t1', requestId = newId() } = at;
  const type = `payment.${kind}` as const;
  return send(hub.move(terminalId, type, { paymentId, amountMinor, requestId }), terminalId);
}

async function status(terminalId = 'test-t1'): Promise<TerminalReply> {
  const head = {
    id: newId(),
    type: 'payment.status',
    version: 3,
    occurredAt: new Date().toISOString(),
    source: terminalId,
    data: { paymentId },
  };
  return send(joinPayload(head, []), terminalId);
}

/** State, or code of the refusal. */
function told(reply: TerminalReply): string {
  if (reply.type === 'payment.state') return reply.data.state;
  if (reply.type === 'payment.result') return reply.data.code ?? reply.data.outcome;
  return reply.type === 'error' ? reply.data.code : reply.type;
}

/** The events after the enrolment, as central would read them. */
const events = () =>
  hub.context.outbox
    .pending(1_000)
    .map((row) => hubEventSchema.parse(JSON.parse(eventJson(row))))
    .filter((event) => event.type.startsWith('payment.'));

describe('an authorised payment', () => {
  it('books nothing until it is captured, and then is paid', async () => {
    expect(await authorise()).toMatchObject({ data: { outcome: 'authorised', receipt: null } });
    expect(hub.context.ledger.summary().rows).toBe(0);
    expect(told(await look())).toBe('authorised');
    const captured = await ask('capture');
    expect(captured).toMatchObject({
      data: { state: 'captured', receipt: { amountMinor: '1250' }, refundableMinor: '1250' },
    });
    expect(hub.context.ledger.summary()).toMatchObject({ payments: 1, rows: 1, sumMinor: WHOLE });
    expect(events().map((event) => event.type)).toEqual(['payment.authorised', 'payment.captured']);
    expect(told(await look())).toBe('paid');
    expect(hub.context.payments.result(paymentId, 'test-t1')).toMatchObject({ outcome: 'paid' });
  });

  it('is captured as a whole, once, and not after its time', async () => {
    await authorise();
    expect(told(await ask('capture', 1_249n))).toBe('idempotency_conflict');
    hub.clock.aheadMs += hub.context.settings.payment.moves.authorisationMs;
    expect(told(await ask('capture'))).toBe('authorisation_expired');
    expect(events().map((event) => event.type)).toEqual(['payment.authorised', 'payment.expired']);
    expect(told(await look())).toBe('authorisation_expired');
    expect(hub.context.payments.result(paymentId, 'test-t1')).toMatchObject({
      outcome: 'fallback',
      code: 'authorisation_expired',
    });
  });

  it('of a terminal that has vanished ends by itself', async () => {
    await authorise();
    expect(hub.context.lifeCycle.expireDue()).toBe(0);
    hub.clock.aheadMs += hub.context.settings.payment.moves.authorisationMs;
    expect(hub.context.lifeCycle.expireDue()).toBe(1);
    expect(hub.context.lifeCycle.expireDue()).toBe(0);
    expect(told(await status())).toBe('expired');
  });
});

describe('a cancellation', () => {
  it('ends what is not captured, also what the hub has never heard of', async () => {
    expect(told(await ask('cancel'))).toBe('cancelled');
    expect(told(await look())).toBe('payment_cancelled');
    expect(told(await ask('capture'))).toBe('payment_cancelled');
    expect(told(await ask('cancel'))).toBe('move_not_allowed');
    expect(events()).toMatchObject([{ type: 'payment.cancelled', data: { shopperId: null } }]);
    paymentId = newId();
    await authorise();
    expect(told(await ask('cancel'))).toBe('cancelled');
    paymentId = newId();
    await look({ picture: pictureOf('stranger') });
    expect(told(await ask('cancel'))).toBe('cancelled');
    expect(hub.context.ledger.summary()).toMatchObject({ payments: 0, rows: 0 });
  });

  it('that comes while the shopper is looked at wins: nothing is charged', async () => {
    let goOn = (): void => undefined;
    let begun = (): void => undefined;
    const analysing = new Promise<void>((resolve) => {
      begun = resolve;
    });
    await hub.close();
    hub = await createTestHub({
      analysing: () =>
        new Promise((resolve) => {
          begun();
          goOn = resolve;
        }),
    });
    hub.register('test-t1');
    const looking = look();
    await analysing;
    expect(told(await ask('cancel'))).toBe('cancelled');
    goOn();
    expect(told(await looking)).toBe('payment_cancelled');
    expect(hub.context.ledger.summary().payments).toBe(0);
  });

  it('comes too late for what is captured', async () => {
    await look();
    expect(told(await ask('cancel'))).toBe('move_not_allowed');
    expect(told(await ask('reverse'))).toBe('reversed');
  });
});

describe('a refund', () => {
  it('gives back part by part, never more than was taken, with opposing postings', async () => {
    await look();
    const first = await ask('refund', 250n);
    expect(first).toMatchObject({
      data: { state: 'partly_refunded', refundedMinor: '250', refundableMinor: '1000' },
    });
    expect(told(await ask('refund', 1_001n))).toBe('refund_above_captured');
    expect(told(await ask('reverse'))).toBe('move_not_allowed');
    expect(told(await ask('refund', 1_000n))).toBe('refunded');
    expect(told(await ask('refund', 1n))).toBe('move_not_allowed');
    expect(hub.context.ledger.summary()).toMatchObject({ refunds: 2, refundedMinor: WHOLE });
    expect(events().map((event) => event.type)).toEqual([
      'payment.captured',
      'payment.refunded',
      'payment.refunded',
    ]);
  });

  it('asked again with its id gets the same answer, refusals too; with other content a conflict', async () => {
    await look();
    const requestId = newId();
    const done = await ask('refund', 250n, { requestId });
    // signed anew: other bytes, the same input
    expect(await ask('refund', 250n, { requestId })).toEqual(done);
    expect(told(await ask('refund', 251n, { requestId }))).toBe('idempotency_conflict');
    expect(told(await ask('reverse', 250n, { requestId }))).toBe('idempotency_conflict');
    const refused = newId();
    expect(told(await ask('refund', 1_001n, { requestId: refused }))).toBe('refund_above_captured');
    expect(told(await ask('refund', 1_001n, { requestId: refused }))).toBe('refund_above_captured');
    const unknown = { paymentId: newId(), amountMinor: 5n, requestId: newId() };
    const early = hub.move('test-t1', 'payment.refund', unknown);
    expect(told(await send(early))).toBe('payment_unknown');
    expect(told(await look({ requestId }))).toBe('idempotency_conflict');
    expect(hub.context.ledger.summary()).toMatchObject({ refunds: 1, refundedMinor: 250n });
  });

  it('is for the shop that took the payment', async () => {
    await look();
    for (const kind of ['refund', 'reverse'] as const) {
      expect(told(await ask(kind, WHOLE, { terminalId: 'test-t2' }))).toBe('not_this_shop');
    }
    expect(told(await status('test-t2'))).toBe('payment_unknown');
    const foreign = { paymentId, amountMinor: WHOLE, signAs: 'test-t2' };
    expect(told(await send(hub.move('test-t1', 'payment.refund', foreign)))).toBe('bad_signature');
  });

  it('keeps the operator’s limits: of one, of a terminal’s day, of time', async () => {
    await hub.close();
    hub = await createTestHub({
      env: { HUB_REFUND_LIMIT_MINOR: '500', HUB_REFUND_DAILY_LIMIT_MINOR: '900' },
    });
    hub.register('test-t1');
    await hub.context.enrolment.enrol({
      enrolmentId: newId(),
      photos: [pictureOf('li')],
      consent: { textVersion: '1', language: 'en', streets: ['street-test'] },
      ...NOTHING_SAID,
    });
    await look();
    expect(told(await ask('refund', 501n))).toBe('refund_above_limit');
    expect(told(await ask('refund', 500n))).toBe('partly_refunded');
    expect(told(await ask('refund', 401n))).toBe('refund_above_limit');
    hub.clock.aheadMs += 86_400_001;
    expect(told(await ask('refund', 401n))).toBe('partly_refunded');
    hub.clock.aheadMs += hub.context.settings.payment.moves.refundMs;
    expect(told(await ask('refund', 1n))).toBe('refund_too_late');
    expect(await status()).toMatchObject({ data: { refundableMinor: '0' } });
  });
});

describe('a reversal', () => {
  it('undoes the whole before settlement only', async () => {
    await look();
    expect(told(await ask('reverse', 1n))).toBe('idempotency_conflict');
    hub.clock.aheadMs += hub.context.settings.payment.moves.reversalMs;
    expect(told(await ask('reverse'))).toBe('reversal_too_late');
    expect(told(await ask('refund'))).toBe('refunded');
    paymentId = newId();
    await look();
    expect(await ask('reverse')).toMatchObject({
      data: { state: 'reversed', reversibleUntil: null },
    });
    expect(told(await ask('refund', 1n))).toBe('move_not_allowed');
    expect(hub.context.ledger.summary()).toMatchObject({ reversals: 1, reversedMinor: WHOLE });
  });
});

describe('the shop’s last payments', () => {
  it('are listed newest first, with what may be given back', async () => {
    const ids = [newId(), newId(), newId()];
    for (const id of ids) {
      hub.clock.aheadMs += 1_000;
      paymentId = id;
      await look();
    }
    await ask('refund', 50n);
    const head = {
      id: newId(),
      type: 'payment.recent',
      version: 3,
      occurredAt: new Date().toISOString(),
      source: 'test-t1',
      data: { limit: 2 },
    };
    expect(await send(joinPayload(head, []))).toMatchObject({
      type: 'payments.recent',
      data: {
        payments: [
          { paymentId: ids[2], refundableMinor: '1200', state: 'partly_refunded' },
          { paymentId: ids[1], refundableMinor: '1250', state: 'captured' },
        ],
      },
    });
  });
});

describe('whatever comes in which order', () => {
  it('no shopper owes less than nothing, and events, moves and postings tell the same', async () => {
    const step = fc.record({
      kind: fc.constantFrom('look', 'authorise', 'capture', 'refund', 'reverse', 'cancel', 'wait'),
      payment: fc.nat(2),
      amountMinor: fc.constantFrom(WHOLE, 400n, 900n),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const before = hub.context.ledger.summary();
        const first = events().length;
        const ids = [newId(), newId(), newId()];
        for (const { kind, payment, amountMinor } of steps) {
          hub.clock.aheadMs += 60_000;
          paymentId = ids[payment] ?? '';
          if (kind === 'look') await look();
          else if (kind === 'authorise') await authorise();
          else if (kind === 'wait') hub.clock.aheadMs += 3_600_000;
          else await ask(kind, amountMinor);
        }
        hub.context.lifeCycle.expireDue();
        const after = hub.context.ledger.summary();
        const sums = { captured: 0n, back: 0n };
        for (const event of events().slice(first)) {
          if (event.type === 'payment.captured') sums.captured += event.data.amountMinor;
          if (event.type === 'payment.refunded' || event.type === 'payment.reversed') {
            sums.back += event.data.amountMinor;
          }
        }
        expect(after.sumMinor - before.sumMinor).toBe(sums.captured);
        const backBefore = before.refundedMinor + before.reversedMinor;
        expect(after.refundedMinor + after.reversedMinor - backBefore).toBe(sums.back);
        expect(sums.back).toBeLessThanOrEqual(sums.captured);
        const rows = after.payments + after.refunds + after.reversals;
        expect(after.rows).toBe(rows);
      }),
      { numRuns: 20 },
    );
  });
});
