import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { desc } from 'drizzle-orm';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GENESIS_HASH } from '../../shared/contracts/hub-events.ts';
import type { PaymentState } from '../../shared/domain/payment.ts';
import { AssertionFault } from '../../shared/kernel/assert.ts';
import { type OpenDatabase, openDatabase } from '../db/database.ts';
import { outbox, postings } from '../db/schema.ts';
import { TerminalStore } from '../terminals/terminal-store.ts';
import { LedgerStore, type NewMove, type PaymentTerms } from './ledger-store.ts';

const AT = '2026-01-01T00:00:00.000Z';
let dir: string;
let database: OpenDatabase;
let ledger: LedgerStore;
let requests: number;
let events: number;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-ledger-'));
  database = openDatabase(join(dir, 'hub.db'));
  ledger = new LedgerStore(database.db);
  requests = 0;
  events = 0;
  new TerminalStore(database.db).insert({
    terminalId: 't1',
    shopId: 's1',
    shopName: 'Shop',
    merchantId: 'm1',
    publicKeySpki: Buffer.alloc(1),
    access: 'certificate',
    depth: true,
    infrared: false,
    registeredAt: AT,
    revokedAt: null,
  });
});
afterEach(() => {
  database.close();
  rmSync(dir, { recursive: true });
});

const termsOf = (paymentId: string, amountMinor: bigint, merchantId = 'm1'): PaymentTerms => ({
  paymentId,
  terminalId: 't1',
  shopId: 's1',
  merchantId,
  amountMinor,
  currency: 'CNY',
});

const attempt = (outcome: 'paid' | 'declined') => {
  requests += 1;
  const code = outcome === 'paid' ? null : 'no_face';
  const requestId = `request-${requests}`;
  return {
    requestId,
    inputHash: 'h',
    shopName: 'Shop',
    outcome,
    code,
    replyJson: '{}',
    decidedAt: AT,
  };
};

const decline = (terms: PaymentTerms): void =>
  database.transact(() => ledger.recordDecline(terms, attempt('declined')));
const capture = (terms: PaymentTerms, shopperId = 'p1'): void =>
  database.transact(() => {
    const taken = attempt('paid');
    ledger.recordAttempt(terms, taken);
    makeMove(terms, { kind: 'capture', shopperId, resultOf: taken.requestId, reference: 'R' });
  });

/** A move with an event of its own, which the database wants to see. */
const makeMove = (
  terms: PaymentTerms,
  changed: Pick<NewMove, 'kind'> & Partial<NewMove>,
): PaymentState => {
  events += 1;
  const last = database.db.select().from(outbox).orderBy(desc(outbox.seq)).limit(1).get();
  const seq = (last?.seq ?? 0) + 1;
  const place = { seq, prevHash: last?.hash ?? GENESIS_HASH, hash: `hash-${events}` };
  const event = { type: 'test', version: 1, occurredAt: AT, source: 'hub', dataJson: '{}' };
  database.db
    .insert(outbox)
    .values({ ...event, ...place, eventId: `event-${events}` })
    .run();
  const { amountMinor, terminalId } = terms;
  const moveId = `move-${events}`;
  return ledger.recordMove(terms, {
    moveId,
    amountMinor,
    terminalId,
    eventSeq: seq,
    movedAt: AT,
    ...changed,
  });
};
const nothingGivenBack = { refunds: 0, refundedMinor: 0n, reversals: 0, reversedMinor: 0n };

