import { randomBytes } from 'node:crypto';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { OpenDatabase } from '../db/database.ts';
import { hashOf } from './session-principal.ts';
import { insertSession, type SessionRow } from './session-store.ts';

/** A working day. */
export const SESSION_MS = 8 * 3_600_000;

/**
 * Begins a session for somebody who has proven who they are.
 *
 * @returns the session's cookie; only its hash is kept
 */
export async function beginSession(
  { database, clock }: { readonly database: Pick<OpenDatabase, 'transact'>; readonly clock: Clock },
  person: Pick<SessionRow, 'subject' | 'role'>,
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const now = clock.now();
  const session = {
    ...person,
    tokenHash: hashOf(token),
    beganAt: new Date(now),
    endsAt: new Date(now + SESSION_MS),
  };
  await database.transact((tx) => insertSession(tx, session));
  return token;
}
