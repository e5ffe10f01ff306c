import { sql } from 'drizzle-orm';
import { type DiscountKind, returnedMinor } from '../../../shared/domain/campaign.ts';
import { present } from '../../../shared/kernel/assert.ts';
import { type DiscountRow, insertCampaign } from '../../campaigns/campaign-store.ts';
import { discountEntry } from '../../campaigns/discount-booking.ts';
import { bulkInsert } from '../../db/bulk-insert.ts';
import { discounts } from '../../db/campaign-schema.ts';
import type { Executor, OpenDatabase } from '../../db/database.ts';
import { downlinkHeads, hubs, paymentMoves, payments, shops } from '../../db/schema.ts';
import { insertCityEntries } from '../../ledger/city-entry-store.ts';
import { addDays, startOfDay } from '../../merchants/china-time.ts';
import type { SimulatedDay, SimulatedPayment } from './city-days.ts';
import { type CityPlan, shopperIdOf } from './city-plan.ts';

const CURRENCY = 'CNY';
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** The simulated city's clocks: China's, without summer time. */
const OFFSET_MS = 8 * HOUR_MS;
/** Who bears the planted campaign's discounts. */
const FUNDER = 'merchant';
/** More than they ever are. */
const BUDGET_MINOR = 1_000_000_000n;
/** Central usually hears of a payment after so long. */
const BOOKED_AFTER_MS = 400;

/** The id of a street, and of its hub. */
export function streetId(street: number): string {
  return `street-${street + 1}`;
}

function hubId(street: number): string {
  return `hub-${street + 1}`;
}

/** What streets are called. */
const STREET_NAMES = [
  '五马街',
  '解放街',
  '公园路',
  '纱帽河',
  '谢池巷',
  '墨池坊',
  '信河街',
  '飞霞路',
  '朔门街',
  '康宁坊',
  '晏公殿巷',
  '百里坊',
  '县前街',
  '仓桥街',
  '府学巷',
  '鼓楼街',
  '瓦市殿巷',
  '大南门',
  '蝉街',
  '广场路',
];

/**
 * Writes a simulated city into central's books: captures and refunds as hubs would have told of them, without the inbox that
 * they came through. What reads the books only (the lake, panels, the bureau) finds nothing missing.
 */
export class CityBooks {
  private readonly database: OpenDatabase;
  private readonly chains: number[];
  private readonly campaignId: string;
  private written = 0;

  constructor(database: OpenDatabase, plan: CityPlan) {
    this.database = database;
    this.campaignId = plan.campaign.campaignId;
    this.chains = Array.from({ length: plan.size.streets }, () => 0);
  }

  /** Hubs, shops and what they deal in. */
  async open(plan: CityPlan): Promise<void> {
    await this.database.transact(async (tx) => {
      const streets = this.chains.map((_, street) => ({
        hubId: hubId(street),
        streetId: streetId(street),
        streetName: STREET_NAMES[street] ?? `第 ${street + 1} 街`,
      }));
      await bulkInsert(tx, { into: hubs, values: streets });
      // a central that is started on these books tells hubs something
      const heads = streets.map((each) => ({ hubId: each.hubId, headSeq: 0, ackedSeq: 0 }));
      await bulkInsert(tx, { into: downlinkHeads, values: heads });
      const values = plan.shops.map(({ street, shop, merchant }) => ({
        hubId: hubId(street),
        shopId: shop,
        shopName: shop,
        merchantId: merchant,
      }));
      await bulkInsert(tx, { into: shops, values });
      const trades = plan.shops.map(({ merchant, trade }) => ({ merchant, trade }));
      await tx.execute(sql`
        insert into merchant_trades (merchant_id, trade)
        select merchant, trade from json_to_recordset(${JSON.stringify(trades)}::text::json) as given(merchant text, trade text)`);
      await openCampaign(tx, plan);
    });
  }

  /** @returns how many payments are written by now */
  async write({ day, streets }: SimulatedDay): Promise<number> {
    const midnight = Date.parse(day) - OFFSET_MS;
    const rows = streets.flatMap((ofStreet, street) =>
      ofStreet.map((payment) => this.rowsOf(payment, street, midnight)),
    );
    await this.database.transact(async (tx) => {
      await tx.execute(sql`set local session_replication_role = replica`);
      await tx.execute(sql`set local synchronous_commit = off`);
      await bulkInsert(tx, { into: payments, values: rows.map(({ capture }) => capture) });
      await bulkInsert(tx, {
        into: paymentMoves,
        values: rows.flatMap(({ refund }) => (refund ? [refund] : [])),
      });
      const given = rows.flatMap((row) => row.discounts);
      await insertCityEntries(
        tx,
        given.map((row) =>
          discountEntry(row.entryId, { told: row, bookedAt: row.bookedAt, funder: FUNDER }),
        ),
      );
      await bulkInsert(tx, { into: discounts, values: given });
    });
    return this.written;
  }

