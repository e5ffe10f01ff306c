import { systemTimers } from '../../shared/kernel/timers.ts';
import type { AllowanceOrders } from '../allowance/allowance-orders.ts';
import type { CentralContact } from '../allowance/central-contact.ts';
import type { CampaignOrders } from '../campaign/campaign-orders.ts';
import { Downlink } from '../downlink/downlink.ts';
import { DownlinkApplier } from '../downlink/downlink-applier.ts';
import { DownlinkStore } from '../downlink/downlink-store.ts';
import { PeopleOrders } from '../downlink/people-orders.ts';
import type { EnrolmentService } from '../enrolment/enrolment-service.ts';
import { facesOf } from './faces.ts';
import type { Shared } from './shared.ts';

/** Orders of central and who carries them out. */
export function wireDownlink(
  shared: Shared & {
    readonly enrolment: EnrolmentService;
    readonly onKnown: (shopperId: string) => void;
    readonly contact: CentralContact;
    readonly allowances: AllowanceOrders;
    readonly campaigns: CampaignOrders;
  },
  random: () => number,
) {
  const { settings, database, clock, logger, vision, files } = shared;
  const store = new DownlinkStore(database.db);
  const people = new PeopleOrders({
    ...shared,
    authority: files.authority,
    faces: [facesOf(vision, shared.gallery), ...(shared.former ? [shared.former] : [])],
  });
  const applier = new DownlinkApplier({ ...shared, store, people });
  const downlink = new Downlink({
    hubId: settings.street.hubId,
    store,
    applier,
    contact: shared.contact,
    clock,
    timers: systemTimers,
    random,
    logger,
  });
  return { downlink, applier, downlinkStore: store };
}
