import { createHash, timingSafeEqual } from 'node:crypto';
import type { MiddlewareHandler } from 'hono';
import { problem } from './problem.ts';

/** Lets through who holds the operator's token (`Authorization: Bearer …`). */
export function operatorOnly(adminToken: string): MiddlewareHandler {
  const expected = digest(`Bearer ${adminToken}`);
  return async (context, next) => {
    const given = digest(context.req.header('authorization') ?? '');
    if (!timingSafeEqual(given, expected)) return problem(context, 'permission_missing');
    return next();
  };
}

/** Of equal length whatever was given, so that the comparison takes equal time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
