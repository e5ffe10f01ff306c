import { and, eq, gt, lt } from 'drizzle-orm';
import type { Executor } from '../db/database.ts';
import { merchantStaff } from '../db/merchant-schema.ts';
import { signIns, staffSessions } from '../db/sign-in-schema.ts';

export type SignInRow = typeof signIns.$inferSelect;
export type SessionRow = typeof staffSessions.$inferSelect;

/** Keeps a sign-in that begins, and forgets those that were never ended. */
export async function insertSignIn(db: Executor, row: SignInRow, oldest: Date): Promise<void> {
  await db.delete(signIns).where(lt(signIns.beganAt, oldest));
  await db.insert(signIns).values(row);
}

/** Takes a sign-in that was begun: it is there once. */
export async function takeSignIn(
  db: Executor,
  state: string,
  oldest: Date,
): Promise<SignInRow | undefined> {
  const [row] = await db.delete(signIns).where(eq(signIns.state, state)).returning();
  return row && row.beganAt >= oldest ? row : undefined;
}

/** Keeps a session, and forgets those that are over. */
export async function insertSession(db: Executor, row: SessionRow): Promise<void> {
  await db.delete(staffSessions).where(lt(staffSessions.endsAt, row.beganAt));
  await db.insert(staffSessions).values(row);
}

export async function findSession(
  db: Executor,
  tokenHash: string,
  now: Date,
): Promise<SessionRow | undefined> {
  const [row] = await db
    .select()
    .from(staffSessions)
    .where(and(eq(staffSessions.tokenHash, tokenHash), gt(staffSessions.endsAt, now)));
  return row;
}

export async function deleteSession(db: Executor, tokenHash: string): Promise<void> {
  await db.delete(staffSessions).where(eq(staffSessions.tokenHash, tokenHash));
}

/** The merchants that a person acts for, and as what. */
export function memberships(db: Executor, subject: string) {
  return db
    .select({ merchantId: merchantStaff.merchantId, role: merchantStaff.role })
    .from(merchantStaff)
    .where(eq(merchantStaff.subject, subject));
}
