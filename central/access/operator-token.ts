import { createHash, timingSafeEqual } from 'node:crypto';
import type { Authenticate } from './access-control.ts';

const OPERATOR = { subject: 'operator', role: 'operator', merchants: [] } as const;

/** Knows who holds the operator's token (`Authorization: Bearer …`): commands, development, a console without a provider. */
export function operatorToken(adminToken: string): Authenticate {
  const expected = digest(`Bearer ${adminToken}`);
  return async (request) => {
    const given = digest(request.headers.get('authorization') ?? '');
    return timingSafeEqual(given, expected) ? OPERATOR : undefined;
  };
}

/** Of equal length whatever was given, so that the comparison takes equal time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
