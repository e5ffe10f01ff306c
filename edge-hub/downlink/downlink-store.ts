import { desc } from 'drizzle-orm';
import type { HubDatabase } from '../db/database.ts';
import { downlinkMessages } from '../db/schema.ts';

/** Which messages of central were dealt with. The highest sequence is the watermark. */
export class DownlinkStore {
  private readonly db: HubDatabase;

  constructor(db: HubDatabase) {
    this.db = db;
  }

  /** Everything up to here is applied and committed. */
  watermark(): number {
    const last = this.db
      .select({ seq: downlinkMessages.seq })
      .from(downlinkMessages)
      .orderBy(desc(downlinkMessages.seq))
      .limit(1)
      .get();
    return last?.seq ?? 0;
  }

  /** Belongs in the transaction of what the message did. */
  record(message: typeof downlinkMessages.$inferInsert): void {
    this.db.insert(downlinkMessages).values(message).run();
  }
}
