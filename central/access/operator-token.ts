import { createHash, timingSafeEqual } from 'node:crypto';
import type { Authenticate } from './access-control.ts';

const OPERATOR = { subject: 'operator', role: 'operator', merchants: [] } as const;

/** Tells the operator's token from any other text, in equal time. */
export type IsOperatorToken = (given: string) => boolean;

export function operatorTokenCheck(adminToken: string): IsOperatorToken {
  const expected = digest(adminToken);
  return (given) => timingSafeEqual(digest(given), expected);
}

/** Knows who shows the operator's token (`Authorization: Bearer …`): commands, development, a console without a provider. */
export function operatorToken(isOperatorToken: IsOperatorToken): Authenticate {
  return async (request) => {
    const given = /^Bearer (.*)$/.exec(request.headers.get('authorization') ?? '')?.[1];
    return isOperatorToken(given ?? '') ? OPERATOR : undefined;
  };
}

/** Of equal length whatever was given, so that the comparison takes equal time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
