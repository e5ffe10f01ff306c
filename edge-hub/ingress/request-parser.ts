import { z } from 'zod';
import { TERMINAL_PROTOCOL_VERSIONS } from '../../shared/contracts/protocol-version.ts';
import { splitPayload } from '../../shared/contracts/terminal-frames.ts';
import {
  TERMINAL_REQUEST_TYPES,
  type TerminalRequest,
  terminalRequestSchema,
} from '../../shared/contracts/terminal-messages.ts';
import { err, ok, type Result } from '../../shared/kernel/result.ts';
import type { Refusal } from './probe-checks.ts';

export interface ParsedRequest {
  readonly request: TerminalRequest;
  readonly blobs: Uint8Array;
}

export interface ParseFailure extends Refusal {
  /** Id of the request where it could be read. */
  readonly replyTo: string | null;
}

const idSchema = z.object({ id: z.uuid() });
const headSchema = z.object({ id: z.uuid(), type: z.string(), version: z.int() });
/** Issues named in an error's detail: paths and rules, never values. */
const MAX_ISSUES = 3;

/** Reads a payload strictly. */
export function parseRequest(payload: Uint8Array): Result<ParsedRequest, ParseFailure> {
  const split = splitPayload(payload);
  if (!split) return malformed('the head is too long', null);
  const json = parseJson(split.head);
  if (json === undefined) return malformed('the head is not JSON on one line', null);
  const parsed = terminalRequestSchema.safeParse(json);
  if (!parsed.success) return whyNot(json, parsed.error);
  return ok({ request: parsed.data, blobs: split.blobs });
}

/** Why a message is not taken: head first, so that an unknown type or version gets its own answer. */
function whyNot(json: unknown, error: z.ZodError): Result<never, ParseFailure> {
  const id = idSchema.safeParse(json);
  const replyTo = id.success ? id.data.id : null;
  const head = headSchema.safeParse(json);
  if (!head.success) return malformed(issuesOf(head.error), replyTo);
  const types: readonly string[] = TERMINAL_REQUEST_TYPES;
  if (!types.includes(head.data.type)) {
    return err({ code: 'unknown_type', detail: `known are ${types.join(', ')}`, replyTo });
  }
  const versions: readonly number[] = TERMINAL_PROTOCOL_VERSIONS;
  if (!versions.includes(head.data.version)) {
    return err({ code: 'unsupported_version', detail: 'see supportedVersions', replyTo });
  }
  return malformed(issuesOf(error), replyTo);
}

function malformed(detail: string, replyTo: string | null): Result<never, ParseFailure> {
  return err({ code: 'malformed_message', detail, replyTo });
}

function issuesOf(error: z.ZodError): string {
  return error.issues
    .slice(0, MAX_ISSUES)
    .map((issue) => `${issue.path.join('.')}: ${issue.code}`)
    .join('; ')
    .slice(0, 300);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
