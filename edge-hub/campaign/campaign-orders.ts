import type { DownlinkMessage } from '../../shared/contracts/downlink-messages.ts';
import type { CampaignStore } from './campaign-store.ts';

type CampaignOrder = Extract<DownlinkMessage, { type: 'campaign.open' | 'campaign.stop' }>;

/** What central orders of campaigns, in the transaction of the message's watermark. */
export class CampaignOrders {
  private readonly store: CampaignStore;

  constructor(store: CampaignStore) {
    this.store = store;
  }

  apply(order: CampaignOrder): void {
    if (order.type === 'campaign.stop') {
      this.store.stop(order.data.campaignId);
      return;
    }
    this.store.open(order.data);
  }
}
