import { asc, eq } from 'drizzle-orm';
import type { HubDatabase } from '../db/database.ts';
import { hubSettings, knownHubs } from '../db/schema.ts';

export interface KnownHub {
  readonly hubId: string;
  readonly streetId: string;
  readonly streetName: string;
  /** Raw public key of the HPKE KEM, base64. */
  readonly sealingKey: string;
}

/** Hubs of the city whose announcement was verified, and what this hub has last announced itself. */
export class DirectoryStore {
  private readonly db: HubDatabase;

  constructor(db: HubDatabase) {
    this.db = db;
  }

  hubs(): KnownHub[] {
    return this.db
      .select({
        hubId: knownHubs.hubId,
        streetId: knownHubs.streetId,
        streetName: knownHubs.streetName,
        sealingKey: knownHubs.sealingKey,
      })
      .from(knownHubs)
      .orderBy(asc(knownHubs.hubId))
      .all();
  }

  /** A directory is the whole list: who is not in it any more gets no more replicas. */
  replaceAll(
    hubs: readonly { hub: KnownHub; announcementJson: string }[],
    verifiedAt: string,
  ): void {
    this.db.delete(knownHubs).run();
    for (const { hub, announcementJson } of hubs) {
      this.db
        .insert(knownHubs)
        .values({ ...hub, announcementJson, verifiedAt })
        .onConflictDoNothing()
        .run();
    }
  }

  setting(name: string): string | undefined {
    return this.db.select().from(hubSettings).where(eq(hubSettings.name, name)).get()?.value;
  }

  putSetting(name: string, value: string): void {
    this.db
      .insert(hubSettings)
      .values({ name, value })
      .onConflictDoUpdate({ target: hubSettings.name, set: { value } })
      .run();
  }
}
