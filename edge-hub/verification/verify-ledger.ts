import { createHash } from 'node:crypto';
import { chainInput, GENESIS_HASH, hubEventSchema } from '../../shared/contracts/hub-events.ts';
import type {
  FindingCode,
  LedgerFinding,
  LedgerVerdict,
} from '../../shared/contracts/ledger-verdict.ts';
import { paymentResultSchema } from '../../shared/contracts/terminal-messages.ts';
import { moveSigningInput, paymentStateSchema } from '../../shared/contracts/terminal-moves.ts';
import {
  type ToldDiscount,
  type ToldMove,
  toldDiscount,
  toldMove,
} from '../../shared/contracts/told-move.ts';
import { postingOfDiscount, returnedMinor } from '../../shared/domain/campaign.ts';
import { afterMove, isBooked, type PaymentStanding } from '../../shared/domain/payment.ts';
import { postingsOf } from '../../shared/domain/posting.ts';
import { auditHash } from '../audit/audit-store.ts';
import type {
  AttemptRow,
  EventRow,
  LedgerReader,
  MoveRequestRow,
  MoveRow,
  PaymentRow,
} from './ledger-reader-store.ts';

/** More than these are not listed: the first is what matters. */
const MAX_FINDINGS = 100;

type Lookups = ReturnType<LedgerReader['lookups']>;

/**
 * Walks a hub's ledger: the chain from its first event to the last, each event against the rows that it tells of and each
 * row against its event, how every payment stands, stored replies, account balances, and the audit log's chain.
 *
 * What it cannot see: a chain that somebody with the file has written anew from some place on. Central's copy of the
 * chain's hashes can (docs/ledger.md).
 */
export function verifyLedger(reader: LedgerReader): LedgerVerdict {
  return new LedgerWalk(reader).verdict();
}

class LedgerWalk {
  private readonly reader: LedgerReader;
  private readonly lookups: Lookups;
  private readonly findings: LedgerFinding[] = [];
  /** What the events say of each account: debits less credits, by account and currency. */
  private readonly told = new Map<string, { debitMinor: bigint; creditMinor: bigint }>();
  private readonly counts = { events: 0, moves: 0, postings: 0, requests: 0, auditEntries: 0 };
  private head = { seq: 0, hash: GENESIS_HASH };
  private discounts = 0;
  private hubId = 'unknown';

  constructor(reader: LedgerReader) {
    this.reader = reader;
    this.lookups = reader.lookups();
  }

  verdict(): LedgerVerdict {
    this.walkEvents();
    this.walkMoves();
    this.walkPayments();
    this.walkDiscounts();
    this.walkRequests();
    this.checkBalances();
    this.walkAudit();
    const { head, hubId, findings, counts: checked } = this;
    const ok = findings.length === 0;
    return { ledger: 'hub', hubId, ok, head, checked, putAside: 0, findings };
  }

  private walkEvents(): void {
    for (const row of this.reader.events()) {
      this.counts.events += 1;
      this.hubId = row.source;
      const seq = Number(row.seq);
      const at = { table: 'outbox', key: String(seq), seq };
      if (seq !== this.head.seq + 1) this.found('gap', at, `after ${this.head.seq}`);
      if (row.prevHash !== this.head.hash) this.found('prev_hash_differs', at, 'prev_hash');
      if (hashOf(row) !== row.hash) this.found('hash_differs', at, 'hash');
      this.head = { seq, hash: row.hash };
      this.checkEvent(row, at);
    }
  }

