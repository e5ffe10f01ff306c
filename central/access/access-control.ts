import type { MiddlewareHandler } from 'hono';
import { problem } from '../http/problem.ts';
import { ACCESS_TABLE, type AccessRule, isOpen } from './access-table.ts';
import { isOfMerchant, type Principal } from './principal.ts';

/** Finds out who a request comes from; undefined where it does not say or cannot prove it. */
export type Authenticate = (request: Request) => Promise<Principal | undefined>;

interface Door extends AccessRule {
  readonly pattern: RegExp;
}

const DOORS: readonly Door[] = ACCESS_TABLE.map((rule) => ({
  ...rule,
  pattern: new RegExp(
    `^${rule.path.replaceAll('.', '\\.').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`,
  ),
}));

/** Paths of pages and their files, which say nothing by themselves. */
const GUARDED = /^\/(api|metrics|healthz)(\/|$)/;

/**
 * Lets a request through by the table of who may call what, before any route sees it: 401 where nobody is known, 403 for
 * the wrong role, 404 for an address that the table does not have and for another merchant's, which are not told apart.
 */
export function accessControl(authenticate: Authenticate): MiddlewareHandler {
  return async (context, next) => {
    const { path, raw } = context.req;
    const method = raw.method === 'HEAD' ? 'get' : raw.method.toLowerCase();
    const found = DOORS.filter((door) => door.method === method).find((door) =>
      door.pattern.test(path),
    );
    if (!found) return GUARDED.test(path) ? problem(context, 'not_found') : next();
    const principal = await authenticate(raw);
    context.set('principal', principal);
    if (isOpen(found)) return next();
    if (!principal) return problem(context, 'permission_missing');
    if (!found.callers.includes(principal.role)) return problem(context, 'forbidden');
    const merchantId = found.pattern.exec(path)?.groups?.['merchantId'];
    // an id is safe in a path: what comes encoded is nobody's own
    const isForeign =
      merchantId !== undefined &&
      isOfMerchant(principal.role) &&
      !principal.merchants.includes(merchantId);
    return isForeign ? problem(context, 'not_found') : next();
  };
}
