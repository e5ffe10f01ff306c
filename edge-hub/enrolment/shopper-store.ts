import { and, asc, count, eq, gt, isNull, ne, or } from 'drizzle-orm';
import type { HubDatabase } from '../db/database.ts';
import { placeholders } from '../db/placeholders.ts';
import {
  codeKeys,
  enrolments,
  erasedShoppers,
  lookAlikes,
  shopperPhones,
  shoppers,
  templates,
  wrongAnswers,
} from '../db/schema.ts';

export interface ShopperRow {
  readonly shopperId: string;
  readonly origin: 'enrolled' | 'replica';
  readonly consentJson: string;
  readonly wrappedKey: Buffer;
  readonly createdAt: string;
}

export interface TemplateRow {
  readonly templateId: string;
  readonly shopperId: string;
  readonly packId: string;
  readonly sealed: Buffer;
  readonly createdAt: string;
  /** The template key that the sealed embedding was transformed by; null: by none. */
  readonly keyId: string | null;
}

export interface EnrolmentRow {
  readonly enrolmentId: string;
  readonly inputHash: string;
  readonly shopperId: string;
  readonly answerJson: string;
  readonly createdAt: string;
}

export interface SealedEntry {
  readonly templateId: string;
  readonly shopperId: string;
  readonly packId: string;
  readonly sealed: Buffer;
  readonly wrappedKey: Buffer;
}

const TEMPLATE = {
  templateId: templates.templateId,
  shopperId: templates.shopperId,
  packId: templates.packId,
  sealed: templates.sealed,
};
const SEALED = { ...TEMPLATE, wrappedKey: shoppers.wrappedKey };

const PAGE_ROWS = 1_000;

/** People, their sealed templates and wrapped keys. Nothing in here opens without the hub's key. */
export class ShopperStore {
  private readonly db: HubDatabase;
  private readonly prepared: ReturnType<typeof prepare>;

  constructor(db: HubDatabase) {
    this.db = db;
    this.prepared = prepare(db);
  }

  isEnrolled(shopperId: string): boolean {
    return this.prepared.enrolled.get({ shopperId }) !== undefined;
  }

  isErased(shopperId: string): boolean {
    const row = this.db
      .select({ shopperId: erasedShoppers.shopperId })
      .from(erasedShoppers)
      .where(eq(erasedShoppers.shopperId, shopperId))
      .get();
    return row !== undefined;
  }

  /**
   * Stores a person with one template; what was there of the same person is replaced. A phone number that is somebody
   * else's stays theirs.
   */
  put(
    {
      phoneFingerprint: fingerprint,
      ...shopper
    }: ShopperRow & {
      readonly phoneFingerprint: string | null;
    },
    template: TemplateRow,
  ): void {
    const { shopperId } = shopper;
    this.db.delete(templates).where(eq(templates.shopperId, shopperId)).run();
    this.db.delete(shopperPhones).where(eq(shopperPhones.shopperId, shopperId)).run();
    this.db.delete(codeKeys).where(eq(codeKeys.shopperId, shopperId)).run();
    this.db.delete(shoppers).where(eq(shoppers.shopperId, shopperId)).run();
    this.db.insert(shoppers).values(shopper).run();
    this.db.insert(templates).values(template).run();
    if (fingerprint === null) return;
    this.db.insert(shopperPhones).values({ fingerprint, shopperId }).onConflictDoNothing().run();
  }

  /** Whose phone number it is. */
  ownerOfPhone(fingerprint: string): string | undefined {
    return this.prepared.phoneOwner.get({ fingerprint })?.shopperId;
  }

  /** Stores a template of a person who is here, in the place of those of the same pack. */
  addTemplate(template: TemplateRow): void {
    this.dropTemplates(template.shopperId, template.packId);
    this.db.insert(templates).values(template).run();
  }

  /** Deletes what a person has of one pack. Returns the number of templates. */
  dropTemplates(shopperId: string, packId: string): number {
    return this.db
      .delete(templates)
      .where(and(eq(templates.shopperId, shopperId), eq(templates.packId, packId)))
      .run().changes;
  }

  /** Deletes a person and leaves the mark that they are erased. Returns the number of templates. */
  erase(shopperId: string, at: string): number {
    const removed = this.db.delete(templates).where(eq(templates.shopperId, shopperId)).run();
    this.db
      .delete(lookAlikes)
      .where(or(eq(lookAlikes.shopperId, shopperId), eq(lookAlikes.otherId, shopperId)))
      .run();
    this.db
      .delete(wrongAnswers)
      .where(and(eq(wrongAnswers.subjectId, shopperId), ne(wrongAnswers.scope, 'terminal')))
      .run();
    this.db.delete(shopperPhones).where(eq(shopperPhones.shopperId, shopperId)).run();
    this.db.delete(codeKeys).where(eq(codeKeys.shopperId, shopperId)).run();
    this.db.delete(shoppers).where(eq(shoppers.shopperId, shopperId)).run();
    this.db
      .insert(erasedShoppers)
      .values({ shopperId, erasedAt: at, templatesRemoved: removed.changes })
      .onConflictDoNothing()
      .run();
    return removed.changes;
  }

