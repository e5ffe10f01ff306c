import { z } from 'zod';
import { nameSchema, sha256HexSchema } from './primitives.ts';

/** What a walk through a ledger has found: the answer of `wuma ledger verify`, of a hub's file and of central alike. */

const countSchema = z.int().min(0);

/** Closed: each is a different way in which a ledger can be wrong. */
export const FINDING_CODES = [
  // the chain
  'gap',
  'prev_hash_differs',
  'hash_differs',
  'head_differs',
  'unreadable',
  // events against rows, both ways
  'row_missing',
  'row_differs',
  'row_without_event',
  'posting_differs',
  // what follows from them
  'state_differs',
  'request_missing',
  'request_differs',
  'balance_differs',
  'audit_differs',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

export const findingSchema = z.object({
  code: z.enum(FINDING_CODES),
  /** Table in which it shows, and the row's key. */
  table: z.string(),
  key: z.string(),
  /** The event it belongs to; null where none. */
  seq: z.int().nullable(),
  /** Names of fields; never a person's. */
  detail: z.string(),
});
export type LedgerFinding = z.infer<typeof findingSchema>;

export const ledgerVerdictSchema = z.object({
  ledger: z.enum(['hub', 'central']),
  hubId: nameSchema,
  ok: z.boolean(),
  /** Where the chain ends. */
  head: z.object({ seq: countSchema, hash: sha256HexSchema }),
  checked: z.object({
    events: countSchema,
    moves: countSchema,
    postings: countSchema,
    requests: countSchema,
    auditEntries: countSchema,
  }),
  /** Events that were put aside, each with its reason, so that no row is owed for them. Central only. */
  putAside: countSchema,
  /** In the order of the walk: the first is the first broken place. At most 100. */
  findings: z.array(findingSchema),
});
export type LedgerVerdict = z.infer<typeof ledgerVerdictSchema>;
