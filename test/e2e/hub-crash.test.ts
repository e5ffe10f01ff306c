import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReconciled, operatorOfCentral, readBooks } from '../../deploy/demo/audit.ts';
import { SHOPPERS } from '../../deploy/demo/cast.ts';
import { until } from '../../deploy/demo/until.ts';
import { trialBalanceSchema } from '../../shared/contracts/http-central.ts';
import { present } from '../../shared/kernel/assert.ts';
import { codeOf } from '../support/raw-terminal.ts';
import { openStreet, type Street } from '../support/street.ts';

const shopper = present(SHOPPERS[2], 'a shopper');
let street: Street;

beforeAll(async () => {
  street = await openStreet();
  await street.enrol(shopper.pictures[0]);
});

afterAll(async () => {
  await street?.close();
});

describe('a hub that is killed between commit and relay', () => {
  it('has the payment, gives the same receipt again, and central books it once', async () => {
    await until('central has the enrolment', () => isReconciled(street.stack));
    const camera = await street.studio.camera(shopper.pictures[0], { seed: 'crash', depth: true });
    const terminal = await street.terminal('test-t1');
    const frames = await camera.takeBurst(2);
    const ticket = await terminal.challenge(4_321n);
    const probe = terminal.probe(ticket, frames);

    // The relay has nobody to give its events to: what is committed stays in the outbox.
    await street.hub.stopNats();
    const paid = await terminal.ask(probe);
    expect(codeOf(paid)).toBe('paid');
    expect((await readBooks(street.stack)).centralRows).toBe(0);
    await street.hub.kill9();
    await terminal.close();

    await street.hub.startNats();
    await street.hub.startService();
    const back = await street.terminal('test-t1');
    const again = await back.ask(probe);
    const receiptOf = (reply: typeof paid): unknown =>
      reply.type === 'payment.result' ? reply.data.receipt : undefined;
    expect(receiptOf(again)).toEqual(receiptOf(paid));
    await back.close();

    await until('central has everything', () => isReconciled(street.stack));
    const books = await readBooks(street.stack);
    expect(books.hubRows).toBe(1);
    expect(books.centralPaymentIds).toEqual([ticket.paymentId]);
    const balance = await operatorOfCentral(street.stack).get(
      '/api/ledger/trial-balance',
      trialBalanceSchema,
    );
    expect(balance.totals).toEqual({ debitMinor: '4321', creditMinor: '4321' });
  });
});

describe('central that is killed while events come in', () => {
  it('goes on from its watermark', async () => {
    const camera = await street.studio.camera(shopper.pictures[0], {
      seed: 'central',
      depth: true,
    });
    const terminal = await street.terminal('test-t1');
    for (let i = 0; i < 5; i += 1) {
      const ticket = await terminal.challenge(BigInt(100 + i));
      expect(codeOf(await terminal.ask(terminal.probe(ticket, await camera.takeBurst(1))))).toBe(
        'paid',
      );
      if (i === 2) await street.stack.central.kill9();
    }
    await terminal.close();
    await street.stack.central.startService();
    await until('central has everything', () => isReconciled(street.stack));
    const books = await readBooks(street.stack);
    expect(books.centralRows).toBe(books.hubRows);
    expect(new Set(books.centralPaymentIds).size).toBe(books.hubRows);
  });
});
