import { z } from 'zod';
import { sha256HexSchema } from './primitives.ts';

/**
 * Central asks a hub for events of its ledger that the stream does not have any more (NATS request), version 1. The hub's
 * ledger is the truth; the stream is transport, and may lose, expire or be made anew.
 */

/** Events of one page. */
export const MAX_CHAIN_PAGE = 500;
/** Most bytes of one page, so that it fits in a NATS message (1 MiB) with room to spare. */
export const MAX_CHAIN_BYTES = 700_000;

const seqSchema = z.int().min(0);

export const chainPullSchema = z.object({
  version: z.int(),
  /** The events after this one. */
  afterSeq: seqSchema,
  limit: z.int().min(1).max(MAX_CHAIN_PAGE),
});

export const chainPageSchema = z.object({
  /** Each as it was or would be sent, in order, without a gap. */
  events: z.array(z.string().max(MAX_CHAIN_BYTES)).max(MAX_CHAIN_PAGE),
  /** The last event that is on the hub's disk. */
  head: z.object({ seq: seqSchema, hash: sha256HexSchema }),
});
export type ChainPage = z.infer<typeof chainPageSchema>;

export const chainErrorSchema = z.object({
  error: z.enum(['unsupported_version', 'malformed_message', 'unavailable']),
  supportedVersions: z.array(z.int()),
});
