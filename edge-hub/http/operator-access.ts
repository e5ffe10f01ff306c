import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import type { Clock } from '../../shared/kernel/clock.ts';
import { problem } from './problem.ts';

const COOKIE = 'wuma_session';
const SESSION_MS = 12 * 3_600_000;
const MAX_SESSIONS = 100;
const SAFE_METHODS = new Set(['GET', 'HEAD']);

/** Who may call as the operator: by bearer token, or by the session cookie that the token was changed for. */
export class OperatorAccess {
  private readonly tokenHash: Buffer;
  private readonly sessions = new Map<string, number>();
  private readonly clock: Clock;
  private readonly random: (bytes: number) => Buffer;

  constructor(parts: {
    readonly token: string;
    readonly clock: Clock;
    readonly random: (bytes: number) => Buffer;
  }) {
    this.tokenHash = sha256(parts.token);
    this.clock = parts.clock;
    this.random = parts.random;
  }

  /** Lets only the operator on. A call that changes something and comes by cookie must come from our own pages. */
  readonly middleware: MiddlewareHandler = async (c, next) => {
    const bearer = /^Bearer (.+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (bearer !== undefined) {
      if (!this.isToken(bearer)) return problem('not_signed_in');
      return next();
    }
    if (!this.hasSession(getCookie(c, COOKIE))) return problem('not_signed_in');
    if (!SAFE_METHODS.has(c.req.method) && !isSameOrigin(c)) return problem('foreign_origin');
    return next();
  };

  /** Changes the token for a session cookie; false when it is not the token. */
  signIn(c: Context, token: string): boolean {
    if (!this.isToken(token)) return false;
    const session = this.random(32).toString('base64url');
    this.sessions.set(session, this.clock.now() + SESSION_MS);
    if (this.sessions.size > MAX_SESSIONS) {
      const [oldest] = this.sessions.keys();
      if (oldest !== undefined) this.sessions.delete(oldest);
    }
    setCookie(c, COOKIE, session, {
      httpOnly: true,
      sameSite: 'Strict',
      path: '/',
      maxAge: SESSION_MS / 1_000,
      secure: new URL(c.req.url).protocol === 'https:',
    });
    return true;
  }

  private isToken(token: string): boolean {
    return timingSafeEqual(sha256(token), this.tokenHash);
  }

  private hasSession(session: string | undefined): boolean {
    if (session === undefined) return false;
    const expiresAtMs = this.sessions.get(session);
    return expiresAtMs !== undefined && expiresAtMs > this.clock.now();
  }
}

function isSameOrigin(c: Context): boolean {
  const origin = c.req.header('origin');
  return origin !== undefined && origin === new URL(c.req.url).origin;
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