describe('a payment', () => {
  it('may be declined, declined again, then captured, and the last attempt is its result', () => {
    const terms = termsOf('a', 100n);
    decline(terms);
    decline(terms);
    expect(ledger.summary()).toEqual({ payments: 0, rows: 0, sumMinor: 0n, ...nothingGivenBack });
    capture(terms);
    expect(ledger.payment('a')).toMatchObject({ state: 'captured', resultOf: 'request-3' });
    expect(ledger.summary()).toEqual({ payments: 1, rows: 1, sumMinor: 100n, ...nothingGivenBack });
  });

  it.each([
    ['captured again', capture],
    ['declined', decline],
  ])('that is captured is not %s', (_, move) => {
    const terms = termsOf('a', 100n);
    capture(terms);
    expect(() => move(terms)).toThrow(AssertionFault);
    expect(ledger.attempt('request-2')).toBeUndefined();
    expect(ledger.summary()).toEqual({ payments: 1, rows: 1, sumMinor: 100n, ...nothingGivenBack });
  });

  it('keeps its terms', () => {
    decline(termsOf('a', 100n));
    expect(() => capture(termsOf('a', 101n))).toThrow(AssertionFault);
    expect(() => capture(termsOf('a', 100n, 'm2'))).toThrow(/terms of a payment never change/);
    expect(ledger.payment('a')?.state).toBe('declined');
  });

  it('is new until it, or what asks for it, was heard of', () => {
    const declined = attempt('declined');
    database.transact(() => ledger.recordDecline(termsOf('p1', 100n), declined));
    const moveRequest = { ...termsOf('p3', 1n), requestId: 'move-1', inputHash: 'h' } as const;
    database.transact(() =>
      ledger.recordMoveRequest({
        ...moveRequest,
        kind: 'refund',
        code: 'payment_unknown',
        replyJson: null,
        decidedAt: AT,
      }),
    );
    const isNew = (requestId: string, paymentId: string): boolean =>
      ledger.isNew({ requestId, paymentId });
    expect([isNew('r', 'p2'), isNew('r', 'p1'), isNew(declined.requestId, 'p2')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(isNew('move-1', 'p2')).toBe(false);
  });

  it('of nothing, or of a terminal that is not there, is refused', () => {
    expect(() => capture(termsOf('a', 0n))).toThrow(AssertionFault);
    expect(() => capture({ ...termsOf('a', 1n), terminalId: 't2' })).toThrow(/FOREIGN KEY/);
    expect(ledger.payment('a')).toBeUndefined();
  });
});

describe('a refund', () => {
  it('books the opposite, is summed up, and is refused by store and database beyond what was taken', () => {
    const terms = termsOf('a', 100n);
    capture(terms);
    const refund = (amountMinor: bigint): PaymentState =>
      database.transact(() => makeMove(terms, { kind: 'refund', amountMinor, reference: 'R' }));
    expect(refund(40n)).toBe('partly_refunded');
    expect(() => refund(61n)).toThrow(AssertionFault);
    expect(refund(60n)).toBe('refunded');
    expect(() => refund(1n)).toThrow(AssertionFault);
    expect(ledger.summary()).toMatchObject({ refunds: 2, refundedMinor: 100n, rows: 3 });
    expect(ledger.refundedBy('t1', AT)).toBe(100n);
    expect(ledger.refundedBy('t1', '2026-01-02T00:00:00.000Z')).toBe(0n);
    const booked = database.db.select().from(postings).all();
    expect(booked.map(({ debit, credit }) => [debit, credit])).toEqual([
      ['receivable:shopper:p1', 'payable:merchant:m1'],
      ['payable:merchant:m1', 'receivable:shopper:p1'],
      ['payable:merchant:m1', 'receivable:shopper:p1'],
    ]);
  });
});

describe('the accounts', () => {
  it('sum to nothing, each merchant is owed what was captured, and the summary says the same', () => {
    let payments = 0;
    const owed = new Map<string, bigint>();
    const taken = fc.record({
      amountMinor: fc.bigInt({ min: 1n, max: 9_999_999_999_999n }),
      merchant: fc.constantFrom('m1', 'm2'),
      shopper: fc.constantFrom('p1', 'p2', 'p3'),
      captured: fc.boolean(),
    });
    fc.assert(
      fc.property(taken, ({ amountMinor, merchant, shopper, captured }) => {
        payments += 1;
        const terms = termsOf(`payment-${payments}`, amountMinor, merchant);
        if (!captured) decline(terms);
        else {
          capture(terms, shopper);
          const account = `payable:merchant:${merchant}`;
          owed.set(account, (owed.get(account) ?? 0n) + amountMinor);
        }
        const balances = balancesOfAll();
        expect([...balances.values()].reduce((sum, balance) => sum + balance, 0n)).toBe(0n);
        for (const [account, sum] of owed) expect(balances.get(account)).toBe(-sum);
        const total = [...owed.values()].reduce((sum, each) => sum + each, 0n);
        expect(ledger.summary().sumMinor).toBe(total);
      }),
      { numRuns: 60 },
    );
  });

  function balancesOfAll(): Map<string, bigint> {
    const balances = new Map<string, bigint>();
    for (const { debit, credit, amountMinor } of database.db.select().from(postings).all()) {
      balances.set(debit, (balances.get(debit) ?? 0n) + amountMinor);
      balances.set(credit, (balances.get(credit) ?? 0n) - amountMinor);
    }
    return balances;
  }
});
