import {
  hubPart,
  parseReference,
  type ReceiptCheck,
  receiptCheckSchema,
} from '../../shared/contracts/receipt.ts';
import type { Discounts } from '../campaign/discounts.ts';
import type { LedgerStore } from '../ledger/ledger-store.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import { receiptReference } from './reference.ts';

/** References of before the chained check ended in so many characters. */
const OLD_CHECK = /-[0-9A-Z]{4}$/;

/** Says whether a receipt is of this hub, and what it is of. */
export class ReceiptDesk {
  private readonly hubId: string;
  private readonly ledger: LedgerStore;
  private readonly outbox: OutboxStore;
  private readonly discounts: Discounts;

  constructor(parts: {
    readonly hubId: string;
    readonly ledger: LedgerStore;
    readonly outbox: OutboxStore;
    readonly discounts: Discounts;
  }) {
    this.hubId = parts.hubId;
    this.ledger = parts.ledger;
    this.outbox = parts.outbox;
    this.discounts = parts.discounts;
  }

  /** @param text the reference as somebody typed it. @returns undefined where the books do not bear it out */
  check(text: string): ReceiptCheck | undefined {
    const { hubId, ledger, outbox } = this;
    const parsed = parseReference(text);
    if (parsed?.hub !== hubPart(hubId)) return undefined;
    const { seq, reference } = parsed;
    const move = ledger.moveOfEvent(seq);
    const prevHash = outbox.prevHashAt(seq);
    if (move?.reference !== reference || prevHash === undefined) return undefined;
    const payment = ledger.payment(move.paymentId);
    const isChained = receiptReference({ ...move, hubId, seq, prevHash }) === reference;
    if (!payment || !(isChained || OLD_CHECK.test(reference))) return undefined;
    const discountMinor = this.discounts.withMove(move.moveId)?.toString();
    return receiptCheckSchema.parse({
      reference,
      kind: move.kind,
      amountMinor: move.amountMinor.toString(),
      currency: move.currency,
      discountMinor,
      at: move.movedAt,
      hubId,
      shopId: payment.shopId,
      state: payment.state,
      proof: isChained ? 'chain' : 'books',
    });
  }
}
