import { desc } from 'drizzle-orm';
import type { HubDatabase } from '../db/database.ts';
import { downlinkMessages } from '../db/schema.ts';

/** Which messages of central were dealt with. The highest sequence is the watermark. */
export class DownlinkStore {
  private readonly db: HubDatabase;
  private readonly last: ReturnType<typeof prepareLast>;

  constructor(db: HubDatabase) {
    this.db = db;
    this.last = prepareLast(db);
  }

  /** Everything up to here is applied and committed. */
  watermark(): number {
    return this.last.get()?.seq ?? 0;
  }

  /** Belongs in the transaction of what the message did. */
  record(message: typeof downlinkMessages.$inferInsert): void {
    this.db.insert(downlinkMessages).values(message).run();
  }
}

/** Asked for every few seconds. */
function prepareLast(db: HubDatabase) {
  return db
    .select({ seq: downlinkMessages.seq })
    .from(downlinkMessages)
    .orderBy(desc(downlinkMessages.seq))
    .limit(1)
    .prepare();
}
