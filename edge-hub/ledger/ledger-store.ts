import { and, count, desc, eq, sql } from 'drizzle-orm';
import type { Currency } from '../../shared/domain/money.ts';
import { mayMove } from '../../shared/domain/payment.ts';
import type { Posting } from '../../shared/domain/posting.ts';
import { assert, present } from '../../shared/kernel/assert.ts';
import type { HubDatabase } from '../db/database.ts';
import { placeholders } from '../db/placeholders.ts';
import { attempts, payments, postings } from '../db/schema.ts';

/** What is agreed before anybody looks; it never changes for a payment id. */
export interface PaymentTerms {
  readonly paymentId: string;
  readonly terminalId: string;
  readonly shopId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
}

export interface StoredPayment {
  readonly paymentId: string;
  readonly terminalId: string;
  readonly shopId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly state: 'declined' | 'captured';
  /** Id of the request whose reply is the payment's result. */
  readonly resultOf: string;
}

/** A decided probe: idempotency key, hash of its input, and the reply that every repeat gets. */
export interface Attempt {
  readonly requestId: string;
  readonly inputHash: string;
  readonly shopName: string;
  readonly outcome: 'paid' | 'declined' | 'fallback';
  readonly code: string | null;
  readonly replyJson: string;
  readonly decidedAt: string;
}

export interface AttemptRow extends Attempt {
  readonly paymentId: string;
  readonly terminalId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
}

export interface Capture {
  readonly shopperId: string;
  readonly reference: string;
  readonly capturedAt: string;
  readonly postings: readonly Posting[];
}

export interface CapturedPayment {
  readonly paymentId: string;
  readonly shopperId: string;
  readonly terminalId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly capturedAt: string;
  readonly reference: string;
}

export interface LedgerSummary {
  readonly payments: number;
  readonly rows: number;
  readonly sumMinor: bigint;
}

/** Payments, their attempts and their postings. Writing methods belong inside the payment's transaction. */
export class LedgerStore {
  private readonly db: HubDatabase;
  private readonly prepared: ReturnType<typeof prepare>;

  constructor(db: HubDatabase) {
    this.db = db;
    this.prepared = prepare(db);
  }

  attempt(requestId: string): AttemptRow | undefined {
    return this.prepared.attempt.get({ requestId });
  }

  payment(paymentId: string): StoredPayment | undefined {
    return this.prepared.payment.get({ paymentId });
  }

  /** How often a person has paid at a shop. */
  timesPaidAt(shopperId: string, shopId: string): number {
    return this.prepared.timesPaidAt.get({ shopperId, shopId })?.times ?? 0;
  }

  /** The last attempts, newest first. */
  latestAttempts(limit: number): AttemptRow[] {
    return this.db
      .select()
      .from(attempts)
      .orderBy(desc(attempts.decidedAt), desc(attempts.requestId))
      .limit(limit)
      .all();
  }

  /** Captured payments, newest first. */
  captured(limit: number): CapturedPayment[] {
    const rows = this.db
      .select()
      .from(payments)
      .where(eq(payments.state, 'captured'))
      .orderBy(desc(payments.capturedAt), desc(payments.paymentId))
      .limit(limit)
      .all();
    return rows.map((row) => ({
      paymentId: row.paymentId,
      shopperId: present(row.shopperId, 'who was charged'),
      terminalId: row.terminalId,
      amountMinor: row.amountMinor,
      currency: row.currency,
      capturedAt: present(row.capturedAt, 'when it was captured'),
      reference: present(row.reference, 'the reference of a captured payment'),
    }));
  }

  /** An attempt that books nothing. */
  recordDecline(terms: PaymentTerms, attempt: Attempt): void {
    this.assertMove(terms, 'declined');
    this.insertAttempt(terms, attempt);
    this.prepared.decline.run({ ...terms, resultOf: attempt.requestId });
  }

