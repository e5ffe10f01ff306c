import { createHash } from 'node:crypto';
import { desc } from 'drizzle-orm';
import { GENESIS_HASH } from '../../shared/contracts/hub-events.ts';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { HubDatabase } from '../db/database.ts';
import { auditEntries } from '../db/schema.ts';

export type AuditAction =
  | 'terminal.register'
  | 'terminal.revoke'
  | 'pairing.create'
  | 'pairing.use'
  | 'shopper.enrol'
  | 'shopper.erase'
  | 'phone.store'
  | 'phone.remove'
  | 'replica.store'
  | 'templates.renew'
  | 'template.succeed'
  | 'template.retire';

export interface AuditEntry {
  readonly seq: number;
  readonly at: string;
  readonly action: string;
  readonly actor: string;
  readonly subject: string;
  readonly prevHash: string;
  readonly hash: string;
}

/** Every administrative act, hash-chained: an entry that is taken out or changed breaks all that follow. */
export class AuditStore {
  private readonly db: HubDatabase;
  private readonly clock: Clock;

  constructor(db: HubDatabase, clock: Clock) {
    this.db = db;
    this.clock = clock;
  }

  /**
   * Belongs inside the act's transaction.
   *
   * @param actor who did it; `hub`: what followed from its settings
   * @param subject id of the terminal, shopper or template key
   */
  record(
    action: AuditAction,
    actor: 'operator' | 'kiosk' | 'central' | 'hub',
    subject: string,
  ): void {
    const last = this.db.select().from(auditEntries).orderBy(desc(auditEntries.seq)).limit(1).get();
    const entry = {
      seq: (last?.seq ?? 0) + 1,
      at: new Date(this.clock.now()).toISOString(),
      action,
      actor,
      subject,
      prevHash: last?.hash ?? GENESIS_HASH,
    };
    this.db
      .insert(auditEntries)
      .values({ ...entry, hash: auditHash(entry) })
      .run();
  }

  /** The last entries, newest first. */
  latest(limit: number): AuditEntry[] {
    return this.db.select().from(auditEntries).orderBy(desc(auditEntries.seq)).limit(limit).all();
  }
}

/** The hash of an entry over the one before it, lower-case hex. */
export function auditHash(entry: Omit<AuditEntry, 'hash'>): string {
  const { prevHash, seq, at, action, actor, subject } = entry;
  return createHash('sha256')
    .update(['wuma-audit-1', prevHash, String(seq), at, action, actor, subject].join('\n'))
    .digest('hex');
}
