import type { z } from 'zod';
import { problemSchema } from '../contracts/http-hub.ts';

/** Why an answer did not come. `offline`: nothing came back; `unreadable`: not what the contract says. */
export type HttpFailure =
  | { readonly kind: 'offline' }
  | { readonly kind: 'unreadable'; readonly status: number }
  | {
      readonly kind: 'problem';
      readonly status: number;
      readonly code: string;
      readonly detail: string;
    };

export type HttpAnswer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: HttpFailure };

/** A failure as the short code that a person can read to support. */
export function failureCode(failure: HttpFailure): string {
  switch (failure.kind) {
    case 'offline':
      return 'W-NET';
    case 'unreadable':
      return `W-ANSWER-${failure.status}`;
    case 'problem':
      return failure.code;
  }
}

async function problemOf(response: Response): Promise<HttpFailure> {
  const body: unknown = await response.json().catch(() => undefined);
  const problem = problemSchema.safeParse(body);
  return {
    kind: 'problem',
    status: response.status,
    code: problem.data?.code ?? `W-HTTP-${response.status}`,
    detail: problem.data?.detail ?? problem.data?.title ?? '',
  };
}

/** Asks the page's own service and checks the answer against its contract. Never throws for what the network does. */
export async function ask<T>(
  path: string,
  schema: z.ZodType<T>,
  init: RequestInit = {},
): Promise<HttpAnswer<T>> {
  let response: Response;
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init });
  } catch {
    return { ok: false, error: { kind: 'offline' } };
  }
  if (!response.ok) return { ok: false, error: await problemOf(response) };
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (!parsed.success) return { ok: false, error: { kind: 'unreadable', status: response.status } };
  return { ok: true, value: parsed.data };
}

/** A JSON request body. */
export function jsonPost(body: unknown): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}
