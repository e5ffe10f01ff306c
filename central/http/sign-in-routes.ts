import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { signedInSchema } from '../../shared/contracts/http-sign-in.ts';
import { recordedSchema } from '../../shared/contracts/reconciliation.ts';
import { principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import { SESSION_COOKIE, sessionToken } from '../sign-in/session-principal.ts';
import { deleteSession } from '../sign-in/session-store.ts';
import { CALLBACK_PATH, hashOf, SESSION_MS } from '../sign-in/sign-in.ts';
import { jsonAnswer } from './answers.ts';
import { problem } from './problem.ts';

const BINDING_COOKIE = 'wuma_sign_in';

export const meRoute = createRoute({
  method: 'get',
  path: '/api/me',
  summary: 'Who is signed in: their role and merchants',
  responses: jsonAnswer(signedInSchema),
});

export const signOutRoute = createRoute({
  method: 'post',
  path: '/api/sign-out',
  summary: 'Ends the session',
  responses: jsonAnswer(recordedSchema),
});

export const SIGN_IN_ROUTES = [meRoute, signOutRoute];

/** Signing in at the provider and out again. The two addresses a browser is sent through answer with redirects. */
export function addSignInRoutes(app: OpenAPIHono, context: HttpContext): void {
  const { database, signIn, settings } = context;
  const secure = settings.signIn?.publicUrl.startsWith('https:') ?? true;
  const cookie = { httpOnly: true, sameSite: 'Lax', secure, path: '/' } as const;

  const begin = async (request: Context): Promise<Response> => {
    const begun = await signIn?.begin(ownPath(request.req.query('returnTo')));
    if (!begun?.ok) return problem(request, 'unavailable', 'sign-in');
    setCookie(request, BINDING_COOKIE, begun.value.binding, { ...cookie, maxAge: 600 });
    return request.redirect(begun.value.url);
  };

  const end = async (request: Context): Promise<Response> => {
    const binding = getCookie(request, BINDING_COOKIE) ?? '';
    deleteCookie(request, BINDING_COOKIE, cookie);
    const ended = await signIn?.end({ search: new URL(request.req.url).search, binding });
    if (!ended || (!ended.ok && ended.error === 'unavailable')) {
      return problem(request, 'unavailable', 'sign-in');
    }
    if (!ended.ok) return problem(request, 'permission_missing', 'sign in again');
    const { token, returnTo } = ended.value;
    setCookie(request, SESSION_COOKIE, token, { ...cookie, maxAge: SESSION_MS / 1_000 });
    return request.redirect(returnTo);
  };

  app.on('GET', '/api/sign-in', begin);
  app.on('GET', CALLBACK_PATH, end);

  app.openapi(meRoute, (request) => {
    const { role, merchants } = principalOf(request);
    return request.json({ role, merchants: [...merchants] }, 200);
  });

  app.openapi(signOutRoute, async (request) => {
    const token = sessionToken(request.req.raw);
    if (token !== undefined) await deleteSession(database.db, hashOf(token));
    deleteCookie(request, SESSION_COOKIE, cookie);
    return request.json({ recorded: token === undefined ? 0 : 1 }, 200);
  });
}

/** A path of ours: never another site's address. */
function ownPath(text: string | undefined): string {
  return text !== undefined && /^\/(?![/\\])[\x21-\x7e]{0,200}$/.test(text) ? text : '/';
}
