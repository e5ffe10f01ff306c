import { eq, sql } from 'drizzle-orm';
import type { PhoneKey } from '../../shared/contracts/phone-key.ts';
import type { HubDatabase } from '../db/database.ts';
import { placeholders } from '../db/placeholders.ts';
import { codeKeys } from '../db/schema.ts';

export interface CodeKey {
  readonly shopperId: string;
  /** SubjectPublicKeyInfo. */
  readonly publicKey: Buffer;
}

/** The public keys of shoppers' phones, and up to when their codes are used up. */
export class CodeKeyStore {
  private readonly db: HubDatabase;
  private readonly prepared: ReturnType<typeof prepare>;

  constructor(db: HubDatabase) {
    this.db = db;
    this.prepared = prepare(db);
  }

  find(keyId: string): CodeKey | undefined {
    return this.prepared.find.get({ keyId });
  }

  /** Puts a phone in the place of the one before; undefined: there is none from now on. Belongs inside a transaction. */
  replace(shopperId: string, phone: PhoneKey | undefined): void {
    if (phone && this.find(phone.keyId)?.shopperId === shopperId) return;
    this.db.delete(codeKeys).where(eq(codeKeys.shopperId, shopperId)).run();
    if (!phone) return;
    const publicKey = Buffer.from(phone.spki);
    this.db.insert(codeKeys).values({ shopperId, keyId: phone.keyId, publicKey }).run();
  }

  /**
   * Uses up a code, and with it all that were made before it. Belongs inside the transaction of what it pays.
   *
   * @returns false where it was used up, or the phone is gone
   */
  use({ keyId, madeAtS }: { readonly keyId: string; readonly madeAtS: number }): boolean {
    return this.prepared.use.run({ keyId, madeAtS }).changes === 1;
  }
}

function prepare(db: HubDatabase) {
  const { keyId, madeAtS } = placeholders('keyId', 'madeAtS');
  return {
    find: db
      .select({ shopperId: codeKeys.shopperId, publicKey: codeKeys.publicKey })
      .from(codeKeys)
      .where(eq(codeKeys.keyId, keyId))
      .prepare(),
    use: db
      .update(codeKeys)
      .set({ lastMadeAtS: sql`${madeAtS}` })
      .where(sql`${codeKeys.keyId} = ${keyId} and ${codeKeys.lastMadeAtS} < ${madeAtS}`)
      .prepare(),
  };
}
