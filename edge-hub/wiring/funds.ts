import { pause, systemTimers } from '../../shared/kernel/timers.ts';
import { AllowanceOrders } from '../allowance/allowance-orders.ts';
import { AllowanceStore } from '../allowance/allowance-store.ts';
import { AskLink } from '../allowance/ask-link.ts';
import { CentralContact } from '../allowance/central-contact.ts';
import { AllowanceSpending, BILLED, type Spending } from '../allowance/spending.ts';
import { TopUps } from '../allowance/top-ups.ts';
import { CampaignOrders } from '../campaign/campaign-orders.ts';
import { CampaignStore } from '../campaign/campaign-store.ts';
import { Discounts } from '../campaign/discounts.ts';
import type { Shared } from './shared.ts';

/** Money of central that this hub may spend, and the link to ask for more. */
export function wireAllowances(shared: Shared, random: () => number) {
  const { settings, database, clock, logger, events, transact } = shared;
  const store = new AllowanceStore(database.db);
  const contact = new CentralContact({ store, clock, lazily: database.lazily });
  const askLink = new AskLink(settings.street.hubId, logger);
  const topUps = new TopUps({
    store,
    contact,
    transact,
    askCentral: askLink.ask,
    targetMinor: settings.spending.targetMinor,
    clock,
    pause: (ms) => pause(systemTimers, ms),
  });
  const { mode, offline: policy } = settings.spending;
  const spending: Spending =
    mode === 'billed' ? BILLED : new AllowanceSpending({ store, contact, topUps, policy, random });
  const { currency } = settings.payment;
  return {
    askLink,
    topUps,
    spending,
    contact,
    allowanceStore: store,
    allowances: new AllowanceOrders({ store, events }),
    // money is there before they pay
    onKnown: (shopperId: string): void => spending.refill({ shopperId, currency }),
  };
}

export function wireCampaigns({ database, outbox, events }: Shared) {
  const store = new CampaignStore(database.db);
  return {
    campaigns: new CampaignOrders(store),
    discounts: new Discounts({ store, outbox, events }),
  };
}
