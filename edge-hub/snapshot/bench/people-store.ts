import { count } from 'drizzle-orm';
import type { HubDatabase } from '../../db/database.ts';
import { placeholders } from '../../db/placeholders.ts';
import { galleryChunks, shoppers, templates } from '../../db/schema.ts';

/** A sealed row as enrolment stores it. */
export interface SealedPerson {
  readonly shopperId: string;
  readonly templateId: string;
  readonly packId: string;
  readonly wrappedKey: Buffer;
  readonly sealed: Buffer;
}

const MADE_AT = '2026-01-01T00:00:00.000Z';

/** Stores people by the hundred thousand, which enrolment never does. */
export class PeopleStore {
  private readonly db: HubDatabase;
  private readonly statements: ReturnType<typeof prepare>;

  constructor(db: HubDatabase) {
    this.db = db;
    this.statements = prepare(db);
  }

  count(): number {
    return this.db.select({ rows: count() }).from(templates).get()?.rows ?? 0;
  }

  put(person: SealedPerson): void {
    const { shopperId, templateId, packId, wrappedKey, sealed } = person;
    this.statements.shopper.run({ shopperId, wrappedKey });
    this.statements.template.run({ shopperId, templateId, packId, sealed });
  }

  /** Takes away all files' keys: the next start reads rows. */
  dropSnapshot(): void {
    this.db.delete(galleryChunks).run();
  }
}

function prepare(db: HubDatabase) {
  const { shopperId, templateId, packId, wrappedKey, sealed } = placeholders(
    'shopperId',
    'templateId',
    'packId',
    'wrappedKey',
    'sealed',
  );
  const createdAt = MADE_AT;
  return {
    shopper: db
      .insert(shoppers)
      .values({ shopperId, wrappedKey, origin: 'enrolled', consentJson: '{}', createdAt })
      .prepare(),
    template: db
      .insert(templates)
      .values({ templateId, shopperId, packId, sealed, createdAt })
      .prepare(),
  };
}
