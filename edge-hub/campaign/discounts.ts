import { type CampaignShare, discountRule } from '../../shared/contracts/campaign.ts';
import type { Discount } from '../../shared/contracts/terminal-messages.ts';
import {
  type DiscountKind,
  discountMinor,
  postingOfDiscount,
  returnedMinor,
} from '../../shared/domain/campaign.ts';
import type { Currency, Money } from '../../shared/domain/money.ts';
import { present } from '../../shared/kernel/assert.ts';
import { isInControlGroup } from '../../shared/kernel/campaign-arm.ts';
import type { HubEvents } from '../events.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { CampaignStore } from './campaign-store.ts';

/** A payment that a discount is looked for. */
export interface Discountable extends Money {
  readonly merchantId: string;
  readonly shopperId: string;
}

/** What a payment would be discounted by. */
export interface DueDiscount {
  readonly terms: CampaignShare;
  readonly amountMinor: bigint;
}

/** The move that a discount goes with, written already. */
interface MoveOfDiscount {
  readonly paymentId: string;
  readonly moveId: string;
  readonly shopperId: string;
  readonly merchantId: string;
  readonly currency: Currency;
  /** RFC 3339. */
  readonly movedAt: string;
}

/**
 * Discounts of campaigns, by this hub's database alone: nobody is asked, whether the link is up or down.
 *
 * Invariants: a payment has one at most, less than its price; a campaign's discounts here are never more than the hub's
 * share of its budget (a CHECK); no more of one is taken back than was given.
 */
export class Discounts {
  private readonly store: CampaignStore;
  private readonly outbox: OutboxStore;
  private readonly events: HubEvents;

  constructor(parts: {
    readonly store: CampaignStore;
    readonly outbox: OutboxStore;
    readonly events: HubEvents;
  }) {
    this.store = parts.store;
    this.outbox = parts.outbox;
    this.events = parts.events;
  }

  /**
   * The largest discount that a running campaign has for a payment, if any has one: of those whose share has that much left
   * and whose control group the shopper is not in. Of equal ones the older campaign's.
   */
  due(payment: Discountable, nowIso: string): DueDiscount | undefined {
    const { merchantId, shopperId, amountMinor: priceMinor, currency } = payment;
    let best: DueDiscount | undefined;
    for (const { terms, leftMinor } of this.store.running(merchantId, nowIso)) {
      if (terms.currency !== currency) continue;
      const amountMinor = discountMinor(discountRule(terms), priceMinor);
      if (amountMinor === 0n || amountMinor > leftMinor || isInControlGroup(terms, shopperId))
        continue;
      const isBetter =
        !best ||
        amountMinor > best.amountMinor ||
        (amountMinor === best.amountMinor && terms.campaignId < best.terms.campaignId);
      if (isBetter) best = { terms, amountMinor };
    }
    return best;
  }

  /** Books a discount with the capture that was written before, in the same transaction, and tells it. */
  give({ terms, amountMinor }: DueDiscount, move: MoveOfDiscount): void {
    this.book('given', terms, { ...move, amountMinor });
  }

  /**
   * Books what goes of a payment's discount with a refund or reversal that was written before, in the same transaction, and
   * tells it.
   *
   * @param refundedMinor what of the price was given back by now, with this move
   * @returns what went; 0 where there is none
   */
  takeBack(
    move: MoveOfDiscount,
    { priceMinor, refundedMinor }: { readonly priceMinor: bigint; readonly refundedMinor: bigint },
  ): bigint {
    const standing = this.store.ofPayment(move.paymentId);
    if (!standing) return 0n;
    const gone = returnedMinor({ discountMinor: standing.givenMinor, priceMinor, refundedMinor });
    const amountMinor = gone - standing.returnedMinor;
    if (amountMinor === 0n) return 0n;
    const terms = present(this.store.terms(standing.campaignId), 'the campaign of a discount');
    this.book('returned', terms, { ...move, amountMinor });
    return amountMinor;
  }

  /** What of a payment's price is not paid, as it stands; 0 where it has no discount. */
  standingMinor(paymentId: string): bigint {
    const standing = this.store.ofPayment(paymentId);
    return standing ? standing.givenMinor - standing.returnedMinor : 0n;
  }

  /** What was given or taken back with a move; undefined where nothing was. */
  withMove(moveId: string): bigint | undefined {
    return this.store.ofMove(moveId);
  }

  /** What a payment's receipt says of its discount, as it was given; undefined where it has none. */
  onReceipt(paymentId: string): Discount | undefined {
    const standing = this.store.ofPayment(paymentId);
    const terms = standing && this.store.terms(standing.campaignId);
    return terms && shownDiscount({ terms, amountMinor: standing.givenMinor });
  }

  private book(
    kind: DiscountKind,
    { campaignId, funder }: CampaignShare,
    discount: MoveOfDiscount & Money,
  ): void {
    const { paymentId, moveId, shopperId, merchantId, movedAt } = discount;
    const posting = postingOfDiscount(kind, { ...discount, funder });
    const eventSeq = this.outbox.next().seq;
    const row = { ...posting, eventSeq, campaignId, paymentId, moveId, kind, bookedAt: movedAt };
    this.store.book(row);
    const amountMinor = discount.amountMinor.toString();
    const { currency } = discount;
    const told = { paymentId, campaignId, shopperId, merchantId, amountMinor, currency };
    if (kind === 'given') this.events.discountGiven({ ...told, givenAt: movedAt });
    else this.events.discountReturned({ ...told, returnedAt: movedAt });
  }
}

/** A discount as shoppers are told of it. */
export function shownDiscount({ terms, amountMinor }: DueDiscount): Discount {
  return { title: terms.title, amountMinor: amountMinor.toString() };
}
