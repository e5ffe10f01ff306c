import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../../shared/kernel/logger.ts';
import type { AuditStore } from '../audit/audit-store.ts';
import type { Transact } from '../db/database.ts';
import type { ShopperStore } from './shopper-store.ts';
import type { TemplateProtection } from './template-protection.ts';
import type { TemplateVault } from './vault.ts';

export interface RenewalParts {
  readonly vault: TemplateVault;
  readonly shoppers: ShopperStore;
  readonly protection: TemplateProtection;
  readonly audit: AuditStore;
  readonly transact: Transact;
  /** Cuts what was overwritten off the write-ahead log. */
  readonly truncateLog: () => void;
  readonly logger: Logger;
}

/** Rows of one transaction: some milliseconds, which a payment's commit may have to wait for. */
const ROWS = 50;
const PAUSE_MS = 20;

/**
 * Seals the templates anew that lie under another template key than the one in force, a few at a time, from the hub's
 * start on. In memory everything is under the key in force from the first moment; what is renewed here is what lies on
 * disk. Broken off at any point, it goes on at the next start.
 */
export class TemplateRenewal {
  private readonly parts: RenewalParts;
  private running: Promise<void> | undefined;
  private stopped = false;
  private left = 0;

  constructor(parts: RenewalParts) {
    this.parts = parts;
  }

  /** Templates on disk that are not under the key in force. */
  get remaining(): number {
    return this.left;
  }

  start(): void {
    const { shoppers, protection } = this.parts;
    this.left = shoppers.countUnderOtherKeys(protection.keyId);
    if (this.left > 0) this.running = this.run();
  }

  /** Resolves when nothing is left that can be renewed. */
  async finished(): Promise<void> {
    await this.running;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    const { shoppers, protection, audit, transact, truncateLog, logger } = this.parts;
    const found = this.left;
    try {
      for (let after: string | undefined = ''; after !== undefined && !this.stopped; ) {
        await sleep(PAUSE_MS);
        after = this.renewFrom(after);
      }
      truncateLog();
      this.left = shoppers.countUnderOtherKeys(protection.keyId);
      const renewed = found - this.left;
      if (renewed > 0) transact(() => audit.record('templates.renew', 'hub', protection.keyId));
      logger.info({ module: 'renewal', renewed, remaining: this.left }, 'templates renewed');
    } catch (error) {
      // what is sealed stays readable under its own key; the next start tries again
      logger.error({ module: 'renewal', err: error }, 'templates were not renewed');
    }
  }

  private renewFrom(after: string): string | undefined {
    const { vault, transact, logger } = this.parts;
    const onBroken = (): void => {
      logger.error({ module: 'renewal' }, 'a template cannot be renewed');
    };
    return transact(() => {
      const last = vault.renewSome({ after, limit: ROWS }, onBroken);
      if (last !== undefined) this.left = Math.max(0, this.left - ROWS);
      return last;
    });
  }
}
