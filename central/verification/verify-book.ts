import { createHash } from 'node:crypto';
import {
  chainInput,
  GENESIS_HASH,
  type HubEvent,
  hubEventSchema,
} from '../../shared/contracts/hub-events.ts';
import type {
  FindingCode,
  LedgerFinding,
  LedgerVerdict,
} from '../../shared/contracts/ledger-verdict.ts';
import {
  type ToldDiscount,
  type ToldMove,
  toldDiscount,
  toldMove,
} from '../../shared/contracts/told-move.ts';
import { postingOfDiscount } from '../../shared/domain/campaign.ts';
import { isBooked } from '../../shared/domain/payment.ts';
import { postingsOf } from '../../shared/domain/posting.ts';
import type { Executor } from '../db/database.ts';
import { readEpochs } from '../intake/epoch-store.ts';
import { Epochs } from '../intake/epochs.ts';
import { readEvent } from '../intake/hub-chain.ts';
import { findHashesAt, readPosition } from '../intake/intake-store.ts';
import {
  type BookedDiscount,
  type BookedRow,
  countRows,
  type InboxRow,
  overRefunded,
  readBooked,
  readBookedDiscounts,
  readInbox,
  readPutAside,
} from './book-reader-store.ts';

const PAGE_EVENTS = 2_000;
/** More than these are not listed: the first is what matters. */
const MAX_FINDINGS = 100;
/** What an erasure empties; of all others the text must be there. */
const EMPTIED_TYPE = 'shopper.enrolled';

/**
 * Walks what central has of a hub: the inbox along the hub's chain, each payment event against what is booked of it with
 * its postings, and each booked row against its event.
 *
 * @param tx a snapshot: what is booked meanwhile must not be half seen
 */
export function verifyBook(tx: Executor, hubId: string): Promise<LedgerVerdict> {
  return new BookWalk(tx, hubId).verdict();
}

type Place = Pick<LedgerFinding, 'table' | 'key' | 'seq'>;

class BookWalk {
  private readonly tx: Executor;
  private readonly hubId: string;
  private readonly findings: LedgerFinding[] = [];
  private readonly counts = { events: 0, moves: 0, postings: 0, requests: 0, auditEntries: 0 };
  private head = { seq: 0, hash: GENESIS_HASH };
  private entries = 0;
  private epochs = new Epochs([]);
  /** Hash of the event that each life continues from, by the place of the life's first. */
  private parents = new Map<number, string>();
  private discounts = 0;

  constructor(tx: Executor, hubId: string) {
    this.tx = tx;
    this.hubId = hubId;
  }

  async verdict(): Promise<LedgerVerdict> {
    const { tx, hubId } = this;
    const putAside = await readPutAside(tx, hubId);
    await this.readLives();
    for (;;) {
      const page = await readInbox(tx, hubId, { afterSeq: this.head.seq, limit: PAGE_EVENTS });
      const last = page.at(-1);
      if (!last) break;
      const range = { fromSeq: this.head.seq + 1, toSeq: last.seq };
      const booked = {
        moves: groupBySeq(await readBooked(tx, hubId, range)),
        discounts: groupBySeq(await readBookedDiscounts(tx, hubId, range)),
      };
      for (const row of page) this.checkEvent(row, booked, putAside.has(row.seq));
    }
    await this.checkEnds();
    const { findings, head, counts: checked } = this;
    const ok = findings.length === 0;
    return {
      ledger: 'central',
      hubId,
      ok,
      head,
      checked,
      putAside: putAside.size,
      findings,
    };
  }

  /** Where a hub was restored from a backup, its chain goes on from an earlier event. */
  private async readLives(): Promise<void> {
    const { tx, hubId } = this;
    this.epochs = await readEpochs(tx, hubId);
    const { later } = this.epochs;
    const places = later.map(({ afterSeq }) => afterSeq);
    const hashes = await findHashesAt(tx, hubId, places);
    this.parents = new Map(
      later.map(({ fromSeq, afterSeq }) => [fromSeq, hashes.get(afterSeq) ?? GENESIS_HASH]),
    );
  }

