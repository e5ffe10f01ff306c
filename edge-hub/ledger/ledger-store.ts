import { desc, eq, isNotNull } from 'drizzle-orm';
import type { Currency } from '../../shared/domain/money.ts';
import {
  afterMove,
  isBooked,
  type PaymentStanding,
  type PaymentState,
  type RecordedMove,
} from '../../shared/domain/payment.ts';
import { postingsOf } from '../../shared/domain/posting.ts';
import type { Way } from '../../shared/domain/way.ts';
import { assert, present } from '../../shared/kernel/assert.ts';
import type { HubDatabase } from '../db/database.ts';
import { paymentMoves, payments } from '../db/schema.ts';
import { type LedgerStatements, prepareLedger, REGULAR_FROM } from './ledger-statements-store.ts';

/** What is agreed before anybody looks; it never changes for a payment id. */
export interface PaymentTerms {
  readonly paymentId: string;
  readonly terminalId: string;
  readonly shopId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  /** What is bought, where the terminal has told: for the event alone. */
  readonly items?: readonly string[] | undefined;
}

export interface StoredPayment extends PaymentTerms {
  readonly state: PaymentState;
  readonly refundedMinor: bigint;
  readonly shopperId: string | null;
  readonly authorisedAt: string | null;
  /** An authorisation is good until then. */
  readonly expiresAt: string | null;
  readonly capturedAt: string | null;
  /** Of the capture. */
  readonly reference: string | null;
  /** Id of the request whose reply is the payment's result; null where it was cancelled before anybody looked. */
  readonly resultOf: string | null;
  /** How who was charged has said who they are; null where nobody was, or before there were other ways than the face. */
  readonly way: Way | null;
  /** Whether it was taken from the shopper's allowance, and goes back there. */
  readonly onAllowance: boolean;
}

/** A decided request to pay: idempotency key, hash of its input, and the reply that every repeat gets. */
export interface Attempt {
  readonly requestId: string;
  readonly inputHash: string;
  readonly shopName: string;
  readonly outcome: 'paid' | 'authorised' | 'declined' | 'fallback';
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

/** One move of a payment as it is to be written. */
export interface NewMove {
  /** The request's id; of an expiry the hub's own. */
  readonly moveId: string;
  readonly kind: RecordedMove;
  /** Of a refund its part, of all others the payment's whole. */
  readonly amountMinor: bigint;
  /** Whose request it was. */
  readonly terminalId: string;
  /** Sequence of the event that is appended in the same transaction. */
  readonly eventSeq: number;
  readonly movedAt: string;
  /** On the receipt; of booked moves only. */
  readonly reference?: string;
  /** Of the first move that knows them. */
  readonly shopperId?: string;
  readonly way?: Way;
  readonly expiresAt?: string;
  readonly resultOf?: string;
  readonly onAllowance?: boolean;
}

/** An answered request for a move, a refused one too: every repeat hears the same. */
export interface MoveRequestRow {
  readonly requestId: string;
  readonly inputHash: string;
  readonly kind: 'capture' | 'refund' | 'reverse' | 'cancel';
  readonly paymentId: string;
  readonly terminalId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  /** Why it was refused; null where it was done. */
  readonly code: string | null;
  readonly replyJson: string | null;
  readonly decidedAt: string;
}

export interface CapturedPayment {
  readonly paymentId: string;
  readonly shopperId: string;
  readonly terminalId: string;
  readonly amountMinor: bigint;
  readonly currency: Currency;
  readonly capturedAt: string;
  readonly reference: string;
  readonly state: PaymentState;
  readonly refundedMinor: bigint;
}

export interface LedgerSummary {
  /** Captured payments, and their sum. */
  readonly payments: number;
  readonly sumMinor: bigint;
  /** What was given back by refunds and reversals. */
  readonly refunds: number;
  readonly refundedMinor: bigint;
  readonly reversals: number;
  readonly reversedMinor: bigint;
  /** Posting rows. */
  readonly rows: number;
}

/** Payments, their attempts, moves and postings. Writing methods belong inside the payment's transaction. */
export class LedgerStore {
  private readonly db: HubDatabase;
  private readonly prepared: LedgerStatements;

  constructor(db: HubDatabase) {
    this.db = db;
    this.prepared = prepareLedger(db);
  }

  /** Whether neither the request nor the payment was ever heard of, which one statement says. */
  isNew(of: { readonly requestId: string; readonly paymentId: string }): boolean {
    return this.prepared.known.get({ ...of })?.isKnown === 0;
  }

  attempt(requestId: string): AttemptRow | undefined {
    return this.prepared.attempt.get({ requestId });
  }

  moveRequest(requestId: string): MoveRequestRow | undefined {
    return this.prepared.moveRequest.get({ requestId });
  }

  payment(paymentId: string): StoredPayment | undefined {
    return this.prepared.payment.get({ paymentId });
  }

  /** Whether a person has paid at a shop so often that they are its regular. */
  isRegularAt(shopperId: string, shopId: string): boolean {
    return this.prepared.timesPaidAt.get({ shopperId, shopId })?.times === REGULAR_FROM;
  }

