import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Every way in which a request is not answered. Closed. */
export type ProblemCode =
  | 'invalid_request'
  | 'permission_missing'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'too_large'
  | 'rate_limited'
  | 'unavailable'
  | 'fault';

const PROBLEMS: Record<ProblemCode, { status: ContentfulStatusCode; title: string }> = {
  invalid_request: { status: 400, title: 'The request does not make sense' },
  permission_missing: { status: 401, title: 'Sign in first, or show the operator’s token' },
  forbidden: { status: 403, title: 'Your role does not allow this' },
  not_found: { status: 404, title: 'There is no such thing' },
  conflict: { status: 409, title: 'It does not go with what is there already' },
  too_large: { status: 413, title: 'The request is too large' },
  rate_limited: { status: 429, title: 'Too many at once; try again in a moment' },
  unavailable: { status: 503, title: 'Not available right now' },
  fault: { status: 500, title: 'Something went wrong here' },
};

/** Ends a handler's work with a problem: for handlers whose type knows their good answer only. */
export function refuse(context: Context, code: ProblemCode, detail?: string): never {
  throw new HTTPException(PROBLEMS[code].status, { res: problem(context, code, detail) });
}

/** An answer as RFC 9457 has it. */
export function problem(context: Context, code: ProblemCode, detail?: string): Response {
  const { status, title } = PROBLEMS[code];
  const body = { status, title, code, ...(detail === undefined ? {} : { detail }) };
  return context.body(JSON.stringify(body), status, {
    'content-type': 'application/problem+json',
    ...(code === 'permission_missing' ? { 'www-authenticate': 'Bearer' } : {}),
  });
}
