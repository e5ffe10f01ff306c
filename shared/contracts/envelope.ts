import { z } from 'zod';
import { timestampSchema, uuidSchema } from './primitives.ts';

/**
 * What every message carries, whatever the transport. `version` is of the message's `type`; a
 * receiver that does not know it answers with the versions it knows.
 */
export const envelopeSchema = z.object({
  id: uuidSchema,
  type: z.string().min(1).max(64),
  version: z.int().min(1).max(1_000),
  occurredAt: timestampSchema,
  source: z.string().min(1).max(64),
  data: z.unknown(),
});
