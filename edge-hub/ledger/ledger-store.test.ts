import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { postingsOfCapture } from '../../shared/domain/posting.ts';
import { AssertionFault } from '../../shared/kernel/assert.ts';
import { type OpenDatabase, openDatabase } from '../db/database.ts';
import { postings } from '../db/schema.ts';
import { TerminalStore } from '../terminals/terminal-store.ts';
import { LedgerStore, type PaymentTerms } from './ledger-store.ts';

const AT = '2026-01-01T00:00:00.000Z';
let dir: string;
let database: OpenDatabase;
let ledger: LedgerStore;
let requests: number;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'wuma-ledger-'));
  database = openDatabase(join(dir, 'hub.db'));
  ledger = new LedgerStore(database.db);
  requests = 0;
  new TerminalStore(database.db).insert({
    terminalId: 't1',
    shopId: 's1',
    shopName: 'Shop',
    merchantId: 'm1',
    publicKeySpki: Buffer.alloc(1),
    access: 'certificate',
    depth: true,
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
  database.transact(() =>
    ledger.recordCapture(terms, attempt('paid'), {
      shopperId,
      reference: `R-${terms.paymentId}`,
      capturedAt: AT,
      postings: postingsOfCapture({ ...terms, shopperId }),
    }),
  );

describe('a payment', () => {
  it('may be declined, declined again, then captured, and the last attempt is its result', () => {
    const terms = termsOf('a', 100n);
    decline(terms);
    decline(terms);
    expect(ledger.summary()).toEqual({ payments: 0, rows: 0, sumMinor: 0n });
    capture(terms);
    expect(ledger.payment('a')).toMatchObject({ state: 'captured', resultOf: 'request-3' });
    expect(ledger.summary()).toEqual({ payments: 1, rows: 1, sumMinor: 100n });
  });

  it.each([
    ['captured again', capture],
    ['declined', decline],
  ])('that is captured is not %s', (_, move) => {
    const terms = termsOf('a', 100n);
    capture(terms);
    expect(() => move(terms)).toThrow(AssertionFault);
    expect(ledger.attempt('request-2')).toBeUndefined();
    expect(ledger.summary()).toEqual({ payments: 1, rows: 1, sumMinor: 100n });
  });

  it('keeps its terms', () => {
    decline(termsOf('a', 100n));
    expect(() => capture(termsOf('a', 101n))).toThrow(AssertionFault);
    expect(() => capture(termsOf('a', 100n, 'm2'))).toThrow(/terms of a payment never change/);
    expect(ledger.payment('a')?.state).toBe('declined');
  });

  it('of nothing, or of a terminal that is not there, is refused', () => {
    expect(() => capture(termsOf('a', 0n))).toThrow(/CHECK/);
    expect(() => capture({ ...termsOf('a', 1n), terminalId: 't2' })).toThrow(/FOREIGN KEY/);
    expect(() => ledger.recordCapture(termsOf('a', 1n), attempt('paid'), noPostings())).toThrow(
      AssertionFault,
    );
    expect(ledger.payment('a')).toBeUndefined();
  });
});

const noPostings = () => ({ shopperId: 'p', reference: 'R', capturedAt: AT, postings: [] });

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