  /** What a terminal has given back since then, minor units. */
  refundedBy(terminalId: string, sinceIso: string): bigint {
    return BigInt(this.prepared.refundedBy.get({ terminalId, since: sinceIso })?.sum ?? '0');
  }

  /** The move that an event tells of. */
  moveOfEvent(eventSeq: number) {
    return this.db.select().from(paymentMoves).where(eq(paymentMoves.eventSeq, eventSeq)).get();
  }

  /** Captured payments, newest first. */
  captured(limit: number): CapturedPayment[] {
    const rows = this.db
      .select()
      .from(payments)
      .where(isNotNull(payments.capturedAt))
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
      state: row.state,
      refundedMinor: row.refundedMinor,
    }));
  }

  /** A shop's captured payments, newest first. */
  capturedAt(shopId: string, limit: number): StoredPayment[] {
    return this.prepared.capturedAtShop.all({ shopId, limit });
  }

  /** Authorised payments whose time is up, oldest first. */
  expired(nowIso: string, limit: number): StoredPayment[] {
    return this.prepared.expired.all({ now: nowIso, limit });
  }

  /** The request that a reply was stored for. */
  recordAttempt(terms: PaymentTerms, attempt: Attempt): void {
    const { paymentId, terminalId, amountMinor, currency } = terms;
    this.prepared.attempted.run({ ...attempt, paymentId, terminalId, amountMinor, currency });
  }

  recordMoveRequest(row: MoveRequestRow): void {
    this.prepared.moveRequested.run({ ...row });
  }

  /** An attempt that books nothing. */
  recordDecline(terms: PaymentTerms, attempt: Attempt): void {
    const { amountMinor } = terms;
    const standing = standingOf(terms, this.payment(terms.paymentId));
    const after = afterMove(standing, { kind: 'decline', amountMinor });
    assert(after.ok, 'only what is not taken yet is declined');
    this.recordAttempt(terms, attempt);
    this.prepared.decline.run({ ...terms, resultOf: attempt.requestId });
  }

  /** A move of a payment: its row, how the payment stands after it, and its postings. The database refuses what the domain does. */
  recordMove(terms: PaymentTerms, move: NewMove): PaymentState {
    const known = this.payment(terms.paymentId);
    const after = afterMove(standingOf(terms, known), move);
    assert(after.ok, 'only an allowed move is written');
    const { paymentId, currency } = terms;
    const { kind, movedAt, reference = null } = move;
    this.prepared.moved.run({ ...move, paymentId, currency, reference });
    const row = {
      ...terms,
      state: after.value.state,
      refundedMinor: after.value.refundedMinor,
      shopperId: known?.shopperId ?? move.shopperId ?? null,
      way: known?.way ?? move.way ?? null,
      authorisedAt: known?.authorisedAt ?? (kind === 'authorise' ? movedAt : null),
      expiresAt: known?.expiresAt ?? move.expiresAt ?? null,
      capturedAt: known?.capturedAt ?? (kind === 'capture' ? movedAt : null),
      reference: known?.reference ?? (kind === 'capture' ? reference : null),
      resultOf: move.resultOf ?? known?.resultOf ?? null,
      // SQLite takes no booleans as parameters
      onAllowance: (move.onAllowance ?? known?.onAllowance ?? false) ? 1 : 0,
    };
    if (known) this.prepared.change.run(row);
    else this.prepared.begin.run(row);
    if (isBooked(kind)) this.post({ ...terms, ...move, kind, shopperId: row.shopperId });
    return after.value.state;
  }

  /** What is booked, counted from the moves and postings. */
  summary(): LedgerSummary {
    const moved = new Map(this.prepared.sumsByKind.all().map((row) => [row.kind, row]));
    const count = (kind: RecordedMove): number => moved.get(kind)?.rows ?? 0;
    const sum = (kind: RecordedMove): bigint => BigInt(moved.get(kind)?.sum ?? '0');
    return {
      payments: count('capture'),
      sumMinor: sum('capture'),
      refunds: count('refund'),
      refundedMinor: sum('refund'),
      reversals: count('reverse'),
      reversedMinor: sum('reverse'),
      rows: this.prepared.postingRows.get()?.rows ?? 0,
    };
  }

  private post(
    booked: PaymentTerms & { kind: RecordedMove; moveId: string; movedAt: string } & {
      readonly shopperId: string | null;
    },
  ): void {
    const { kind, moveId, paymentId, movedAt: bookedAt } = booked;
    assert(isBooked(kind), 'only captures, refunds and reversals book');
    const parties = { ...booked, shopperId: present(booked.shopperId, 'who is charged') };
    for (const [index, posting] of postingsOf(kind, parties).entries()) {
      this.prepared.post.run({ ...posting, moveId, paymentId, line: index + 1, bookedAt });
    }
  }
}

function standingOf(terms: PaymentTerms, known: StoredPayment | undefined): PaymentStanding {
  if (!known) return { state: 'new', amountMinor: terms.amountMinor, refundedMinor: 0n };
  assert(
    known.terminalId === terms.terminalId &&
      known.shopId === terms.shopId &&
      known.merchantId === terms.merchantId &&
      known.amountMinor === terms.amountMinor &&
      known.currency === terms.currency,
    'the terms of a payment never change',
  );
  return known;
}
