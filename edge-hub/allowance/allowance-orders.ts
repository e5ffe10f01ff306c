import type { DownlinkMessage } from '../../shared/contracts/downlink-messages.ts';
import { surplusMinor } from '../../shared/domain/allowance.ts';
import { unreachable } from '../../shared/kernel/assert.ts';
import type { HubEvents } from '../events.ts';
import type { AllowanceStore, Purse } from './allowance-store.ts';

type AllowanceOrder = Extract<DownlinkMessage, { type: 'allowance.reclaim' | 'exception.list' }>;

/** What central orders of allowances, in the transaction of the message's watermark. */
export class AllowanceOrders {
  private readonly store: AllowanceStore;
  private readonly events: HubEvents;

  constructor(parts: { readonly store: AllowanceStore; readonly events: HubEvents }) {
    this.store = parts.store;
    this.events = parts.events;
  }

  apply(order: AllowanceOrder): void {
    switch (order.type) {
      case 'allowance.reclaim':
        this.giveBack(order.data, order.data.keepMinor);
        break;
      case 'exception.list':
        this.store.replaceBlocked(order.data.listVersion, order.data.shopperIds);
        break;
      default:
        unreachable(order);
    }
  }

  /** What goes back is gone here before central hears of it: the event is a link of the chain, so it counts once. */
  private giveBack({ shopperId, currency }: Purse, keepMinor: bigint): void {
    const allowance = this.store.find({ shopperId, currency });
    const amount = allowance ? surplusMinor(allowance, keepMinor) : 0n;
    if (!allowance || amount === 0n) return;
    this.store.giveBack({ shopperId, currency }, amount);
    this.events.allowanceReturned({
      shopperId,
      currency,
      amountMinor: amount.toString(),
      returnedMinor: (allowance.returnedMinor + amount).toString(),
    });
  }
}
