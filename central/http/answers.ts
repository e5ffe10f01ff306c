import type { z } from '@hono/zod-openapi';
import { problemSchema } from '../../shared/contracts/http-hub.ts';

/** A route's 200 answer of this shape. */
export function jsonAnswer<T extends z.ZodType>(schema: T) {
  return { 200: { description: 'The answer', content: { 'application/json': { schema } } } };
}

/** A route's request body of this shape. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { body: { required: true, content: { 'application/json': { schema } } } };
}

const WHAT = {
  400: 'The request does not make sense',
  401: 'Nobody is signed in',
  403: 'The role does not allow it',
  404: 'There is no such thing',
  409: 'It does not go with what is there already',
  429: 'Too many at once',
  503: 'Not available right now',
} as const;

/** A route's problem+json answers (RFC 9457). */
export function problemAnswers(...statuses: readonly (keyof typeof WHAT)[]) {
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: WHAT[status],
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  );
}
