import type { AuditStore } from '../audit/audit-store.ts';
import type { Transact } from '../db/database.ts';
import type { CodeKeyStore } from '../enrolment/code-key-store.ts';
import type { DirectoryStore } from '../enrolment/directory-store.ts';
import type { ShopperStore } from '../enrolment/shopper-store.ts';
import type { TemplateVault } from '../enrolment/vault.ts';
import type { HubEvents } from '../events.ts';
import type { LedgerStore } from '../ledger/ledger-store.ts';
import type { HubMetrics } from '../metrics.ts';
import type { OutboxStore } from '../outbox/outbox-store.ts';
import type { OutboxRelay } from '../outbox/relay.ts';
import type { Calibration } from '../recognition/calibration.ts';
import type { Gallery } from '../recognition/gallery.ts';
import type { Base } from './base.ts';
import type { wireFormer } from './faces.ts';

/** What is built first, and what the parts that follow share. */
export type Shared = Base & {
  readonly relay: OutboxRelay;
  readonly ledger: LedgerStore;
  readonly shoppers: ShopperStore;
  readonly directory: DirectoryStore;
  readonly audit: AuditStore;
  readonly codeKeys: CodeKeyStore;
  readonly metrics: HubMetrics;
  readonly outbox: OutboxStore;
  readonly events: HubEvents;
  readonly transact: Transact;
  readonly gallery: Gallery;
  readonly calibration: Calibration;
  readonly former: ReturnType<typeof wireFormer>;
  readonly vault: TemplateVault;
};

/** What is committed may be an event to publish. */
export function waking(relay: OutboxRelay, transact: Transact): Transact {
  return (work) => {
    const done = transact(work);
    relay.wake();
    return done;
  };
}
