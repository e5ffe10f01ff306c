import type { HubEvent } from '../../shared/contracts/hub-events.ts';
import { type ToldDiscount, toldDiscount } from '../../shared/contracts/told-move.ts';
import { type Funder, postingOfDiscount } from '../../shared/domain/campaign.ts';
import { present } from '../../shared/kernel/assert.ts';
import type { Executor } from '../db/database.ts';
import type { CityEntry } from '../ledger/city-entry.ts';
import { insertCityEntries } from '../ledger/city-entry-store.ts';
import {
  discountsOf,
  findCampaign,
  findDiscounted,
  findShare,
  insertDiscount,
} from './campaign-store.ts';

export type DiscountEvent = Extract<HubEvent, { type: 'discount.given' | 'discount.returned' }>;

export function isDiscountEvent(event: HubEvent): event is DiscountEvent {
  return event.type === 'discount.given' || event.type === 'discount.returned';
}

/**
 * Books a discount, or what is gone of one, in the caller's transaction: its row and its entry in the city's book. Who pays
 * for it is in central's own campaign, not in the event.
 *
 * @returns false where it does not follow from the payment and from the hub's share: such an event is put aside, and the
 *   database would have refused it as well
 */
export async function bookDiscount(
  tx: Executor,
  event: DiscountEvent,
  bookedAt: Date,
): Promise<boolean> {
  const told = present(toldDiscount(event), 'what the event tells');
  const { source: hubId, seq: eventSeq, id: entryId } = event;
  const campaign = await findCampaign(tx, told.campaignId);
  if (!campaign || !(await isDue(tx, hubId, told))) return false;
  await insertCityEntries(tx, [
    discountEntry(entryId, { told, bookedAt, funder: campaign.funder }),
  ]);
  await insertDiscount(tx, { ...told, hubId, eventSeq, entryId, bookedAt });
  return true;
}

/** Whether the payment and the share allow it. */
async function isDue(tx: Executor, hubId: string, told: ToldDiscount): Promise<boolean> {
  const { kind, paymentId, campaignId, amountMinor } = told;
  const payment = await findDiscounted(tx, hubId, paymentId);
  const isSame =
    payment?.merchantId === told.merchantId &&
    payment.shopperId === told.shopperId &&
    payment.currency === told.currency &&
    payment.amountMinor > amountMinor;
  if (!isSame) return false;
  const there = await discountsOf(tx, hubId, paymentId);
  if (kind === 'given') {
    const share = await findShare(tx, hubId, campaignId);
    return (
      there.length === 0 &&
      share !== undefined &&
      share.givenMinor + amountMinor <= share.shareMinor
    );
  }
  const left = there
    .filter((row) => row.campaignId === campaignId)
    .reduce(
      (sum, row) => (row.kind === 'given' ? sum + row.amountMinor : sum - row.amountMinor),
      0n,
    );
  return amountMinor <= left;
}

/** The entry of a discount in the city's book. Where the merchant bears it, the next payout settles it. */
export function discountEntry(
  entryId: string,
  discount: {
    readonly told: Omit<ToldDiscount, 'bookedAt'>;
    readonly bookedAt: Date;
    readonly funder: Funder;
  },
): CityEntry {
  const { told, bookedAt, funder } = discount;
  const { kind, merchantId, amountMinor } = told;
  const owed = kind === 'given' ? -amountMinor : amountMinor;
  return {
    entryId,
    kind: kind === 'given' ? 'discount' : 'discount_returned',
    subjectId: entryId,
    bookedAt,
    postings: [postingOfDiscount(kind, { ...told, funder })],
    ...(funder === 'merchant' && { toSettle: { merchantId, amountMinor: owed } }),
  };
}