  /** Tells the lake how far the books go. */
  async close(): Promise<void> {
    await this.database.transact(async (tx) => {
      for (const [street, seq] of this.chains.entries()) {
        await tx.execute(sql`
          insert into intake_watermarks (hub_id, chain_seq) values (${hubId(street)}, ${seq})`);
      }
      await tx.execute(sql`
        update campaign_shares s set given_minor = (
          select coalesce(sum(amount_minor), 0) from discounts d
          where d.kind = 'given' and d.campaign_id = s.campaign_id and d.hub_id = s.hub_id)`);
      await tx.execute(sql`analyze payments`);
    });
  }

  private rowsOf(payment: SimulatedPayment, street: number, midnight: number) {
    const { shop, amountMinor, refundMinor, minute, lateHours } = payment;
    const capturedMs = midnight + minute * MINUTE_MS;
    const common = {
      hubId: hubId(street),
      paymentId: this.nextId(capturedMs),
      shopperId: shopperIdOf(payment.shopper),
      terminalId: shop.terminal,
      shopId: shop.shop,
      merchantId: shop.merchant,
      currency: CURRENCY,
      reference: '',
      bookedAt: new Date(capturedMs + BOOKED_AFTER_MS + lateHours * HOUR_MS),
    };
    const capture = {
      ...common,
      eventSeq: this.nextSeq(street),
      amountMinor: BigInt(amountMinor),
      method: 'face',
      capturedAt: new Date(capturedMs),
    };
    const given = this.discountOf('given', common, BigInt(payment.discountMinor));
    if (refundMinor === 0) return { capture, refund: undefined, discounts: given };
    const refund = {
      ...common,
      moveId: this.nextId(capturedMs),
      eventSeq: this.nextSeq(street),
      kind: 'refund' as const,
      amountMinor: BigInt(refundMinor),
      movedAt: new Date(capturedMs + HOUR_MS),
    };
    const goneMinor = returnedMinor({
      discountMinor: BigInt(payment.discountMinor),
      priceMinor: BigInt(amountMinor),
      refundedMinor: BigInt(refundMinor),
    });
    const gone = this.discountOf('returned', common, goneMinor);
    return { capture, refund, discounts: [...given, ...gone] };
  }

  /** A discount, or what is gone of one, as an event of its own after the payment's; none where it is nothing. */
  private discountOf(
    kind: DiscountKind,
    payment: Pick<DiscountRow, 'hubId' | 'paymentId' | 'shopperId' | 'merchantId' | 'bookedAt'>,
    amountMinor: bigint,
  ): DiscountRow[] {
    if (amountMinor === 0n) return [];
    const { hubId: hub, paymentId, shopperId, merchantId, bookedAt } = payment;
    const whose = { hubId: hub, paymentId, shopperId, merchantId, bookedAt };
    const street = this.chains.findIndex((_, place) => hubId(place) === hub);
    const eventSeq = this.nextSeq(street);
    const entryId = this.nextId(bookedAt.getTime());
    const { campaignId } = this;
    return [{ ...whose, kind, campaignId, eventSeq, entryId, amountMinor, currency: CURRENCY }];
  }

  private nextSeq(street: number): number {
    const seq = (this.chains[street] ?? 0) + 1;
    this.chains[street] = seq;
    return seq;
  }

  /** A UUIDv7 whose random part counts: the same city has the same ids. */
  private nextId(atMs: number): string {
    this.written += 1;
    const time = atMs.toString(16).padStart(12, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${this.written.toString(16).padStart(12, '0')}`;
  }
}

/** The planted campaign, with all of its budget at the shop's hub. */
async function openCampaign(
  tx: Executor,
  { campaign, shops: planned, firstDay }: CityPlan,
): Promise<void> {
  const shop = present(planned[campaign.shop], 'the shop with the campaign');
  const { campaignId, key, percent, controlPercent, fromDay, days } = campaign;
  const startsAt = startOfDay(addDays(firstDay, fromDay));
  const endsAt = startOfDay(addDays(firstDay, fromDay + days));
  const row = {
    campaignId,
    merchantId: shop.merchant,
    streets: null,
    funder: FUNDER,
    terms: {
      title: { 'zh-CN': '九折', en: 'Ten per cent off' },
      offer: { kind: 'percent', percent, capMinor: null },
      minimumMinor: '0',
      currency: CURRENCY,
      startsAt: startsAt.toISOString(),
      endsAt: endsAt.toISOString(),
      controlPercent,
    },
    currency: CURRENCY,
    budgetMinor: BUDGET_MINOR,
    key,
    startsAt,
    endsAt,
    writtenBy: 'simulation',
    writtenAt: startsAt,
  } as const;
  await insertCampaign(tx, row, [{ hubId: hubId(shop.street), shareMinor: BUDGET_MINOR }]);
}