  /** Notes that two people have nearly the same face; belongs inside a transaction. */
  addLookAlikes(shopperId: string, otherId: string, foundAt: string): void {
    this.db
      .insert(lookAlikes)
      .values([
        { shopperId, otherId, foundAt },
        { shopperId: otherId, otherId: shopperId, foundAt },
      ])
      .onConflictDoNothing()
      .run();
  }

  /** Whether somebody else in the gallery has nearly the same face. */
  hasLookAlike(shopperId: string): boolean {
    return this.prepared.lookAlike.get({ shopperId }) !== undefined;
  }

  /** One person's template of a pack. */
  sealedTemplateOf(shopperId: string, packId: string): SealedEntry | undefined {
    const template = this.prepared.sealedTemplate.get({ shopperId, packId });
    const shopper = template && this.prepared.wrappedKey.get({ shopperId });
    return shopper && { ...template, ...shopper };
  }

  /** All templates of a pack with the keys they open by, a page at a time: a city's do not fit into memory at once. */
  *sealedOf(packId: string): Generator<SealedEntry> {
    for (let after: string | undefined = ''; after !== undefined; ) {
      const page: SealedEntry[] = this.db
        .select(SEALED)
        .from(templates)
        .innerJoin(shoppers, eq(shoppers.shopperId, templates.shopperId))
        .where(and(eq(templates.packId, packId), gt(templates.templateId, after)))
        .orderBy(asc(templates.templateId))
        .limit(PAGE_ROWS)
        .all();
      yield* page;
      after = page.length < PAGE_ROWS ? undefined : page.at(-1)?.templateId;
    }
  }

  /** Templates of any pack that are under another key than this, in the order of their ids. */
  underOtherKeys(keyId: string, page: { readonly after: string; readonly limit: number }) {
    return this.db
      .select(SEALED)
      .from(templates)
      .innerJoin(shoppers, eq(shoppers.shopperId, templates.shopperId))
      .where(and(isOtherKey(keyId), gt(templates.templateId, page.after)))
      .orderBy(asc(templates.templateId))
      .limit(page.limit)
      .all() satisfies SealedEntry[];
  }

  countUnderOtherKeys(keyId: string): number {
    const row = this.db.select({ rows: count() }).from(templates).where(isOtherKey(keyId)).get();
    return row?.rows ?? 0;
  }

  /** Replaces what is sealed, unless it was replaced or erased meanwhile. */
  reseal(
    templateId: string,
    change: { readonly from: Buffer; readonly to: Buffer; readonly keyId: string },
  ): void {
    this.db
      .update(templates)
      .set({ sealed: change.to, keyId: change.keyId })
      .where(and(eq(templates.templateId, templateId), eq(templates.sealed, change.from)))
      .run();
  }

  /** Everybody, with the packs that they have templates of. */
  list(): {
    readonly shopperId: string;
    readonly consentJson: string;
    readonly packIds: string[];
  }[] {
    const rows = this.db
      .select({
        shopperId: shoppers.shopperId,
        consentJson: shoppers.consentJson,
        packId: templates.packId,
      })
      .from(shoppers)
      .innerJoin(templates, eq(templates.shopperId, shoppers.shopperId))
      .orderBy(asc(shoppers.createdAt), asc(shoppers.shopperId))
      .all();
    const people = new Map<string, { consentJson: string; packIds: string[] }>();
    for (const { shopperId, consentJson, packId } of rows) {
      const person = people.get(shopperId) ?? { consentJson, packIds: [] };
      person.packIds.push(packId);
      people.set(shopperId, person);
    }
    return [...people].map(([shopperId, person]) => ({ shopperId, ...person }));
  }

  enrolment(enrolmentId: string): EnrolmentRow | undefined {
    return this.db.select().from(enrolments).where(eq(enrolments.enrolmentId, enrolmentId)).get();
  }

  insertEnrolment(row: EnrolmentRow): void {
    this.db.insert(enrolments).values(row).run();
  }
}

function isOtherKey(keyId: string) {
  return or(isNull(templates.keyId), ne(templates.keyId, keyId));
}

/** What is asked at every payment. */
function prepare(db: HubDatabase) {
  const { shopperId, packId } = placeholders('shopperId', 'packId');
  const { fingerprint } = placeholders('fingerprint');
  return {
    phoneOwner: db
      .select({ shopperId: shopperPhones.shopperId })
      .from(shopperPhones)
      .where(eq(shopperPhones.fingerprint, fingerprint))
      .prepare(),
    enrolled: db
      .select({ shopperId: shoppers.shopperId })
      .from(shoppers)
      .where(eq(shoppers.shopperId, shopperId))
      .prepare(),
    lookAlike: db
      .select({ otherId: lookAlikes.otherId })
      .from(lookAlikes)
      .where(eq(lookAlikes.shopperId, shopperId))
      .prepare(),
    wrappedKey: db
      .select({ wrappedKey: shoppers.wrappedKey })
      .from(shoppers)
      .where(eq(shoppers.shopperId, shopperId))
      .prepare(),
    sealedTemplate: db
      .select(TEMPLATE)
      .from(templates)
      .where(and(eq(templates.shopperId, shopperId), eq(templates.packId, packId)))
      .prepare(),
  };
}
