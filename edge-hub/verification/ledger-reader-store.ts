import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import type { DiscountKind, Funder } from '../../shared/domain/campaign.ts';
import type { BookedMove, PaymentState, RecordedMove } from '../../shared/domain/payment.ts';
import type { Way } from '../../shared/domain/way.ts';

/** The file is none of a hub, or of a hub of before the life cycle. */
export class NotALedgerError extends Error {
  override readonly name = 'NotALedgerError';
}

const OLDEST_SCHEMA = 6;
/** Since when there are discounts. */
const DISCOUNT_SCHEMA = 11;

/** Numbers come as bigints: amounts, and what is counted with them. */
export interface EventRow {
  readonly seq: bigint;
  readonly eventId: string;
  readonly type: string;
  readonly version: bigint;
  readonly occurredAt: string;
  readonly source: string;
  readonly dataJson: string;
  readonly prevHash: string;
  readonly hash: string;
}

export interface MoveRow {
  readonly moveId: string;
  readonly paymentId: string;
  readonly nth: bigint;
  readonly kind: RecordedMove;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly terminalId: string;
  readonly eventSeq: bigint;
  readonly reference: string | null;
  readonly movedAt: string;
}

export interface PaymentRow {
  readonly paymentId: string;
  readonly terminalId: string;
  readonly shopId: string;
  readonly merchantId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly state: PaymentState;
  readonly refundedMinor: bigint;
  readonly shopperId: string | null;
  readonly authorisedAt: string | null;
  readonly expiresAt: string | null;
  readonly capturedAt: string | null;
  readonly reference: string | null;
  readonly resultOf: string | null;
  readonly way: Way | null;
}

export interface PostingRow {
  readonly debit: string;
  readonly credit: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly bookedAt: string;
}

export interface DiscountRow extends PostingRow {
  readonly kind: DiscountKind;
  readonly campaignId: string;
  readonly paymentId: string;
  readonly funder: Funder;
}

/** A payment with a discount: what was given and is gone of it, and of how much of the price. */
export interface DiscountedRow {
  readonly paymentId: string;
  readonly givenMinor: bigint;
  readonly goneMinor: bigint;
  readonly priceMinor: bigint;
  readonly backMinor: bigint;
}

export interface AttemptRow {
  readonly requestId: string;
  readonly paymentId: string;
  readonly terminalId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly replyJson: string;
}

export interface MoveRequestRow {
  readonly requestId: string;
  readonly inputHash: string;
  readonly kind: BookedMove | 'cancel';
  readonly paymentId: string;
  readonly terminalId: string;
  readonly amountMinor: bigint;
  readonly currency: string;
  readonly code: string | null;
  readonly replyJson: string | null;
}

export interface AuditRow {
  readonly seq: bigint;
  readonly at: string;
  readonly action: string;
  readonly actor: string;
  readonly subject: string;
  readonly prevHash: string;
  readonly hash: string;
}

export interface BalanceRow {
  readonly account: string;
  readonly currency: string;
  readonly debitMinor: bigint;
  readonly creditMinor: bigint;
}

/** A hub's database file, opened for reading alone: one snapshot, also while the hub writes on. */
export class LedgerReader {
  private readonly client: Database.Database;
  private readonly hasDiscounts: boolean;

  private constructor(client: Database.Database, schema: number) {
    this.client = client;
    this.hasDiscounts = schema >= DISCOUNT_SCHEMA;
  }

  /** @throws NotALedgerError */
  static open(path: string): LedgerReader {
    if (!existsSync(path)) throw new NotALedgerError(`there is no hub.db at ${path}`);
    const client = new Database(path, { readonly: true });
    client.defaultSafeIntegers(true);
    try {
      const row = client
        .prepare<[], { version: bigint | null }>(
          'SELECT max(version) AS version FROM schema_version',
        )
        .get();
      const schema = Number(row?.version ?? 0n);
      if (schema < OLDEST_SCHEMA) throw new NotALedgerError('an older hub’s file');
      client.exec('BEGIN');
      return new LedgerReader(client, schema);
    } catch (cause) {
      client.close();
      if (cause instanceof NotALedgerError) throw cause;
      throw new NotALedgerError(`not a hub’s database: ${path}`, { cause });
    }
  }

  close(): void {
    this.client.close();
  }

  events(): IterableIterator<EventRow> {
    return this.client
      .prepare<[], EventRow>(
        `SELECT seq, event_id AS eventId, type, version, occurred_at AS occurredAt, source, data_json AS dataJson,
                prev_hash AS prevHash, hash FROM outbox ORDER BY seq`,
      )
      .iterate();
  }

  /** Statements that are run for every event. */
  lookups() {
    return {
      moveOf: this.client.prepare<[bigint], MoveRow>(`${MOVES} WHERE event_seq = ?`),
      payment: this.client.prepare<[string], PaymentRow>(`${PAYMENTS} WHERE payment_id = ?`),
      postings: this.client.prepare<[string], PostingRow>(
        `SELECT debit, credit, amount_minor AS amountMinor, currency, booked_at AS bookedAt
         FROM posting WHERE move_id = ? ORDER BY line`,
      ),
      movesOf: this.client.prepare<[string], MoveRow>(`${MOVES} WHERE payment_id = ? ORDER BY nth`),
      attempt: this.client.prepare<[string], AttemptRow>(`${ATTEMPTS} WHERE request_id = ?`),
      moveRequest: this.client.prepare<[string], MoveRequestRow>(
        `${MOVE_REQUESTS} WHERE request_id = ?`,
      ),
    };
  }

