import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { operatorSignInSchema, signedInSchema } from '../../shared/contracts/http-sign-in.ts';
import { recordedSchema } from '../../shared/contracts/reconciliation.ts';
import { principalOf } from '../access/principal.ts';
import type { HttpContext } from '../context.ts';
import { hashOf, SESSION_COOKIE, sessionToken } from '../sign-in/session-principal.ts';
import { deleteSession } from '../sign-in/session-store.ts';
import { CALLBACK_PATH } from '../sign-in/sign-in.ts';
import { beginSession, SESSION_MS } from '../sign-in/staff-session.ts';
import { jsonAnswer, jsonBody, problemAnswers } from './answers.ts';
import { problem, refuse } from './problem.ts';

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

export const operatorSignInRoute = createRoute({
  method: 'post',
  path: '/api/sign-in/operator',
  summary:
    'A session for who holds the operator’s token; with GET and ?token=, the browser is sent on to ?returnTo=',
  request: jsonBody(operatorSignInSchema),
  responses: { ...jsonAnswer(signedInSchema), ...problemAnswers(400, 401) },
});

export const SIGN_IN_ROUTES = [meRoute, signOutRoute, operatorSignInRoute];

/** Signing in at the provider, or by the operator’s token, and out again. Addresses a browser is sent through redirect. */
export function addSignInRoutes(app: OpenAPIHono, context: HttpContext): void {
  const { database, signIn, settings, clock } = context;
  // without a provider there is no public address, and central is looked at on its own machine
  const secure = settings.signIn?.publicUrl.startsWith('https:') ?? false;
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

  const beginAsOperator = async (request: Context, given: string): Promise<boolean> => {
    if (!context.isOperatorToken(given)) return false;
    const operator = { subject: 'operator', role: 'operator' } as const;
    const token = await beginSession({ database, clock }, operator);
    setCookie(request, SESSION_COOKIE, token, { ...cookie, maxAge: SESSION_MS / 1_000 });
    return true;
  };

  app.on('GET', '/api/sign-in/operator', async (request) => {
    const isOperator = await beginAsOperator(request, request.req.query('token') ?? '');
    if (!isOperator) return problem(request, 'permission_missing');
    return request.redirect(ownPath(request.req.query('returnTo')), 303);
  });

  app.openapi(operatorSignInRoute, async (request) => {
    const isOperator = await beginAsOperator(request, request.req.valid('json').token);
    if (!isOperator) return refuse(request, 'permission_missing');
    return request.json({ role: 'operator' as const, merchants: [] }, 200);
  });

  app.openapi(meRoute, (request) => {
    const { role, merchants } = principalOf(request);
    return request.json({ role, merchants: [...merchants] }, 200);
  });

  app.openapi(signOutRoute, async (request) => {
    const token = sessionToken(request.req.raw);
    if (token !== undefined) {
      await database.transact((tx) => deleteSession(tx, hashOf(token)));
    }
    deleteCookie(request, SESSION_COOKIE, cookie);
    return request.json({ recorded: token === undefined ? 0 : 1 }, 200);
  });
}

/** A path of ours: never another site's address. */
function ownPath(text: string | undefined): string {
  return text !== undefined && /^\/(?![/\\])[\x21-\x7e]{0,200}$/.test(text) ? text : '/';
}