  private checkEvent(row: EventRow, at: Place): void {
    const isDiscount = row.type.startsWith('discount.');
    if (!isDiscount && !row.type.startsWith('payment.')) return;
    const event = hubEventSchema.safeParse(eventOf(row));
    const discount = event.success ? toldDiscount(event.data) : undefined;
    if (discount) {
      this.checkDiscount(discount, at);
      return;
    }
    const told = event.success ? toldMove(event.data) : undefined;
    if (!told) {
      this.found('unreadable', at, row.type);
      return;
    }
    const move = this.lookups.moveOf.get(row.seq);
    if (!move) {
      this.found(
        'row_missing',
        { ...at, table: 'payment_move', key: `event ${at.key}` },
        told.kind,
      );
      return;
    }
    const moveAt = { ...at, table: 'payment_move', key: move.moveId };
    this.compare(moveAt, {
      kind: [told.kind, move.kind],
      payment_id: [told.paymentId, move.paymentId],
      amount_minor: [told.amountMinor, move.amountMinor],
      currency: [told.currency, move.currency],
      terminal_id: [told.terminalId, move.terminalId],
      reference: [told.reference, move.reference],
      moved_at: [told.movedAt, move.movedAt],
      move_id: [told.requestId ?? move.moveId, move.moveId],
    });
    const payment = this.lookups.payment.get(told.paymentId);
    if (!payment) {
      this.found('row_missing', { ...at, table: 'payment', key: told.paymentId }, told.kind);
      return;
    }
    this.comparePayment(told, payment, at);
    this.checkPostings(told, move, moveAt);
  }

  private comparePayment(told: ToldMove, payment: PaymentRow, at: Place): void {
    const isWhole = told.kind !== 'refund';
    const captured = told.kind === 'capture';
    this.compare(
      { ...at, table: 'payment', key: told.paymentId },
      {
        shop_id: [told.shopId, payment.shopId],
        merchant_id: [told.merchantId, payment.merchantId],
        currency: [told.currency, payment.currency],
        amount_minor: [isWhole ? told.amountMinor : payment.amountMinor, payment.amountMinor],
        shopper_id: [told.shopperId, payment.shopperId],
        // rows of before there were other ways have none
        way: [told.way ?? payment.way, payment.way ?? (told.way && 'face')],
        captured_at: [captured ? told.movedAt : payment.capturedAt, payment.capturedAt],
        reference: [captured ? told.reference : payment.reference, payment.reference],
      },
    );
  }

  private checkPostings(told: ToldMove, move: MoveRow, at: Place): void {
    const { kind, shopperId } = told;
    const due =
      isBooked(kind) && shopperId !== null ? postingsOf(kind, { ...told, shopperId }) : [];
    const booked = this.lookups.postings.all(move.moveId);
    this.counts.postings += booked.length;
    const isSame =
      booked.length === due.length &&
      due.every((posting, index) => {
        const row = booked[index];
        return (
          row?.debit === posting.debit &&
          row.credit === posting.credit &&
          row.amountMinor === posting.amountMinor &&
          row.currency === posting.currency
        );
      });
    if (!isSame) this.found('posting_differs', { ...at, table: 'posting' }, kind);
    for (const posting of due) {
      this.side(posting.debit, posting.currency).debitMinor += posting.amountMinor;
      this.side(posting.credit, posting.currency).creditMinor += posting.amountMinor;
    }
  }

  private checkDiscount(told: ToldDiscount, { seq }: Place): void {
    const at = { table: 'discount', key: String(seq), seq };
    const row = this.reader.discountOf(BigInt(seq ?? 0));
    if (!row) {
      this.found('row_missing', at, told.kind);
      return;
    }
    this.counts.postings += 1;
    this.discounts += 1;
    const due = postingOfDiscount(told.kind, { ...told, funder: row.funder });
    this.compare(at, {
      kind: [told.kind, row.kind],
      campaign_id: [told.campaignId, row.campaignId],
      payment_id: [told.paymentId, row.paymentId],
      debit: [due.debit, row.debit],
      credit: [due.credit, row.credit],
      amount_minor: [due.amountMinor, row.amountMinor],
      currency: [due.currency, row.currency],
      booked_at: [told.bookedAt, row.bookedAt],
    });
    this.side(due.debit, due.currency).debitMinor += due.amountMinor;
    this.side(due.credit, due.currency).creditMinor += due.amountMinor;
  }

