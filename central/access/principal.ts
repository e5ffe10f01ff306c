import type { Context } from 'hono';
import { assert } from '../../shared/kernel/assert.ts';

/**
 * Who works with central:
 * - `operator`: holds the operator's token; runs hubs and central, develops
 * - `administrator`: of the streets; reviews merchants, settles, decides disputes
 * - `analyst`: of the commerce bureau; sees aggregates
 * - `owner`: of a merchant; sees and changes what is the merchant's
 * - `cashier`: of a merchant; sees its shops and payments
 */
export const ROLES = ['operator', 'administrator', 'analyst', 'owner', 'cashier'] as const;
export type Role = (typeof ROLES)[number];

/** Who a request comes from, once that is proven. */
export interface Principal {
  /** What tells one person from another at their provider; `operator` for the token. Never a name. */
  readonly subject: string;
  readonly role: Role;
  /** The merchants that an owner or cashier belongs to; empty for all others. */
  readonly merchants: readonly string[];
}

declare module 'hono' {
  interface ContextVariableMap {
    /** Set by `accessControl` for everybody who is known. */
    principal: Principal | undefined;
  }
}

/** Who asks. For handlers of routes that are not open to everyone: `accessControl` has let nobody else through. */
export function principalOf(context: Context): Principal {
  const principal = context.get('principal');
  assert(principal, 'the access table lets nobody unknown through here');
  return principal;
}

/**
 * Whose rows a person sees.
 *
 * @returns the ids of their merchants; undefined for those who see every merchant's
 */
export function merchantScope({ role, merchants }: Principal): readonly string[] | undefined {
  return isOfMerchant(role) ? merchants : undefined;
}

/** Whether somebody of this role belongs to merchants and sees no others. */
export function isOfMerchant(role: Role): boolean {
  return role === 'owner' || role === 'cashier';
}