  payments(): IterableIterator<PaymentRow> {
    return this.client.prepare<[], PaymentRow>(`${PAYMENTS} ORDER BY payment_id`).iterate();
  }

  moves(): IterableIterator<MoveRow> {
    return this.client.prepare<[], MoveRow>(`${MOVES} ORDER BY event_seq`).iterate();
  }

  attempts(): IterableIterator<AttemptRow> {
    return this.client.prepare<[], AttemptRow>(`${ATTEMPTS} ORDER BY request_id`).iterate();
  }

  moveRequests(): IterableIterator<MoveRequestRow> {
    return this.client
      .prepare<[], MoveRequestRow>(`${MOVE_REQUESTS} ORDER BY request_id`)
      .iterate();
  }

  audit(): IterableIterator<AuditRow> {
    return this.client
      .prepare<[], AuditRow>(
        'SELECT seq, at, action, actor, subject, prev_hash AS prevHash, hash FROM audit ORDER BY seq',
      )
      .iterate();
  }

  /** Postings whose move is not there. */
  strayPostings(): { readonly postingId: bigint }[] {
    return this.client
      .prepare<[], { postingId: bigint }>(
        `SELECT posting_id AS postingId FROM posting
         WHERE move_id NOT IN (SELECT move_id FROM payment_move WHERE kind IN ('capture', 'refund', 'reverse')) LIMIT 100`,
      )
      .all();
  }

  discountCount(): number {
    if (!this.hasDiscounts) return 0;
    const row = this.client
      .prepare<[], { rows: bigint }>('SELECT count(*) AS rows FROM discount')
      .get();
    return Number(row?.rows ?? 0n);
  }

  /** The discount that an event tells of. */
  discountOf(eventSeq: bigint): DiscountRow | undefined {
    if (!this.hasDiscounts) return undefined;
    return this.client
      .prepare<[bigint], DiscountRow>(
        `SELECT d.kind, d.campaign_id AS campaignId, d.payment_id AS paymentId, d.debit, d.credit,
                d.amount_minor AS amountMinor, d.currency, d.booked_at AS bookedAt,
                json_extract(c.terms_json, '$.funder') AS funder
         FROM discount d JOIN campaign c USING (campaign_id) WHERE d.event_seq = ?`,
      )
      .get(eventSeq);
  }

  /** Every payment with a discount. */
  discounted(): DiscountedRow[] {
    if (!this.hasDiscounts) return [];
    return this.client
      .prepare<[], DiscountedRow>(
        `SELECT d.payment_id AS paymentId, p.amount_minor AS priceMinor,
                sum(CASE d.kind WHEN 'given' THEN d.amount_minor ELSE 0 END) AS givenMinor,
                sum(CASE d.kind WHEN 'returned' THEN d.amount_minor ELSE 0 END) AS goneMinor,
                CASE p.state WHEN 'reversed' THEN p.amount_minor ELSE p.refunded_minor END AS backMinor
         FROM discount d JOIN payment p USING (payment_id) GROUP BY d.payment_id ORDER BY d.payment_id`,
      )
      .all();
  }

  /** Both sides of every account, from the postings themselves. */
  balances(): BalanceRow[] {
    const columns = 'debit, credit, currency, amount_minor';
    const booked = this.hasDiscounts
      ? `(SELECT ${columns} FROM posting UNION ALL SELECT ${columns} FROM discount)`
      : 'posting';
    return this.client
      .prepare<[], BalanceRow>(
        `SELECT account, currency, sum(debit) AS debitMinor, sum(credit) AS creditMinor FROM (
           SELECT debit AS account, currency, amount_minor AS debit, 0 AS credit FROM ${booked}
           UNION ALL SELECT credit, currency, 0, amount_minor FROM ${booked})
         GROUP BY account, currency ORDER BY account, currency`,
      )
      .all();
  }
}

const MOVES = `SELECT move_id AS moveId, payment_id AS paymentId, nth, kind, amount_minor AS amountMinor, currency,
  terminal_id AS terminalId, event_seq AS eventSeq, reference, moved_at AS movedAt FROM payment_move`;
const PAYMENTS = `SELECT payment_id AS paymentId, terminal_id AS terminalId, shop_id AS shopId, merchant_id AS merchantId,
  amount_minor AS amountMinor, currency, state, refunded_minor AS refundedMinor, shopper_id AS shopperId,
  authorised_at AS authorisedAt, expires_at AS expiresAt, captured_at AS capturedAt, reference, result_of AS resultOf, way
  FROM payment`;
const ATTEMPTS = `SELECT request_id AS requestId, payment_id AS paymentId, terminal_id AS terminalId,
  amount_minor AS amountMinor, currency, outcome, code, reply_json AS replyJson FROM attempt`;
const MOVE_REQUESTS = `SELECT request_id AS requestId, input_hash AS inputHash, kind, payment_id AS paymentId,
  terminal_id AS terminalId, amount_minor AS amountMinor, currency, code, reply_json AS replyJson FROM move_request`;