  private checkEvent(
    row: InboxRow,
    booked: {
      readonly moves: ReadonlyMap<number, readonly BookedRow[]>;
      readonly discounts: ReadonlyMap<number, readonly BookedDiscount[]>;
    },
    isAside: boolean,
  ): void {
    this.counts.events += 1;
    const at = { table: 'inbox', key: String(row.seq), seq: row.seq };
    if (row.seq !== this.head.seq + 1) this.found('gap', at, `after ${this.head.seq}`);
    const prevHash = this.parents.get(row.seq) ?? this.head.hash;
    if (row.prevHash !== prevHash) this.found('prev_hash_differs', at, 'prev_hash');
    this.head = { seq: row.seq, hash: row.hash };
    const rows = booked.moves.get(row.seq) ?? [];
    const [discount] = booked.discounts.get(row.seq) ?? [];
    this.counts.moves += rows.length;
    if (discount) this.discounts += 1;
    const event = this.read(row, at);
    const given = event && !isAside ? toldDiscount(event) : undefined;
    if (given) {
      this.compareDiscount(given, discount, at);
      return;
    }
    if (discount) this.found('row_without_event', { ...at, table: 'discounts' }, row.type);
    const told = event && toldMove(event);
    if (!told || isAside) {
      if (rows.length > 0) this.found('row_without_event', { ...at, table: 'payments' }, row.type);
      return;
    }
    const [only] = rows;
    if (!only || rows.length !== 1) {
      this.found('row_missing', { ...at, table: tableOf(told) }, told.kind);
      return;
    }
    this.compare(told, only, at);
  }

  /** An event, checked against its hash; undefined where it cannot be read. */
  private read(row: InboxRow, at: Place): HubEvent | undefined {
    if (row.raw === null) {
      if (row.type !== EMPTIED_TYPE) this.found('unreadable', at, `${row.type} is emptied`);
      return undefined;
    }
    const event = readEvent({ streamSeq: row.streamSeq, text: row.raw });
    if (!event) {
      this.found('unreadable', at, row.type);
      return undefined;
    }
    const hash = createHash('sha256')
      .update(chainInput({ ...event.head, dataJson: event.dataJson }))
      .digest('hex');
    const { head } = event;
    const isRow =
      hash === row.hash &&
      head.seq === this.epochs.hubSeqOf(row.seq) &&
      head.id === row.eventId &&
      head.type === row.type &&
      head.prevHash === row.prevHash &&
      head.source === this.hubId;
    if (!isRow) this.found('hash_differs', at, 'raw');
    const parsed = hubEventSchema.safeParse(head);
    return parsed.success ? parsed.data : undefined;
  }

  private compare(told: ToldMove, row: BookedRow, { seq }: Place): void {
    const at = { table: tableOf(told), key: row.moveId ?? row.paymentId, seq };
    const pairs: Record<string, readonly [unknown, unknown]> = {
      kind: [told.kind, row.kind],
      payment_id: [told.paymentId, row.paymentId],
      shopper_id: [told.shopperId, row.shopperId],
      terminal_id: [told.terminalId, row.terminalId],
      shop_id: [told.shopId, row.shopId],
      merchant_id: [told.merchantId, row.merchantId],
      amount_minor: [told.amountMinor, row.amountMinor],
      currency: [told.currency, row.currency],
      reference: [told.reference, row.reference],
      moved_at: [told.movedAt, row.movedAt],
      move_id: [told.requestId ?? row.moveId, row.moveId],
    };
    this.differs(at, pairs);
    this.comparePostings(told, row, seq);
  }