  /** What is gone of each discount is its share of what was given back; nothing else is there. */
  private walkDiscounts(): void {
    for (const {
      paymentId,
      givenMinor,
      goneMinor,
      priceMinor,
      backMinor,
    } of this.reader.discounted()) {
      const due = returnedMinor({
        discountMinor: givenMinor,
        priceMinor,
        refundedMinor: backMinor,
      });
      if (due === goneMinor) continue;
      const at = { table: 'discount', key: paymentId, seq: null };
      this.found('state_differs', at, `${goneMinor} gone, ${due} due`);
    }
    const more = this.reader.discountCount() - this.discounts;
    if (more > 0) {
      const at = { table: 'discount', key: 'all', seq: null };
      this.found('row_without_event', at, `${more} more`);
    }
  }

  private side(account: string, currency: string) {
    const key = `${account} ${currency}`;
    const side = this.told.get(key) ?? { debitMinor: 0n, creditMinor: 0n };
    this.told.set(key, side);
    return side;
  }

  /** Rows that no event tells of. */
  private walkMoves(): void {
    for (const move of this.reader.moves()) {
      this.counts.moves += 1;
      const seq = Number(move.eventSeq);
      const at = { table: 'payment_move', key: move.moveId, seq };
      if (seq > this.head.seq) this.found('row_without_event', at, move.kind);
      const request = this.lookups.moveRequest.get(move.moveId);
      const attempt = this.lookups.attempt.get(move.moveId);
      if (move.kind !== 'expire' && !request && !attempt) {
        this.found('request_missing', at, move.kind);
      }
    }
    for (const { postingId } of this.reader.strayPostings()) {
      this.found('row_without_event', { table: 'posting', key: String(postingId), seq: null }, '');
    }
  }

  /** Each payment is where its moves lead. */
  private walkPayments(): void {
    for (const payment of this.reader.payments()) {
      const at = { table: 'payment', key: payment.paymentId, seq: null };
      let now: PaymentStanding = { ...payment, state: 'new', refundedMinor: 0n };
      if (payment.state === 'declined') now = { ...now, state: 'declined' };
      for (const move of this.lookups.movesOf.all(payment.paymentId)) {
        const after = afterMove(now, move);
        if (!after.ok) {
          const seq = Number(move.eventSeq);
          this.found('state_differs', { ...at, seq }, `${now.state}, ${move.kind}: ${after.error}`);
          break;
        }
        now = after.value;
      }
      if (now.state !== payment.state || now.refundedMinor !== payment.refundedMinor) {
        this.found('state_differs', at, `${payment.state}, its moves lead to ${now.state}`);
      }
      if (payment.resultOf !== null && !this.lookups.attempt.get(payment.resultOf)) {
        this.found('request_missing', at, 'result_of');
      }
    }
  }

  private walkRequests(): void {
    for (const attempt of this.reader.attempts()) {
      this.counts.requests += 1;
      const wrong = this.wrongInAttempt(attempt);
      if (wrong === undefined) continue;
      const at = { table: 'attempt', key: attempt.requestId, seq: null };
      this.found('request_differs', at, wrong);
    }
    for (const request of this.reader.moveRequests()) {
      this.counts.requests += 1;
      const wrong = this.wrongInRequest(request);
      if (wrong === undefined) continue;
      const at = { table: 'move_request', key: request.requestId, seq: null };
      this.found('request_differs', at, wrong);
    }
  }

