import { createHash } from 'node:crypto';
import { parse } from 'hono/utils/cookie';
import type { Clock } from '../../shared/kernel/clock.ts';
import type { Authenticate } from '../access/access-control.ts';
import type { Principal } from '../access/principal.ts';
import type { OpenDatabase } from '../db/database.ts';
import { findSession, memberships } from './session-store.ts';

export const SESSION_COOKIE = 'wuma_session';

/**
 * Knows who has signed in, by the session's cookie. The operator is who has shown the token, people of the city are what the
 * provider says; all others are what merchants have let them be, looked up at every request: who is taken off a merchant is out at once. An owner of one merchant
 * who is a cashier of another acts as the owner; who belongs to none may apply for one.
 *
 * A page of another site that makes the browser send the cookie with a change is nobody.
 */
export function sessionPrincipal(parts: {
  readonly database: OpenDatabase;
  readonly clock: Clock;
}): Authenticate {
  const { database, clock } = parts;
  return async (request) => {
    const token = sessionToken(request);
    if (token === undefined || isForeignChange(request)) return undefined;
    const session = await findSession(database.db, hashOf(token), new Date(clock.now()));
    if (!session) return undefined;
    const { subject, role } = session;
    if (role !== null) return { subject, role, merchants: [] };
    return merchantPrincipal(subject, await memberships(database.db, subject));
  };
}

/** What identifies a browser here, as the database has it: a cookie that leaks from there signs nobody in. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** The session's cookie of a request. */
export function sessionToken(request: Request): string | undefined {
  return parse(request.headers.get('cookie') ?? '', SESSION_COOKIE)[SESSION_COOKIE];
}

function merchantPrincipal(
  subject: string,
  staff: readonly { readonly merchantId: string; readonly role: 'owner' | 'cashier' }[],
): Principal {
  const role =
    staff.length === 0 || staff.some((each) => each.role === 'owner') ? 'owner' : 'cashier';
  const merchants = staff.filter((each) => each.role === role).map(({ merchantId }) => merchantId);
  return { subject, role, merchants };
}

function isForeignChange({ method, headers }: Request): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const site = headers.get('sec-fetch-site');
  return site !== null && site !== 'same-origin' && site !== 'none';
}