  private compareDiscount(
    told: ToldDiscount,
    row: BookedDiscount | undefined,
    { seq }: Place,
  ): void {
    const at = { table: 'discounts', key: String(seq), seq };
    if (!row) {
      this.found('row_missing', at, told.kind);
      return;
    }
    const due = postingOfDiscount(told.kind, { ...told, funder: row.funder });
    const pairs: Record<string, readonly [unknown, unknown]> = {
      kind: [told.kind, row.kind],
      campaign_id: [told.campaignId, row.campaignId],
      payment_id: [told.paymentId, row.paymentId],
      shopper_id: [told.shopperId, row.shopperId],
      merchant_id: [told.merchantId, row.merchantId],
      amount_minor: [told.amountMinor, row.amountMinor],
      currency: [told.currency, row.currency],
      entry_id: [row.eventId, row.entryId],
    };
    this.differs(at, pairs);
    const isPosted =
      row.debit === due.debit && row.credit === due.credit && row.postedMinor === due.amountMinor;
    if (!isPosted) this.found('posting_differs', { ...at, table: 'city_postings' }, told.kind);
  }

  private differs(at: Place, pairs: Record<string, readonly [unknown, unknown]>): void {
    const wrong = Object.entries(pairs).filter(([, [due, there]]) => due !== there);
    if (wrong.length > 0) this.found('row_differs', at, wrong.map(([name]) => name).join(', '));
  }

  private comparePostings(told: ToldMove, row: BookedRow, seq: number | null): void {
    const { kind, shopperId } = told;
    const isDue = isBooked(kind) && shopperId !== null;
    const due = isDue ? postingsOf(kind, { ...told, shopperId }) : [];
    const at = { table: 'journal_entries', key: row.moveId ?? row.paymentId, seq };
    const entry = isDue ? [kind, told.paymentId] : [null, null];
    if (row.entryKind !== entry[0] || row.entryPaymentId !== entry[1]) {
      this.found(isDue ? 'row_missing' : 'row_without_event', at, kind);
    }
    if (row.entryKind !== null) this.entries += 1;
    this.counts.postings += row.postings.length;
    const isSame =
      row.postings.length === due.length &&
      due.every((posting, index) => {
        const there = row.postings[index];
        return (
          there?.debit === posting.debit &&
          there.credit === posting.credit &&
          there.amountMinor === posting.amountMinor &&
          there.currency === posting.currency
        );
      });
    if (!isSame) this.found('posting_differs', { ...at, table: 'postings' }, kind);
  }

  /** What no event has led to, and where the watermark stands. */
  private async checkEnds(): Promise<void> {
    const { tx, hubId, head, counts } = this;
    const there = await countRows(tx, hubId);
    const surplus = [
      ['payments', there.moves - counts.moves],
      ['journal_entries', there.entries - this.entries],
      ['postings', there.postings - counts.postings],
      ['discounts', there.discounts - this.discounts],
    ] as const;
    for (const [table, more] of surplus) {
      if (more > 0)
        this.found('row_without_event', { table, key: 'all', seq: null }, `${more} more`);
    }
    for (const paymentId of await overRefunded(tx, hubId)) {
      const at = { table: 'payment_moves', key: paymentId, seq: null };
      this.found('state_differs', at, 'more was given back than captured');
    }
    const watermark = await readPosition(tx, hubId);
    if (watermark?.chain.seq !== head.seq || watermark.chain.hash !== head.hash) {
      this.found('head_differs', { table: 'intake_watermarks', key: hubId, seq: head.seq }, '');
    }
  }

  private found(code: FindingCode, at: Place, detail: string): void {
    if (this.findings.length < MAX_FINDINGS) this.findings.push({ code, ...at, detail });
  }
}

function tableOf({ kind }: ToldMove): string {
  return kind === 'capture' ? 'payments' : 'payment_moves';
}

function groupBySeq<Row extends { readonly seq: number }>(
  rows: readonly Row[],
): Map<number, Row[]> {
  return Map.groupBy(rows, ({ seq }) => seq);
}