  private wrongInAttempt(row: AttemptRow): string | undefined {
    const payment = this.lookups.payment.get(row.paymentId);
    if (payment?.amountMinor !== row.amountMinor || payment.currency !== row.currency) {
      return 'amount_minor';
    }
    const reply = paymentResultSchema.safeParse(parsed(row.replyJson));
    if (!reply.success) return 'reply_json';
    const { outcome, code, paymentId, receipt } = reply.data.data;
    if (outcome !== row.outcome || code !== row.code) return 'outcome';
    if (paymentId !== row.paymentId || reply.data.replyTo !== row.requestId) return 'reply_json';
    if (outcome !== 'paid') return undefined;
    const isSame =
      receipt?.reference === payment.reference &&
      receipt.capturedAt === payment.capturedAt &&
      receipt.amountMinor === row.amountMinor.toString();
    return isSame ? undefined : 'reply_json';
  }

  private wrongInRequest(row: MoveRequestRow): string | undefined {
    const { requestId: id, kind, terminalId } = row;
    const input = moveSigningInput(terminalId, { ...row, id, type: `payment.${kind}` });
    if (sha256(input) !== row.inputHash) return 'input_hash';
    const moves = this.lookups.movesOf.all(row.paymentId);
    const move = moves.find((each) => each.moveId === id);
    if (row.code !== null) return move ? 'code' : undefined;
    if (move?.kind !== kind || move.amountMinor !== row.amountMinor) return 'kind';
    const reply = paymentStateSchema.safeParse(parsed(row.replyJson ?? ''));
    if (!reply.success) return 'reply_json';
    const { paymentId, receipt } = reply.data.data;
    const isSame =
      paymentId === row.paymentId &&
      reply.data.replyTo === id &&
      (receipt?.reference ?? null) === move.reference &&
      (receipt === null || receipt.amountMinor === row.amountMinor.toString());
    return isSame ? undefined : 'reply_json';
  }

  /** The postings' balances are those that the events give. */
  private checkBalances(): void {
    const left = new Map(this.told);
    for (const row of this.reader.balances()) {
      const key = `${row.account} ${row.currency}`;
      const told = left.get(key) ?? { debitMinor: 0n, creditMinor: 0n };
      left.delete(key);
      if (told.debitMinor !== row.debitMinor || told.creditMinor !== row.creditMinor) {
        this.found(
          'balance_differs',
          { table: 'posting', key: accountKind(row.account), seq: null },
          '',
        );
      }
    }
    if (left.size > 0) {
      this.found('balance_differs', { table: 'posting', key: 'accounts', seq: null }, 'missing');
    }
  }

  private walkAudit(): void {
    let last = { seq: 0, hash: GENESIS_HASH };
    for (const row of this.reader.audit()) {
      this.counts.auditEntries += 1;
      const seq = Number(row.seq);
      const isLink = seq === last.seq + 1 && row.prevHash === last.hash;
      if (!isLink || auditHash({ ...row, seq }) !== row.hash) {
        this.found('audit_differs', { table: 'audit', key: String(seq), seq: null }, row.action);
      }
      last = { seq, hash: row.hash };
    }
  }

  /** @param pairs what is due and what is there, by column */
  private compare(at: Place, pairs: Record<string, readonly [unknown, unknown]>): void {
    const wrong = Object.entries(pairs).filter(([, [due, there]]) => due !== there);
    if (wrong.length > 0) this.found('row_differs', at, wrong.map(([name]) => name).join(', '));
  }

  private found(code: FindingCode, at: Place, detail: string): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ code, ...at, detail });
  }
}

type Place = Pick<LedgerFinding, 'table' | 'key' | 'seq'>;

function eventOf({ eventId: id, dataJson, ...row }: EventRow): unknown {
  const { seq, version } = row;
  return { ...row, id, seq: Number(seq), version: Number(version), data: parsed(dataJson) };
}

function hashOf(row: EventRow): string {
  const { seq, version, eventId: id } = row;
  return sha256(chainInput({ ...row, id, seq: Number(seq), version: Number(version) }));
}

/** Never whose: an account's name has a shopper's id in it. */
function accountKind(account: string): string {
  return account.startsWith('receivable:shopper:') ? 'receivable:shopper' : account;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
