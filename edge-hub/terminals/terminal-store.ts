import { asc, eq, lte } from 'drizzle-orm';
import type { HubDatabase } from '../db/database.ts';
import { kioskNonces, pairingCodes, terminals } from '../db/schema.ts';

export interface TerminalRow {
  readonly terminalId: string;
  readonly shopId: string;
  readonly shopName: string;
  readonly merchantId: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKeySpki: Buffer;
  readonly access: 'certificate' | 'token';
  readonly depth: boolean;
  /** Whether depth comes with an infrared picture. */
  readonly infrared: boolean;
  readonly registeredAt: string;
  readonly revokedAt: string | null;
}

export interface PairingRow {
  readonly codeHash: Buffer;
  readonly terminalId: string;
  readonly shopId: string;
  readonly shopName: string;
  readonly merchantId: string;
  readonly expiresAt: string;
  readonly usedAt: string | null;
}

/** Registered terminals, pairing codes and spent login nonces. */
export class TerminalStore {
  private readonly db: HubDatabase;

  constructor(db: HubDatabase) {
    this.db = db;
  }

  find(terminalId: string): TerminalRow | undefined {
    return this.db.select().from(terminals).where(eq(terminals.terminalId, terminalId)).get();
  }

  all(): TerminalRow[] {
    return this.db.select().from(terminals).orderBy(asc(terminals.terminalId)).all();
  }

  insert(row: TerminalRow): void {
    this.db.insert(terminals).values(row).run();
  }

  revoke(terminalId: string, at: string): void {
    this.db
      .update(terminals)
      .set({ revokedAt: at })
      .where(eq(terminals.terminalId, terminalId))
      .run();
  }

  insertPairing(row: PairingRow): void {
    this.db.insert(pairingCodes).values(row).run();
  }

  findPairing(codeHash: Buffer): PairingRow | undefined {
    return this.db.select().from(pairingCodes).where(eq(pairingCodes.codeHash, codeHash)).get();
  }

  usePairing(codeHash: Buffer, at: string): void {
    this.db
      .update(pairingCodes)
      .set({ usedAt: at })
      .where(eq(pairingCodes.codeHash, codeHash))
      .run();
  }

  /** Spends a nonce; false when it was spent before. Expired ones are forgotten on the way. */
  spendNonce(nonce: string, now: string, expiresAt: string): boolean {
    this.db.delete(kioskNonces).where(lte(kioskNonces.expiresAt, now)).run();
    const done = this.db
      .insert(kioskNonces)
      .values({ nonce, expiresAt })
      .onConflictDoNothing()
      .run();
    return done.changes === 1;
  }
}