  /** The payment is taken: state, attempt and postings. */
  recordCapture(terms: PaymentTerms, attempt: Attempt, capture: Capture): void {
    this.assertMove(terms, 'captured');
    assert(capture.postings.length > 0, 'a capture books something');
    this.insertAttempt(terms, attempt);
    const { shopperId, reference, capturedAt } = capture;
    const resultOf = attempt.requestId;
    this.prepared.capture.run({ ...terms, shopperId, reference, capturedAt, resultOf });
    for (const [index, posting] of capture.postings.entries()) {
      const { paymentId } = terms;
      this.prepared.post.run({ ...posting, paymentId, line: index + 1, bookedAt: capturedAt });
    }
  }

  /** Captured payments, posting rows, and the sum of what was moved. */
  summary(): LedgerSummary {
    const captured = this.db
      .select({ rows: count() })
      .from(payments)
      .where(eq(payments.state, 'captured'))
      .get();
    const booked = this.db
      .select({
        rows: count(),
        sum: sql<string>`cast(coalesce(sum(${postings.amountMinor}), 0) as text)`,
      })
      .from(postings)
      .get();
    return {
      payments: captured?.rows ?? 0,
      rows: booked?.rows ?? 0,
      sumMinor: BigInt(booked?.sum ?? '0'),
    };
  }

  private insertAttempt(terms: PaymentTerms, attempt: Attempt): void {
    const { paymentId, terminalId, amountMinor, currency } = terms;
    this.prepared.attempted.run({ ...attempt, paymentId, terminalId, amountMinor, currency });
  }

  private assertMove(terms: PaymentTerms, to: 'declined' | 'captured'): void {
    const known = this.payment(terms.paymentId);
    assert(mayMove(known?.state ?? null, to), 'a captured payment never moves');
    assert(
      !known ||
        (known.terminalId === terms.terminalId &&
          known.shopId === terms.shopId &&
          known.merchantId === terms.merchantId &&
          known.amountMinor === terms.amountMinor &&
          known.currency === terms.currency),
      'the terms of a payment never change',
    );
  }
}

const TERMS = [
  'paymentId',
  'terminalId',
  'shopId',
  'merchantId',
  'amountMinor',
  'currency',
] as const;

/** The statements of every payment. */
function prepare(db: HubDatabase) {
  const terms = placeholders(...TERMS);
  const { resultOf } = placeholders('resultOf');
  const captured = placeholders('shopperId', 'reference', 'capturedAt');
  // `excluded` is the row that the insert would have made.
  const moved = { resultOf: sql`excluded.result_of` };
  return {
    attempt: db
      .select()
      .from(attempts)
      .where(eq(attempts.requestId, sql.placeholder('requestId')))
      .prepare(),
    payment: db
      .select()
      .from(payments)
      .where(eq(payments.paymentId, sql.placeholder('paymentId')))
      .prepare(),
    timesPaidAt: db
      .select({ times: count() })
      .from(payments)
      .where(
        and(
          eq(payments.shopperId, sql.placeholder('shopperId')),
          eq(payments.shopId, sql.placeholder('shopId')),
        ),
      )
      .prepare(),
    attempted: db
      .insert(attempts)
      .values({
        ...placeholders('paymentId', 'terminalId', 'amountMinor', 'currency'),
        ...placeholders('requestId', 'inputHash', 'shopName', 'outcome'),
        ...placeholders('code', 'replyJson', 'decidedAt'),
      })
      .prepare(),
    decline: db
      .insert(payments)
      .values({ ...terms, state: 'declined', resultOf })
      .onConflictDoUpdate({ target: payments.paymentId, set: moved })
      .prepare(),
    capture: db
      .insert(payments)
      .values({ ...terms, ...captured, state: 'captured', resultOf })
      .onConflictDoUpdate({
        target: payments.paymentId,
        set: {
          ...moved,
          state: 'captured',
          shopperId: sql`excluded.shopper_id`,
          reference: sql`excluded.reference`,
          capturedAt: sql`excluded.captured_at`,
        },
      })
      .prepare(),
    post: db
      .insert(postings)
      .values({
        ...placeholders('paymentId', 'line', 'debit', 'credit'),
        ...placeholders('amountMinor', 'currency', 'bookedAt'),
      })
      .prepare(),
  };
}
